/** What an encoding is expected to lose is what chips in it lose; and the rule that chooses one. */
import { describe, expect, test } from 'vitest';
import { chooseEncodings, decide } from '../../../passes/integers/choose-encodings.ts';
import { estimateEncoding, sampleMatrix } from '../../../passes/integers/expected-noise.ts';
import { quantize } from '../../../passes/integers/quantize.ts';
import { digitErrors } from '../../../passes/map/digit-errors.ts';
import { groupsAtOnce, loadOf } from '../../../passes/map/groups-at-once.ts';
import { placeBlocks } from '../../../passes/map/place-blocks.ts';
import { type SliceChoice, weightMax } from '../../../passes/map/slice-weights.ts';
import { writeSchedule } from '../../../passes/program/write-schedule.ts';
import { executeBitstream } from '../../../src/chip/execute.ts';
import { cut } from '../../../src/compile/stages.ts';
import type { CalibrationRecord } from '../../../src/ir/calibration-record.ts';
import type { EncodingEstimate } from '../../../src/ir/encoding-choice.ts';
import type { Graph, MvmNode, QuantizedMvmNode } from '../../../src/ir/graph.ts';
import { blockWeightColumns, lengthOf, type Mapping, type SlicedLayer } from '../../../src/ir/mapping.ts';
import { type Choice, choiceFor, parseOptions } from '../../../src/ir/options.ts';
import { openStream } from '../../../src/math/random.ts';
import { levelSigma } from '../../../src/schemes/level-sigma.ts';
import { levelStepOf } from '../../../src/target/cell.ts';
import type { Target } from '../../../src/target/target.ts';
import {
  headerOf,
  loaded,
  options as programming,
  transferTarget,
  writeVerifyTarget,
} from '../../chip/bench.ts';
import { mvmLayer, recordOf } from '../layers.ts';

const law = writeVerifyTarget.programming;
if (law.scheme !== 'write-verify') throw new Error('another scheme');
/** Phase change, whose cells err most in the middle of the window, RESET where no weight uses them. */
const target: Target = {
  ...writeVerifyTarget,
  array: { rows: 48, columns: 40, arraysPerChip: 100 },
  driver: { ...writeVerifyTarget.driver, rowsAtOnce: 48 },
  cell: {
    ...writeVerifyTarget.cell,
    levels: 128,
    gMin: 0,
    gMax: 30e-6,
    gUseMin: 0,
    gUseMax: 25e-6,
    unused: 'reset',
  },
  programming: {
    ...law,
    scheme: 'error-law',
    distribution: 'normal',
    sigma: [0.2e-6, 0.076, -0.00179e6],
    validFrom: 0,
    validTo: 25e-6,
    pulses: 10,
    resetSpread: 0.15e-6,
  },
};

const stream = openStream(7, 'test', 0);
const normals = (count: number) => Array.from({ length: count }, () => stream.normal());

function layerOf(groups: number, rows: number, columns: number): MvmNode {
  const node = mvmLayer(rows, columns, [], []);
  const weights = Float64Array.from(normals(groups * rows * columns));
  return { ...node, groups, weights: () => weights.slice(), bias: new Float64Array(groups * columns) };
}

/** Inputs that differ from row to row in how far they reach. */
function recordFor(node: MvmNode, count = 256): CalibrationRecord {
  const width = node.groups * node.rows;
  const vectors = Uint8Array.from(normals(count * width), (xi, i) =>
    Math.min(255, Math.abs(xi) * (10 + ((i % width) % 7) * 8)),
  );
  return recordOf({ y: { vectors, count } });
}

const choice = (changes: Partial<SliceChoice>): SliceChoice => ({
  encoding: 'differential',
  slices: 1,
  copies: 1,
  repeats: 1,
  residual: false,
  inputNumbers: 'binary',
  ...changes,
});

