import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { passes } from '../../src/compile/stages.ts';
import { float32, uint8 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openPackage } from '../../src/package/open.ts';
import { model, node } from '../support/onnx-model.ts';
import { problemOf, runCli } from './run-cli.ts';
import { tinyFolder } from './tiny-net.ts';

let folder = '';
let at = (name: string) => name;
beforeAll(async () => {
  folder = await tinyFolder();
  at = (name) => join(folder, name);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  for (const name of await readdir(folder))
    if (name.endsWith('.xbar')) await rm(at(name), { recursive: true });
});

const compileNet = (...flags: readonly string[]) =>
  runCli(['compile', at('net.onnx'), '--calibrate', at('data.npy'), '-o', at('net.xbar'), ...flags]);

const manifestOf = async (name: string) => (await openPackage(at(name))).manifest;

describe('crossloom compile', () => {
  test('ends with the table and writes a package that opens', async () => {
    const { exit, out, err } = await compileNet();
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^layer +shape +rule +slices +arrays +utilization +MVMs +conversions +expected$/,
    );
    // 4x4 output positions; 8 input bits and one converter per pair of columns: 16 * 8 * 4 and 1 * 8 * 12,
    // the latter in four turns: columns of 64 cells would carry more than they may.
    expect(lines[2]).toMatch(/^stem +9x4 +Conv 2-D 3x3 +1 +1 +100\.0 % +16 +512 +[\d.]+ dB$/);
    expect(lines[3]).toMatch(/^classifier +64x12 +Gemm +1 +1 +100\.0 % +1 +384 +[\d.]+ dB$/);
    expect(lines[5]).toBe(`2 layers: ${36 + 768} weights in 1,608 cells`);
    expect(lines[6]).toMatch(/^1 array of 256x256 cells on 1 chip; 2\.5 % of their cells hold weights$/);
    expect(lines[7]).toMatch(/^per inference: 17 MVMs, 896 conversions, /);
    expect(lines[8]).toMatch(/^wires: .+ of signal over error expected a layer/);
    expect(lines[9]).toMatch(/^target tetramem-256-6bit: \d+ of \d+ values are assumed/);
    expect(lines.at(-1)).toMatch(/net\.xbar: [\d.]+ kB$/);
    const { manifest } = await openPackage(at('net.xbar'));
    expect(manifest.preprocessing).toMatchObject({ mean: [128], std: [64], color: 'gray' });
    expect(manifest.calibration.samples).toHaveLength(16);
  });

  test('says how many weights stayed digital, where and why', async () => {
    const { out } = await compileNet('--keep-digital', 'stem');
    expect(out).toContain('\n36 of 804 weights stay digital, in 1 node:\n');
    expect(out).toContain('\n  stem (Conv): 36 weights, because the options keep it digital\n');
    expect((await manifestOf('net.xbar')).summary.digital).toEqual([
      {
        origin: { name: 'stem', op: 'Conv', index: 0 },
        weights: 36,
        reason: 'the options keep it digital',
      },
    ]);
  });

  test('--json prints what was made', async () => {
    const { out } = await compileNet(
      ...['--json', '--set', 'adc.bits=6', '--samples', '4', '--wire-correction', 'none'],
    );
    expect(JSON.parse(out)).toMatchObject({
      package: at('net.xbar'),
      target: { name: 'tetramem-256-6bit', overrides: ['adc.bits=6'] },
      options: { calibrationSamples: 4 },
      summary: {
        arrays: 1,
        digital: [],
        layers: [{ origin: { name: 'stem' } }, { origin: { name: 'classifier' } }],
      },
    });
  });

  test('a model with ranges of its own needs no samples, and is told what that means', async () => {
    const graph = model({
      inputs: { x: ['N', 4] },
      outputs: { y: ['N', 2] },
      constants: {
        s: float32([], [0.25]),
        z: uint8([], [7]),
        w: float32([4, 2], [1, -2, 3, -4, 5, -6, 7, -8]),
      },
      nodes: [
        node('QuantizeLinear', ['x', 's', 'z'], ['q']),
        node('DequantizeLinear', ['q', 's', 'z'], ['d']),
        node('MatMul', ['d', 'w'], ['y']),
      ],
    });
    await writeFile(at('own.onnx'), encodeModel(graph));
    const { exit, err } = await runCli(['compile', at('own.onnx'), '-o', at('own.xbar')]);
    expect(exit).toBe(0);
    expect(err).toContain('warning[calibrate/synthetic]');
    expect(err).toContain('the converters, of 8 bits, take in all that their cells could add up to');
    // Its record says so as well.
    const again = ['compile', at('own.onnx'), '--calibration', at('own.xbar'), '-o', at('again.xbar')];
    expect((await runCli(again)).err).toContain('warning[calibrate/synthetic]');
  });

  test('flags override the options file, and lists grow', async () => {
    await writeFile(
      at('options.yaml'),
      'target: ideal\nslices: 3\nweightBits: 5\nset: [adc.bits=12]\nlayers: [{ match: classifier, slices: 1 }]\n',
    );
    const { exit } = await compileNet(
      ...['--options', at('options.yaml'), '--slices', '2', '--set', 'adc.bits=14'],
      ...['--keep-digital', 'st*', '--no-bias-correction', '--converter-range', 'max'],
      ...['--input-bits', '12'],
    );
    expect(exit).toBe(0);
    const { options, target, summary } = await manifestOf('net.xbar');
    expect(options).toMatchObject({
      target: 'ideal',
      slices: 2,
      weightBits: 5,
      inputBits: 12,
      set: ['adc.bits=12', 'adc.bits=14'],
      converterRange: 'max',
      biasCorrection: false,
      layers: [
        { match: 'classifier', slices: 1 },
        { match: 'st*', digital: true },
      ],
    });
    expect(target.values).toMatchObject({ adc: { bits: 14 } });
    expect(summary.layers).toMatchObject([{ origin: { name: 'classifier' }, slices: 1 }]);
  });

  test('a record gives the same bytes, from the package and from its file', async () => {
    await compileNet();
    const original = await manifestOf('net.xbar');
    for (const record of ['net.xbar', 'net.xbar/calibration.npz']) {
      const args = [
        'compile',
        at('net.onnx'),
        '--calibration',
        at(record),
        '-o',
        at('again.xbar'),
        '--force',
      ];
      expect(await runCli(args)).toMatchObject({ exit: 0, err: '' });
      const again = await manifestOf('again.xbar');
      expect(again.files).toEqual(original.files);
      expect(again.preprocessing).toEqual(original.preprocessing);
    }
  });

  test('--force replaces a package, and nothing else', async () => {
    await compileNet();
    const before = await manifestOf('net.xbar');
    expect(await compileNet('--slices', '2')).toMatchObject({ exit: 30, out: '' });
    expect(await manifestOf('net.xbar')).toEqual(before);
    expect((await compileNet('--slices', '2', '--force')).exit).toBe(0);
    expect((await manifestOf('net.xbar')).options).toMatchObject({ slices: 2 });

    await mkdir(at('photos.xbar'));
    await writeFile(at('photos.xbar/holiday.jpg'), 'dear');
    const args = ['--calibrate', at('data.npy'), '-o', at('photos.xbar'), '--force'];
    expect(problemOf(await runCli(['compile', at('net.onnx'), ...args]))).toBe('30 package/unreadable');
    expect(await readFile(at('photos.xbar/holiday.jpg'), 'utf8')).toBe('dear');
  });

  test('samples without preprocessing are worth a warning', async () => {
    await writeFile(at('plain.onnx'), await readFile(at('net.onnx')));
    const args = ['--calibrate', at('data.npy'), '-o', at('plain.xbar')];
    const { exit, err } = await runCli(['compile', at('plain.onnx'), ...args]);
    expect(exit).toBe(0);
    expect(err).toContain('warning[data/no-preprocessing]');
  });
});

