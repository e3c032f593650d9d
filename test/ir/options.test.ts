import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DiagnosticError, exitCodeOf } from '../../src/diagnostics/diagnostic.ts';
import { inputBitsOf, layerOptions, parseOptions, readOptionsFile } from '../../src/ir/options.ts';
import { printMapping } from '../../src/ir/print-mapping.ts';
import { float32 } from '../../src/math/tensor.ts';
import { exactTarget, loaded, transferTarget, writeVerifyTarget } from '../chip/bench.ts';
import { matMulModel } from '../lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';

function problems(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    expect(exitCodeOf(error.diagnostics)).toBe(25);
    return error.diagnostics.map((d) => `${d.code} ${d.at}`);
  }
  return [];
}

describe('options', () => {
  it('are complete when nothing is said', () => {
    expect(parseOptions({})).toMatchObject({
      target: 'tetramem-256-6bit',
      weightBits: 8,
      converterRange: 'mse',
      layers: [],
      set: [],
    });
  });

  it('report all problems at once', () => {
    expect(
      problems(() =>
        parseOptions(
          { weightBits: 9, slices: 0, inputBits: 3, layers: [{ match: 'a', slices: 99, inputBits: 17 }] },
          'o.yaml',
        ),
      ),
    ).toEqual([
      'options/invalid o.yaml: weightBits',
      'options/invalid o.yaml: slices',
      'options/invalid o.yaml: inputBits',
      'options/invalid o.yaml: layers.0.slices',
      'options/invalid o.yaml: layers.0.inputBits',
    ]);
    const match = 'a'.repeat(5000);
    expect(problems(() => parseOptions({ window: 1e-300, layers: [{ match }] }))).toEqual([
      'options/invalid options: window',
      'options/invalid options: layers.0.match',
    ]);
    const unknown = JSON.parse('{"slice": 2}') as Parameters<typeof parseOptions>[0];
    expect(problems(() => parseOptions(unknown))).toEqual(['options/invalid options: slice']);
  });

  it('of layers merge in order, by a pattern of the name or by operator and index', () => {
    const options = parseOptions({
      layers: [
        { match: '*', slices: 2 },
        { match: '/block/*', converterRange: 'max' },
        { match: '/block/conv1', slices: 3 },
        { match: 'Gemm_7', digital: true },
      ],
    });
    const of = (name: string, op = 'Conv', index = 0) => layerOptions(options, { name, op, index });
    expect(of('/stem')).toEqual({ slices: 2 });
    expect(of('/block/conv2')).toEqual({ slices: 2, converterRange: 'max' });
    expect(of('/block/conv1')).toEqual({ slices: 3, converterRange: 'max' });
    expect(of('', 'Gemm', 7)).toEqual({ slices: 2, digital: true });
    expect(of('', 'Gemm', 8)).toEqual({ slices: 2 });
  });

  it('say how many bits the input codes of a layer have', () => {
    const bits = (options: Parameters<typeof parseOptions>[0], name: string) =>
      inputBitsOf(parseOptions(options), { name, op: 'Conv', index: 0 });
    expect(bits({}, 'a')).toBe(8);
    expect(bits({ inputBits: 'auto' }, 'a')).toBe('auto');
    expect(bits({ inputBits: 10, layers: [{ match: 'a', inputBits: 12 }] }, 'a')).toBe(12);
    expect(bits({ inputBits: 10, layers: [{ match: 'a', inputBits: 12 }] }, 'b')).toBe(10);
  });

  it('are read from YAML, with the line of a mistake', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crossloom-options-'));
    const read = async (text: string) => {
      await writeFile(join(folder, 'o.yaml'), text);
      return readOptionsFile(join(folder, 'o.yaml'));
    };
    expect(await read('slices: 2\nlayers: [{ match: "*" }]\n')).toEqual({
      slices: 2,
      layers: [{ match: '*' }],
    });
    expect(await read('')).toEqual({});
    await expect(read('slices: 2\nlayers: [\n')).rejects.toThrow(/options\/invalid\] at .*o.yaml:\d/);
    await expect(read('- 1\n')).rejects.toThrow(/options\/invalid/);
    await rm(folder, { recursive: true });
  });
});