/** The layer on cells, as the compiler maps it. */
async function mapped(node: MvmNode, record: CalibrationRecord, own: SliceChoice): Promise<Mapping> {
  const graph = { nodes: [node] } as Partial<Graph> as Graph;
  const weightMaxOf = () => weightMax(target.cell, own, 8);
  const quantized = (await quantize.run(graph, { record, weightMaxOf, rounding: 'nearest' })).nodes[0];
  const { layers, blocks } = cut({
    target,
    nodes: [quantized as QuantizedMvmNode],
    choiceOf: () => own,
    groupsAtOnce: (layer) => groupsAtOnce(layer, target, () => loadOf(layer, record)),
  });
  return placeBlocks.run(blocks, { layers, target, arrays: 100 });
}

/** Sums of the squares of the outputs and of their errors, both around their means, over many chips. */
async function measuredSnr(mapping: Mapping, record: CalibrationRecord): Promise<number> {
  const converters = mapping.blocks.map((block) => ({
    zero: new Int32Array(blockWeightColumns(block)),
    step: new Float32Array(blockWeightColumns(block)).fill(1),
  }));
  const programs = [...writeSchedule.run(mapping, { converters, target })];
  let [signal, noise] = [0, 0];
  for (let seed = 0; seed < 40; seed++) {
    const chip = await executeBitstream(headerOf(target, mapping.arrays), programs, loaded(target), {
      ...programming,
      seed,
    });
    const { wanted, found } = outputsOf(mapping, record, chip.conductances);
    for (const [column, values] of wanted.entries()) {
      const scale = mapping.layers[0]!.node.scales[column]! ** 2;
      signal += scale * varianceOf(values);
      noise += scale * varianceOf(found[column]!.map((value, i) => value - values[i]!));
    }
  }
  return 10 * Math.log10(signal / noise);
}

/** Every column's outputs, as integers and from cells: [column][vector]. */
function outputsOf(
  { layers, blocks }: Mapping,
  record: CalibrationRecord,
  arrays: readonly Float32Array[],
): { wanted: number[][]; found: number[][] } {
  const layer = layers[0] as SlicedLayer;
  const { groups, rows, columns, integers } = layer.node;
  const { vectors, count } = record.layers.get('y')!;
  const digitStep = layer.levelStep * levelStepOf(target.cell);
  const wanted = Array.from({ length: groups * columns }, () => new Array<number>(count).fill(0));
  const found = wanted.map((values) => values.slice());
  const input = (vector: number, group: number, row: number) =>
    vectors[(vector * groups + group) * rows + row]!;
  for (let vector = 0; vector < count; vector++) {
    for (let group = 0; group < groups; group++)
      for (let row = 0; row < rows; row++)
        for (let c = 0; c < columns; c++)
          wanted[group * columns + c]![vector]! +=
            integers[(group * rows + row) * columns + c]! * input(vector, group, row);
    for (const block of blocks) {
      const cells = arrays[block.array]!;
      const width = lengthOf(block.columns);
      const weight = layer.radix ** block.slice / layer.digitsPerOne;
      for (let logical = 0; logical < blockWeightColumns(block); logical++) {
        const group = block.groups.start + Math.floor(logical / width);
        const paired = layer.encoding === 'differential';
        const plus = block.column + (paired ? 2 * logical : logical);
        const minus = paired ? plus + 1 : block.column + blockWeightColumns(block);
        let sum = 0;
        let line = block.row;
        for (let g = block.groups.start; g < block.groups.end; g++)
          for (let row = block.rows.start; row < block.rows.end; row++, line++) {
            const at = line * target.array.columns;
            sum += (cells[at + plus]! - cells[at + minus]!) * input(vector, g, row);
          }
        const column = group * columns + block.columns.start + (logical % width);
        found[column]![vector]! += (weight * sum) / digitStep;
      }
    }
  }
  return { wanted, found };
}

function varianceOf(values: readonly number[]): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
}