describe('--stop-after and --save-stages', () => {
  const looked = (...flags: readonly string[]) =>
    runCli(['compile', at('net.onnx'), '--calibrate', at('data.npy'), ...flags]);

  test('keep what the passes of the stages so far made, and write no package', async () => {
    const saved = async (stage: string) => {
      const { exit, out } = await looked('--stop-after', stage, '--save-stages', at(`stages-${stage}`));
      expect({ exit, out }).toEqual({
        exit: 0,
        out: `stopped after ${stage}: no package is written, and what passes made is in ${at(`stages-${stage}`)}\n`,
      });
      return (await readdir(at(`stages-${stage}`))).map((name) => name.replace(/^\d\d-|\.txt$/g, ''));
    };
    const lowered = await saved('lower');
    expect(lowered.at(0)).toBe('upgrade-opset');
    expect(lowered.at(-1)).toBe('fold-batch-norm');
    expect(await saved('calibrate')).toEqual(lowered);
    const rounded = await saved('integers');
    expect(rounded.slice(lowered.length)).toEqual(['choose-encodings', 'quantize', 'correct-biases']);
    const mapped = await saved('map');
    expect(mapped.slice(0, rounded.length)).toEqual(rounded);
    expect(mapped.at(-1)).toMatch(/^(place-blocks|order-rows)$/);
    expect((await saved('program')).at(-1)).toBe('write-schedule');
  });

  test('the texts are those of --print-after', async () => {
    await looked('--save-stages', at('kept'), '-o', at('kept.xbar'));
    for (const name of await readdir(at('kept'))) {
      const pass = name.replace(/^\d\d-|\.txt$/g, '');
      if (pass === 'order-rows') continue;
      const { out } = await looked('--print-after', pass, '--stop-after', 'program');
      expect(out.startsWith(`${await readFile(join(at('kept'), name), 'utf8')}\n`)).toBe(true);
    }
  });

  test.each([
    [[], '2 usage/missing', "'-o, --output <name.xbar>' not specified"],
    [['--stop-after', 'map', '-o', 'x.xbar'], '25 options/invalid', 'nothing is written'],
    [
      ['--stop-after', 'map', '--print-after', 'write-schedule'],
      '25 options/invalid',
      'in the stage program',
    ],
    [['--stop-after', 'mapp'], '2 usage/invalid-value', "'map'"],
  ])('%j is refused', async (flags, problem, said) => {
    const outcome = await looked(...flags);
    expect(problemOf(outcome)).toBe(problem);
    expect(outcome.err).toContain(said);
  });
});

