/** Samples that tell nothing, or are no numbers, are named when they are recorded. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { compileWarnings } from '../../src/compile/warnings.ts';
import { openDataset } from '../../src/data/open.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { float32 } from '../../src/math/tensor.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { loadTarget } from '../../src/target/load.ts';
import { inputOf, npy, raised, temporaryFolder } from '../data/files.ts';
import { compileModel, modelOf } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';
import { features, inputs, memoryData, tinyModel } from '../verify/tiny.ts';

const compiledWith = async (samples: readonly Float32Array[]) => {
  const tiny = tinyModel();
  const source = spreadSamples(memoryData(samples, undefined), fedInputs(tiny.graph, 'tiny.onnx'), 100);
  return compile(tiny, await loadTarget('ideal'), parseOptions({}), { kind: 'samples', samples: source });
};
const warningsOf = async (samples: readonly Float32Array[]) => {
  const warnings = await compileWarnings(await compiledWith(samples), await loadTarget('ideal'));
  return warnings.map(({ code, at, message }) => `${code} at ${at}: ${message}`);
};

describe('samples that vary in nothing', () => {
  test('only zeros: both layers are named', async () => {
    const zeros = Array.from({ length: 5 }, () => new Float32Array(features));
    expect(await warningsOf(zeros)).toEqual([
      expect.stringMatching(
        /^calibrate\/constant-inputs at .*first.*: .* give 2 layers the same .*first.*second/,
      ),
    ]);
    expect(await warningsOf(zeros.slice(0, 1))).toHaveLength(1);
  });

  test('one sample again and again', async () => {
    const [first] = inputs(1);
    expect(await warningsOf([first!, first!, first!])).toHaveLength(1);
  });

  test('samples that differ, and a single one, are no reason to warn', async () => {
    expect(await warningsOf(inputs(5))).toEqual([]);
    expect(await warningsOf(inputs(1))).toEqual([]);
  });

  test('a layer that is always given zeros is named alone', async () => {
    // relu(-x) of positive samples is 0.
    const identity = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? -1 : 0));
    const dead = modelOf(
      model({
        inputs: { x: ['N', 4] },
        outputs: { y: ['N', 4] },
        constants: { w: float32([4, 4], identity) },
        nodes: [
          node('MatMul', ['x', 'w'], ['h'], {}, 'alive'),
          node('Relu', ['h'], ['r']),
          node('MatMul', ['r', 'w'], ['y'], {}, 'dead'),
        ],
      }),
    );
    const feeds = Array.from({ length: 4 }, (_, i) => ({
      x: float32([1, 4], Float32Array.of(1 + i, 2, 3 - i / 2, 4)),
    }));
    const ideal = await loadTarget('ideal');
    const warnings = await compileWarnings(await compileModel(dead, ideal, feeds), ideal);
    expect(warnings.map(({ at, message }) => [at, message])).toEqual([
      [expect.stringContaining('dead'), expect.stringContaining('this layer')],
    ]);
  });
});

describe('samples that are no numbers', () => {
  test('a sample with NaN or infinity is named, all of them at once', async () => {
    const values = new Float32Array(6 * features).fill(0.5);
    values[2 * features + 3] = Number.NaN;
    values[4 * features] = Number.NEGATIVE_INFINITY;
    const file = join(temporaryFolder(), 'x.npy');
    writeFileSync(file, npy('<f4', `(6, ${features})`, new Uint8Array(values.buffer)));
    const drain = async () => {
      const data = await openDataset(file);
      for await (const _ of data.batches([0, 1, 2, 3, 4, 5], 2, inputOf(['N', features])));
    };
    expect(await raised(drain())).toEqual([
      expect.stringMatching(/^data\/not-finite at .*x\.npy: sample 2: this sample has values that are NaN/),
      expect.stringMatching(/^data\/not-finite at .*x\.npy: sample 4: .*-Infinity/),
    ]);
    const samples = [0, 1, 2].map((i) => values.subarray(i * features, (i + 1) * features));
    expect(await raised(compiledWith(samples))).toEqual([
      expect.stringMatching(/^data\/not-finite at memory: sample 2/),
    ]);
  });

  test('a value beyond 32-bit floats, as it is stored or after preprocessing', async () => {
    const file = join(temporaryFolder(), 'x.npy');
    writeFileSync(file, npy('<f8', '(1, 2)', new Uint8Array(Float64Array.of(1, 1e39).buffer)));
    expect(await raised((await openDataset(file)).sample(0))).toEqual([
      expect.stringMatching(
        /^data\/not-finite at .*sample 0: value 1 of the preprocessed sample is Infinity/,
      ),
    ]);
    writeFileSync(file, npy('<f8', '(1, 2)', new Uint8Array(Float64Array.of(0, 2).buffer)));
    for (const flags of [{ scale: 1e300 }, { std: 1e-300 }, { mean: -1e300 }])
      expect(await raised((await openDataset(file, { flags })).sample(0))).toEqual([
        expect.stringMatching(/^data\/not-finite/),
      ]);
  });

  test('what the network makes NaN of: the layer and the sample', async () => {
    const identity = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));
    const roots = modelOf(
      model({
        inputs: { x: ['N', 4] },
        outputs: { y: ['N', 4] },
        constants: { w: float32([4, 4], identity) },
        nodes: [
          node('MatMul', ['x', 'w'], ['h'], {}, 'before'),
          node('Sqrt', ['h'], ['r']),
          node('MatMul', ['r', 'w'], ['s'], {}, 'after'),
          node('MatMul', ['s', 'w'], ['y'], {}, 'last'),
        ],
      }),
    );
    const samples = [1, 1, -1, 1, -2].map((x) => Float32Array.of(1, x, 1, 1));
    const source = spreadSamples(memoryData(samples, undefined), fedInputs(roots.graph, ''), 5);
    const compiling = compile(roots, await loadTarget('ideal'), parseOptions({}), {
      kind: 'samples',
      samples: source,
    });
    expect(await raised(compiling)).toEqual([
      expect.stringMatching(
        /^calibrate\/not-finite at .*after.*: its input becomes NaN with 2 of 5 .* the first of which is memory: 2$/,
      ),
    ]);
  });
});