describe.each(['differential', 'offset'] as const)(
  '%s: what is expected of chips is what they do',
  (encoding) => {
    test.each([
      ['a matrix in several tiles', [1, 70, 24], {}],
      ['groups side by side, whose other cells err too', [8, 9, 1], {}],
      ['two slices', [1, 30, 6], { slices: 2 }],
      ['copies', [1, 30, 6], { copies: 3 }],
    ] as const)('%s', async (_, [groups, rows, columns], changes) => {
      const node = layerOf(groups, rows, columns);
      const record = recordFor(node);
      const own = choice({ encoding, ...changes });
      const sample = sampleMatrix(node, [record.layers.get('y')!]);
      const expected = estimateEncoding(sample, own, { target, weightBits: 8, cut });
      const mapping = await mapped(node, record, own);
      // Off by the mean error of cells that the window cuts off, which follows the weights.
      expect(Math.abs(expected.writeSnr - (await measuredSnr(mapping, record)))).toBeLessThan(0.6);
      const together = 10 ** (-expected.writeSnr / 10) + 10 ** (-expected.roundingSnr / 10);
      expect(expected.snr).toBeCloseTo(-10 * Math.log10(together), 9);
    });
  },
);

test('cells count as they are read: with three times the spread a layer has a ninth of the signal over error', () => {
  const node = layerOf(1, 30, 6);
  const sample = sampleMatrix(node, [recordFor(node).layers.get('y')!]);
  const context = { target, weightBits: 8, cut };
  const own = choice({ encoding: 'differential' });
  const programmed = estimateEncoding(sample, own, context);
  const sigmaOf = (level: number) => 3 * levelSigma(target, level);
  const read = estimateEncoding(sample, own, { ...context, sigmaOf });
  expect(programmed.writeSnr - read.writeSnr).toBeCloseTo(20 * Math.log10(3), 9);
  expect(read.roundingSnr).toBe(programmed.roundingSnr);
});

describe('the rule', () => {
  const estimate = (cells: number, writeSnr: number, roundingSnr: number): EncodingEstimate => ({
    cells,
    writeSnr,
    roundingSnr,
    wireSnr: Number.POSITIVE_INFINITY,
    snr: -10 * Math.log10(10 ** (-writeSnr / 10) + 10 ** (-roundingSnr / 10)),
  });

  test.each([
    ['far worse, and worse than rounding', estimate(200, 40, 48), estimate(104, 20, 48), 'differential'],
    ['worse, and no worse than rounding', estimate(200, 70, 48), estimate(104, 48.1, 48), 'offset'],
    ['hardly worse, far from rounding', estimate(200, 30, 48), estimate(104, 29.1, 48), 'offset'],
    ['no fewer cells', estimate(18, 40, 48), estimate(18, 60, 48), 'differential'],
    [
      'exact cells',
      estimate(200, Number.POSITIVE_INFINITY, 48),
      estimate(104, Number.POSITIVE_INFINITY, 48),
      'offset',
    ],
    ['coarser integers', estimate(200, 60, 48), estimate(104, 60, 36), 'differential'],
  ] as const)('%s', (_, differential, offset, wanted) => {
    const { encoding, reason, estimates } = decide(differential, offset);
    expect(encoding).toBe(wanted);
    expect(reason).not.toBe('');
    expect(estimates).toEqual({ differential, offset });
  });

  test('only layers that leave it open are looked at; those that share a matrix go alike', () => {
    const node = layerOf(1, 30, 6);
    const record = recordFor(node);
    const other = { ...node, output: 'z', origin: { ...node.origin, name: 'other' } };
    const both = recordOf({ y: record.layers.get('y')!, z: record.layers.get('y')! });
    const options = parseOptions({ layers: [{ match: 'layer', encoding: 'auto' }] });
    const context = { record: both, target, weightBits: 8, cut };
    const choiceOf = ({ origin }: MvmNode): Choice => choiceFor(options, origin, target);
    expect([...chooseEncodings.run({ nodes: [node, other] }, { ...context, choiceOf }).keys()]).toEqual([
      'y',
    ]);
    const all = parseOptions({ encoding: 'auto' });
    const chosen = chooseEncodings.run(
      { nodes: [node, other] },
      {
        ...context,
        choiceOf: ({ origin }) => choiceFor(all, origin, target),
      },
    );
    expect(chosen.get('y')).toBe(chosen.get('z'));
    expect(chosen.get('y')!.encoding).toBe('differential');
    expect(chosen.get('y')!.reason).toMatch(/^offset: \d+\.\d dB more error$/);
  });

  test.each([
    ['hidden weights', { ...transferTarget }, {}, 'hidden weights have a sign'],
    ['two levels', { ...target, cell: { ...target.cell, levels: 2 } }, {}, '2 levels hold no sign'],
    ['residual programming', target, { residual: true, copies: 2 }, 'residual programming reads pairs back'],
  ] as const)('%s can only be differential', (_, on, changes, reason) => {
    const node = layerOf(1, 8, 2);
    const options = parseOptions({ encoding: 'auto', ...changes });
    const choiceOf = ({ origin }: MvmNode) => choiceFor(options, origin, on);
    const context = { record: recordFor(node), target: on, choiceOf, weightBits: 8, cut };
    expect(chooseEncodings.run({ nodes: [node] }, context).get('y')).toEqual({
      encoding: 'differential',
      reason,
      estimates: {},
    });
  });
});

