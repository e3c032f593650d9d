/** What integers cost, against the same computed by hand. */
import { expect, it } from 'vitest';
import { compile, lowerAsRecorded } from '../../src/compile/compile.ts';
import { integerWarnings } from '../../src/compile/integer-warnings.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { openStream } from '../../src/math/random.ts';
import { float32 } from '../../src/math/tensor.ts';
import { layerLosses, outputLoss } from '../../src/record/integer-losses.ts';
import { loadTarget } from '../../src/target/load.ts';
import { modelOf, samplesOf } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';

const [rows, columns, count] = [6, 4, 200];
const draws = openStream(1, 'test', 0);
const weights = Array.from({ length: rows * columns }, () => draws.normal());
const x = Float32Array.from({ length: count * rows }, () => draws.normal());
const net = modelOf(
  model({
    inputs: { x: ['N', rows] },
    outputs: { p: ['N', columns] },
    constants: { w: float32([rows, columns], weights) },
    nodes: [node('MatMul', ['x', 'w'], ['y'], {}, 'product'), node('Softmax', ['y'], ['p'], {}, 'softmax')],
  }),
);
const samples = samplesOf([{ x: float32([count, rows], x) }]);

async function compiled(options: Parameters<typeof parseOptions>[0]) {
  const given = parseOptions({ target: 'ideal', biasCorrection: false, centredInputs: false, ...options });
  const target = await loadTarget('ideal');
  const made = await compile(net, target, given, { kind: 'samples', samples });
  const rounded = {
    real: await lowerAsRecorded(net, target, given, made.record),
    quantized: made.graph,
    samples,
  };
  const warnings = await integerWarnings(net, made, target, { kind: 'samples', samples });
  return { rounded, warnings, made, target };
}

/** Signal to noise with numbers instead of inputs and weights, of plain squares and of variances. */
function byHand(inputs: ArrayLike<number>, matrix: ArrayLike<number>) {
  const product = (a: ArrayLike<number>, w: ArrayLike<number>, v: number, c: number) =>
    Array.from({ length: rows }, (_, r) => a[v * rows + r]! * w[r * columns + c]!).reduce((s, t) => s + t, 0);
  const variance = (values: readonly number[]) => {
    const mean = values.reduce((s, v) => s + v, 0) / values.length;
    return values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length;
  };
  const energy = (values: readonly number[]) => values.reduce((s, v) => s + v * v, 0);
  const all = Array.from({ length: columns }, (_, c) => {
    const exact = Array.from({ length: count }, (_, v) => product(x, weights, v, c));
    return { exact, error: exact.map((value, v) => product(inputs, matrix, v, c) - value) };
  });
  const ratio = (of: (values: readonly number[]) => number) =>
    10 *
    Math.log10(
      all.reduce((s, { exact }) => s + of(exact), 0) / all.reduce((s, { error }) => s + of(error), 0),
    );
  return { plain: ratio(energy), varying: ratio(variance) };
}

it('is that of rounded inputs, of rounded weights, and of both', async () => {
  const { rounded } = await compiled({ inputBits: 5, weightBits: 5 });
  const [layer] = rounded.quantized.nodes.flatMap((n) => (n.kind === 'quantized-mvm' ? [n] : []));
  const { scale, zero } = layer!.quantization;
  const inputs = Array.from(
    x,
    (v) => scale * Math.min(31 - zero, Math.max(-zero, Math.round(Math.fround(v / scale)))),
  );
  const matrix = Array.from(layer!.integers, (w, at) => w * layer!.scales[at % columns]!);
  const expected = {
    all: byHand(inputs, matrix),
    inputs: byHand(inputs, weights),
    weights: byHand(x, matrix),
  };
  const [own] = await layerLosses(rounded);
  const output = (await outputLoss(rounded, 100))!;
  for (const what of ['all', 'inputs', 'weights'] as const) {
    expect(own![what]).toBeCloseTo(expected[what].varying, 2);
    // Of what goes into the softmax.
    expect(output[what]).toBeCloseTo(expected[what].plain, 2);
  }
  expect(await outputLoss(rounded, output.all)).toBeUndefined();
});

it('is warned of with what would help, and not where it is little', async () => {
  const lossy = await compiled({ inputBits: 4 });
  expect(lossy.warnings).toMatchObject([{ code: 'calibrate/lossy-integers', at: 'product' }]);
  expect(lossy.warnings[0]!.notes.at(-1)).toContain('inputBits');
  const fine = await compiled({});
  expect(fine.warnings).toEqual([]);
  const coarse = await compiled({ weightBits: 3 });
  expect(coarse.warnings[0]!.notes.at(-1)).toContain('slices');
});

it('is measured on the known input of a record', async () => {
  const { made, target } = await compiled({ inputBits: 4 });
  const calibration = { kind: 'record', record: made.record } as const;
  expect(await integerWarnings(net, made, target, calibration)).toMatchObject([
    { code: 'calibrate/lossy-integers' },
  ]);
});