describe('options of layers in a compilation', () => {
  const values = float32(
    [4, 4],
    Array.from({ length: 16 }, (_, i) => Math.sin(i)),
  );
  const two = modelOf(
    model({
      inputs: { x: [2, 4] },
      outputs: { z: undefined },
      constants: { w: values },
      nodes: [
        node('MatMul', ['x', 'w'], ['y'], {}, 'first'),
        node('MatMul', ['y', 'w'], ['z'], {}, 'second'),
      ],
    }),
  );
  const feeds = [drawFeeds(two.graph.inputs, 1)];

  it('reach their layer alone', async () => {
    const { mapping, operators } = await compileModel(two, loaded(exactTarget), feeds, {
      layers: [{ match: 'sec*', slices: 2, encoding: 'offset' }],
    });
    expect(mapping.layers.map((l) => [l.node.origin.name, l.slices, l.encoding])).toEqual([
      ['first', 1, 'differential'],
      ['second', 2, 'offset'],
    ]);
    expect(operators.map((o) => o.crossbar)).toEqual([true, true]);
  });

  it('store one layer in several parts', async () => {
    const { mapping, summary } = await compileModel(two, loaded(writeVerifyTarget), feeds, {
      copies: 2,
      inputNumbers: 'binary',
      layers: [{ match: 'first', copies: 1, slices: 2, residual: true }],
    });
    expect(mapping.layers.map((l) => [l.node.origin.name, l.slices, l.copies, l.residual])).toEqual([
      ['first', 2, 1, true],
      ['second', 1, 2, false],
    ]);
    expect(mapping.blocks.map((b) => [b.layer, b.slice, b.copy])).toEqual([
      [0, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [1, 0, 1],
    ]);
    // 16 weights in two parts of two cells each, in both layers; 4 columns converted twice, once per input bit.
    expect(summary.cells).toBe(128);
    expect(summary.layers.map((l) => l.conversions / l.mvms)).toEqual([64, 64]);
    expect(printMapping(mapping)).toContain(
      '1 digits of base 127 in 2 copies that share an integer, 1 per one, 1 levels a step  ;',
    );
    expect(printMapping(mapping)).toContain('2 digits of base 17, 7 levels a step, residual  ;');
    expect(printMapping(mapping)).toContain('slice 0 copy 1 groups');
  });

  it('are refused where the parts of a weight cannot make up for each other', async () => {
    const promise = compileModel(two, loaded(transferTarget), feeds, { residual: true, copies: 2 });
    await expect(promise).rejects.toThrow(
      /residual: .*'first'[\s\S]*open loop[\s\S]*copies without residual[\s\S]*'second'/,
    );
  });

  it('keep a layer digital', async () => {
    const { mapping, operators } = await compileModel(two, loaded(exactTarget), feeds, {
      layers: [{ match: 'first', digital: true }],
    });
    expect(mapping.layers.map((l) => l.node.origin.name)).toEqual(['second']);
    expect(operators.map((o) => o.crossbar)).toEqual([false, true]);
  });

  it('leave the encoding of some layers to the compiler, as a target may of all', async () => {
    const fine = { ...exactTarget.cell, levels: 255, encoding: 'auto' } as const;
    const open = loaded({ ...exactTarget, cell: fine });
    const choices = async (target: typeof open, options: Parameters<typeof compileModel>[3] = {}) => {
      const { summary } = await compileModel(two, target, feeds, options);
      return summary.layers.map((l) => [l.encoding, l.encodingChoice?.reason]);
    };
    // Both layers have one matrix. Exact cells lose nothing beside a reference column but half of the levels.
    expect(await choices(open)).toEqual([['offset', '63 % of the cells']]);
    expect(await choices(open, { encoding: 'differential' })).toEqual([['differential', undefined]]);
    const coarse = await choices(loaded(exactTarget), {
      layers: [
        { match: 'first', slices: 2, encoding: 'offset' },
        { match: 'second', encoding: 'auto' },
      ],
    });
    expect(coarse).toEqual([
      ['offset', undefined],
      ['differential', expect.stringMatching(/^offset: \d\.\d dB more error$/)],
    ]);
  });

  it('are refused where the cells cannot hold the encoding', async () => {
    const offset = { encoding: 'offset' as const };
    const run = (target: typeof exactTarget) =>
      compileModel(modelOf(matMulModel([1], 4, 4)), loaded(target), feeds, offset);
    await expect(run(transferTarget)).rejects.toThrow(/options\/invalid.*hidden weights have a sign/);
    const binary = { ...exactTarget, cell: { ...exactTarget.cell, levels: 2 } };
    await expect(run(binary)).rejects.toThrow(/options\/invalid.*2 levels hold no sign/);
  });
});