describe('groups that drive a block together', () => {
  const layerFor = async (groups: number, own: SliceChoice) => {
    const node = layerOf(groups, 9, 1);
    const record = recordFor(node);
    return { layer: (await mapped(node, record, own)).layers[0]!, record };
  };

  test('are all that fit, or one where RESET cells besides would add more than 1 dB', async () => {
    const { layer, record } = await layerFor(20, choice({}));
    const alike = { variances: new Float64Array(180).fill(1), largest: new Float64Array(20).fill(1) };
    const { of, beside } = digitErrors(layer, target);
    // At inputs alike n - 1 groups besides err by (n - 1) times 9 cells; 5 groups fill 45 of 48 rows.
    const ratio = (4 * beside) / of(32);
    const atSpread = (factor: number): Target => {
      if (target.programming.scheme !== 'error-law') throw new Error('another scheme');
      const resetSpread = target.programming.resetSpread * factor;
      return { ...target, programming: { ...target.programming, resetSpread } };
    };
    const just = Math.sqrt((10 ** 0.1 - 1) / ratio);
    expect(groupsAtOnce(layer, atSpread(0.99 * just), () => alike)).toBe(Number.POSITIVE_INFINITY);
    expect(groupsAtOnce(layer, atSpread(1.01 * just), () => alike)).toBe(1);
    expect(groupsAtOnce(layer, atSpread(10 * just), () => loadOf(layer, record))).toBe(1);
    // One loud group among silent ones drowns them.
    const loud = { variances: alike.variances.slice(), largest: alike.largest.slice() };
    loud.variances.fill(1e4, 0, 9);
    loud.largest[0] = 0.01;
    expect(groupsAtOnce(layer, atSpread(0.5 * just), () => loud)).toBe(1);
  });

  test('are all that fit where unused cells do not err', async () => {
    const { layer, record } = await layerFor(20, choice({}));
    const load = () => loadOf(layer, record);
    const unformed: Target = { ...target, cell: { ...target.cell, unused: 'unformed' } };
    expect(groupsAtOnce(layer, unformed, load)).toBe(Number.POSITIVE_INFINITY);
    const beside = await layerFor(20, choice({ encoding: 'offset' }));
    expect(groupsAtOnce(beside.layer, target, load)).toBe(Number.POSITIVE_INFINITY);
  });
});