describe('--print-after', () => {
  test('shows what every pass makes', async () => {
    const none = { format: 'crossloom-faults', version: 1, rows: 256, columns: 256, arrays: [[]] };
    await writeFile(at('none.json'), JSON.stringify(none));
    await writeFile(
      at('all.yaml'),
      'encoding: auto\nequalization: true\nrowOrder: magnitude\nrowsAroundFaults: true\nwireCorrection: levels\n',
    );
    await writeFile(at('often.yaml'), 'layers: [{ match: stem, replicas: 2 }]\n');
    const flags = ['--force', '--options', at('all.yaml'), '--faults', at('none.json')];
    // Columns are flipped on targets that say so; the map of faults is one of a single array.
    const others: Readonly<Record<string, readonly string[]>> = {
      'flip-columns': ['--force', '--target', 'isaac-128'],
      'replicate-layers': ['--force', '--options', at('often.yaml')],
    };
    const heads: [string, string][] = [];
    for (const { name } of passes) {
      const { exit, out } = await compileNet('--print-after', name, ...(others[name] ?? flags));
      expect(exit, name).toBe(0);
      heads.push([name, out.trimStart().split(' ')[0]!]);
    }
    expect(heads).toEqual([
      ['upgrade-opset', 'graph'],
      ['fold-constants', 'graph'],
      ['expand-fused', 'graph'],
      ['decompose-layers', 'graph'],
      ['lower-linear', 'graph'],
      ['fold-batch-norm', 'graph'],
      ['equalize', 'graph'],
      ['replicate-layers', 'graph'],
      ['choose-encodings', 'map:'],
      ['quantize', 'graph'],
      ['correct-biases', 'graph'],
      ['slice-weights', 'layer'],
      ['tile', 'block'],
      ['pack-groups', 'block'],
      ['place-blocks', 'mapping'],
      ['order-rows', 'mapping'],
      ['flip-columns', 'mapping'],
      ['work-around-faults', 'mapping'],
      ['exchange-rows', 'mapping'],
      ['choose-converter-ranges', 'block'],
      ['correct-wires', 'array'],
      ['expect-signals', 'layer'],
      ['write-schedule', '.array'],
    ]);
  });

  test('names what a pass that does not run is missing', async () => {
    const missing = async (pass: string, ...flags: readonly string[]) => {
      const { exit, out, err } = await compileNet('--force', '--print-after', pass, ...flags);
      expect([exit, out]).toEqual([25, '']);
      return err;
    };
    expect(await missing('correct-biases', '--no-bias-correction')).toContain(
      'at --print-after correct-biases: without bias correction this pass does not run',
    );
    expect(await missing('work-around-faults')).toContain('without --faults this pass does not run');
    expect(await missing('exchange-rows')).toContain('without --faults this pass does not run');
    expect(await missing('order-rows')).toContain('with the rows in the order given this pass does not run');
    expect(await missing('equalize')).toContain('without equalization this pass does not run');
    expect(await missing('replicate-layers')).toContain('without replicas this pass does not run');
    expect(await missing('correct-wires', '--wire-correction', 'none')).toContain(
      'without a correction for the wires this pass does not run',
    );
    expect(await missing('correct-wires', '--target', 'ideal')).toContain('on a target without wires');
  });

  test('prints the mapping, a block a line', async () => {
    const { out } = await compileNet('--print-after', 'place-blocks', '--wire-correction', 'none');
    // The target has wires: blocks lie at the sensed end of the 256 rows.
    expect(out.split('\n\n')[0]).toBe(
      [
        'mapping on 1 arrays',
        "layer 0 map: 9 x 4, differential, 1 digits of base 127, 1 levels a step  ; node 'stem' (Conv, #0)",
        "layer 1 logits: 64 x 12, differential, 1 digits of base 127, 1 levels a step  ; node 'classifier' (Gemm, #3)",
        'block 0 layer 0 slice 0 groups 0..1 rows 0..9 columns 0..4 at array 0 row 183 column 0: 9 x 8 cells',
        'block 1 layer 1 slice 0 groups 0..1 rows 0..64 columns 0..12 at array 0 row 192 column 0: 64 x 24 cells',
      ].join('\n'),
    );
  });

  test('an unknown pass is a usage error that names the passes', async () => {
    const { exit, err } = await compileNet('--print-after', 'nosuch');
    expect(exit).toBe(2);
    for (const { name } of passes) expect(err).toContain(name);
  });
});

describe('failures leave nothing behind', () => {
  /** Runs `compile` with other files and flags than usual; checks that the folder stays as it is. */
  async function failing(modelFile: string, flags: readonly string[]) {
    const before = (await readdir(folder)).sort();
    const outcome = await runCli(['compile', at(modelFile), '-o', at('bad.xbar'), ...flags]);
    expect((await readdir(folder)).sort()).toEqual(before);
    expect(outcome.out).toBe('');
    return outcome;
  }
  const data = () => ['--calibrate', at('data.npy')];

  test('no calibration', async () => {
    const { exit, err } = await failing('net.onnx', []);
    expect(exit).toBe(27);
    expect(err).toContain('error[calibrate/no-ranges]');
  });

  test('too many arrays', async () => {
    const flags = [...data(), '--target', 'leti-fecap-130nm', '--arrays', '1'];
    const { exit, err } = await failing('net.onnx', flags);
    expect(exit).toBe(26);
    expect(err).toMatch(/the model needs \d+ arrays and 1 are allowed\n {2}node 'classifier' /);
  });

  test('a bad options file: all fields at once', async () => {
    await writeFile(
      at('bad.yaml'),
      'slices: 0\nencoding: pairs\nnosuch: 1\nlayers: [{ match: stem, slices: x }]\n',
    );
    const { exit, err } = await failing('net.onnx', [...data(), '--options', at('bad.yaml')]);
    expect(exit).toBe(25);
    expect(err.match(/^error\[options\/invalid\]/gm)).toHaveLength(4);
    for (const field of ['slices', 'encoding', 'nosuch', 'layers.0.slices'])
      expect(err).toContain(`at ${at('bad.yaml')}: ${field}: `);
  });

  test('an options file that is no YAML', async () => {
    await writeFile(at('bad.yaml'), 'target: [ideal\n');
    expect(problemOf(await failing('net.onnx', [...data(), '--options', at('bad.yaml')]))).toBe(
      '25 options/invalid',
    );
  });

  test('wrong flags', async () => {
    const wrong = await failing('net.onnx', [...data(), '--slices', '9', '--weight-bits', '1']);
    expect(problemOf(wrong)).toBe('25 options/invalid');
    expect(wrong.err.match(/^error\[options\/invalid\]/gm)).toHaveLength(2);
    expect((await failing('net.onnx', [...data(), '--encoding', 'pairs'])).exit).toBe(2);
    expect((await failing('net.onnx', [...data(), '--calibration', at('net.xbar')])).exit).toBe(2);
  });

  test('a pattern that matches nothing', async () => {
    const { exit, err } = await failing('net.onnx', [...data(), '--keep-digital', 'clasifier']);
    expect(exit).toBe(25);
    expect(err).toContain("Did you mean 'classifier'?");
  });

  test('an unknown target', async () => {
    expect(problemOf(await failing('net.onnx', [...data(), '--target', 'nosuch']))).toBe(
      '20 target/not-found',
    );
  });

  test('a truncated model, and none', async () => {
    const bytes = await readFile(at('net.onnx'));
    await writeFile(at('cut.onnx'), bytes.subarray(0, bytes.length / 2));
    expect(problemOf(await failing('cut.onnx', data()))).toBe('10 onnx/unreadable');
    expect(problemOf(await failing('nosuch.onnx', data()))).toBe('2 onnx/unreadable');
  });

  test('a model without constant weights', async () => {
    const graph = model({
      inputs: { x: [1, 4] },
      outputs: { y: [1, 4] },
      nodes: [node('Relu', ['x'], ['y'])],
    });
    await writeFile(at('relu.onnx'), encodeModel(graph));
    expect(problemOf(await failing('relu.onnx', data()))).toBe('10 onnx/no-constant-weights');
  });

  test('weights that are not finite', async () => {
    const graph = model({
      inputs: { x: ['N', 36] },
      outputs: { y: ['N', 1] },
      constants: {
        w: float32(
          [36, 1],
          Array.from({ length: 36 }, (_, i) => (i === 5 ? Number.NaN : i)),
        ),
      },
      nodes: [node('MatMul', ['x', 'w'], ['y'])],
    });
    await writeFile(at('nan.onnx'), encodeModel(graph));
    expect(problemOf(await failing('nan.onnx', data()))).toBe('10 onnx/weights-not-finite');
  });

  test('data that cannot be read, or do not fit', async () => {
    expect(problemOf(await failing('net.onnx', ['--calibrate', at('nosuch')]))).toBe('2 data/unreadable');
    await writeFile(at('wide.yaml'), 'resize: [8, 8]\n');
    expect(problemOf(await failing('net.onnx', [...data(), '--preprocess', at('wide.yaml')]))).toBe(
      '40 data/shape',
    );
  });

  test('a record that is none, or of another model', async () => {
    expect(problemOf(await failing('net.onnx', ['--calibration', at('one.png')]))).toBe(
      '27 calibrate/wrong-record',
    );
    expect(problemOf(await failing('net.onnx', ['--calibration', at('nosuch.npz')]))).toBe(
      '2 calibrate/wrong-record',
    );
    await compileNet();
    const other = await failing('softmax.onnx', ['--calibration', at('net.xbar')]);
    expect(problemOf(other)).toBe('27 calibrate/wrong-record');
    expect(other.err).toContain('another model');
  });

  test('no folder for the output', async () => {
    const args = ['compile', at('net.onnx'), ...data(), '-o', at('nosuch/net.xbar')];
    expect(await runCli(args)).toMatchObject({ exit: 2, err: expect.stringContaining('ENOENT') });
  });
});
