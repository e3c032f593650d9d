/** Integers of a column add up to no more than it stands, in the least step that does it. */
import { describe, expect, it } from 'vitest';
import { quantize } from '../../../passes/integers/quantize.ts';
import { squeeze, trim, widened } from '../../../passes/integers/within-limits.ts';
import { anything, lineLimits } from '../../../passes/map/line-limits.ts';
import type { QuantizedMvmNode } from '../../../src/ir/graph.ts';
import { digitsOf, type Span } from '../../../src/ir/mapping.ts';
import { openStream } from '../../../src/math/random.ts';
import { loadTarget } from '../../../src/target/load.ts';
import { model } from '../../support/onnx-model.ts';
import { mvmLayer, quantizedLayer, recordOf, slicedLayer } from '../layers.ts';

const { target } = await loadTarget('tetramem-256-6bit', ['driver.rowsAtOnce=16']);
const choice = {
  encoding: 'differential',
  slices: 1,
  copies: 1,
  repeats: 'auto',
  residual: false,
  inputNumbers: 'sign-magnitude',
} as const;
const dense = (rows: number, columns = 8) =>
  ({ groups: 1, rows, columns, geometry: { kind: 'matmul' } }) as const;

/** Of the sums of either sign, of some rows of a column. */
function largerSum(integers: Int8Array, columns: number, column: number, rows: Span): number {
  let [plus, minus] = [0, 0];
  for (let row = rows.start; row < rows.end; row++) {
    const weight = integers[row * columns + column]!;
    plus += Math.max(0, weight);
    minus += Math.max(0, -weight);
  }
  return Math.max(plus, minus);
}

describe('lineLimits', () => {
  it('leaves every block its part of what a line stands', () => {
    // 1 mA at 0.2 V are 5 mS; 16 rows at 50 uS leave 4.2 mS, in steps of (4144 - 50) / 63 uS.
    expect(lineLimits(dense(32), choice, target, 63).columns).toEqual([
      { span: { start: 0, end: 16 }, most: 64 },
      { span: { start: 16, end: 32 }, most: 64 },
    ]);
    // 10 mA at 0.2 V are 50 mS for 64 columns: 32 pairs have 43.6 mS beside what they conduct anyway.
    expect(lineLimits(dense(16, 80), { ...choice, columnsUsed: 64 }, target, 63).rows).toEqual([
      { span: { start: 0, end: 27 }, most: Math.floor((27 * 2 * (50e-3 / 64 - 50e-6) * 63) / 4094e-6) },
      { span: { start: 27, end: 53 }, most: Math.floor((26 * 2 * (50e-3 / 64 - 50e-6) * 63) / 4094e-6) },
      { span: { start: 53, end: 80 }, most: Math.floor((27 * 2 * (50e-3 / 64 - 50e-6) * 63) / 4094e-6) },
    ]);
    // Nine rows of sixteen: 9 (5 mS / 16 - 50 uS) are 2.3625 mS.
    expect(lineLimits(dense(9), choice, target, 63).columns[0]!.most).toBe(36);
  });

  it('gives up where the lower end of the window alone takes most of it', () => {
    const whole = { ...target, driver: { ...target.driver, rowsAtOnce: 96 } };
    expect(lineLimits(dense(96), choice, whole, 63)).toEqual(anything);
  });

  it('says nothing of reference columns, of several digits, and of targets without wires', () => {
    expect(lineLimits(dense(16), { ...choice, encoding: 'offset' }, target, 31)).toEqual(anything);
    expect(lineLimits(dense(16), { ...choice, slices: 2 }, target, 127)).toEqual(anything);
    expect(lineLimits(dense(16), choice, { ...target, wires: undefined }, 63)).toEqual(anything);
  });
});

describe('integers within limits', () => {
  const limits = {
    columns: [
      { span: { start: 0, end: 4 }, most: 100 },
      { span: { start: 4, end: 8 }, most: 50 },
    ],
    rows: [],
  };

  it('have the steps of the tile and the sign that adds up to most', () => {
    const first = [3, -1, 1, 2, 1, 1, -9, 0];
    const second = [0, 0, 0, 0, 0, 0, 0, 0.5];
    const weights = Float64Array.from(first.flatMap((w, row) => [w, second[row]!]));
    const matrix = { weights, rows: 8, columns: 2 };
    const steps = Float64Array.of(0.1, 0.1);
    expect([...widened(matrix, steps, limits)]).toEqual([Math.fround(9 / 50), 0.1]);
    expect([...widened(matrix, steps, anything)]).toEqual([...steps]);
    // The seventh row has 9 / 0.1 steps where 30 may be, of both columns together.
    const rows = [{ span: { start: 0, end: 2 }, most: 30 }];
    expect([...widened(matrix, steps, { columns: [], rows })]).toEqual([0.3, 0.3].map(Math.fround));
  });

  it('lose single steps where rounding has put them beyond', () => {
    const integers = Int8Array.of(60, 30, -7, 12, -40, 20, -11, 9);
    trim({ weights: integers, rows: 8, columns: 1 }, limits);
    // 102 by two steps off 60, and 51 by one off 40.
    expect([...integers]).toEqual([58, 30, -7, 12, -39, 20, -11, 9]);
    trim(
      { weights: integers, rows: 2, columns: 4 },
      { columns: [], rows: [{ span: { start: 1, end: 3 }, most: 30 }] },
    );
    expect([...integers]).toEqual([58, 23, -7, 12, -39, 19, -11, 9]);
  });

  it('are such that no copy of digits that share them holds more', () => {
    const stream = openStream(11, 'test', 0);
    for (const [copies, digitsPerOne] of [
      [2, 1],
      [3, 2],
      [4, 2],
    ] as const) {
      const columns = Array.from({ length: 16 }, () => Math.round(126 * (2 * stream.uniform() - 1)));
      const node = quantizedLayer({ groups: 1, rows: 16, columns: 1, integers: Int8Array.from(columns) });
      const limit = { span: { start: 0, end: 16 }, most: 150, shared: { copies, digitsPerOne } };
      trim({ weights: node.integers, rows: 16, columns: 1 }, { columns: [limit], rows: [] });
      const layer = slicedLayer(node, { copies, digitsPerOne, radix: 127 });
      const sums = Array.from({ length: copies }, (_, copy) =>
        largerSum(digitsOf(layer, { slice: 0, copy }, 0, 16), 1, 0, limit.span),
      );
      expect(Math.max(...sums)).toBeLessThanOrEqual(150);
      expect(Math.max(...sums)).toBeGreaterThan(147);
    }
    const [limit] = lineLimits(dense(32), { ...choice, copies: 2 }, target, 126).columns;
    expect(limit).toEqual({ span: { start: 0, end: 16 }, most: 64, shared: { copies: 2, digitsPerOne: 1 } });
    // Half as many digits as integers add up to.
    const weights = Float64Array.from({ length: 16 }, (_, row) => (row < 8 ? 20 : -1));
    const own = widened({ weights, rows: 16, columns: 1 }, Float64Array.of(1), {
      columns: [limit!],
      rows: [],
    });
    // A quarter of a digit more in each of eight cells, since every other integer is odd.
    expect(own[0]).toBe(Math.fround(160 / 2 / (64 - 8 / 4)));
  });

  it('come of quantization, column by column: others stay as they are', async () => {
    const stream = openStream(7, 'test', 0);
    const [rows, columns] = [16, 24];
    const weights = Array.from({ length: rows * columns }, () => stream.normal());
    const layer = mvmLayer(rows, columns, weights, Array(columns).fill(0));
    const graph = model({ inputs: { x: [1, rows] }, outputs: { y: undefined }, nodes: [layer] });
    const vectors = Uint8Array.from({ length: 100 * rows }, () => 255 * stream.uniform());
    const record = recordOf({ y: { vectors, count: 100 } });
    const own = {
      columns: [
        { span: { start: 0, end: 8 }, most: 150 },
        { span: { start: 8, end: 16 }, most: 150 },
      ],
      rows: [],
    };
    const run = async (more: object) => {
      const context = { record, weightMaxOf: () => 63, rounding: 'error-feedback', ...more } as const;
      return (await quantize.run(graph, context)).nodes[0] as QuantizedMvmNode;
    };
    const free = await run({});
    const held = await run({ limitsOf: () => own });
    let squeezed = 0;
    for (let column = 0; column < columns; column++) {
      for (const { span } of own.columns)
        expect(largerSum(held.integers, columns, column, span)).toBeLessThanOrEqual(150);
      if (held.scales[column] !== free.scales[column]) squeezed++;
      expect(held.scales[column]).toBeGreaterThanOrEqual(free.scales[column]!);
    }
    expect(squeezed).toBeGreaterThan(0);
    expect(squeezed).toBeLessThan(columns);
  });

  it('can be had from those that are not, for an estimate', () => {
    const columns = 2;
    const integers = Int8Array.from([60, 10, 40, 5, 20, -8, 0, 0, 30, 1, 0, 0, 0, 0, -50, 0]);
    const node = { groups: 1, rows: 8, columns, integers, scales: Float64Array.of(0.5, 0.25) };
    const own = squeeze(node as unknown as QuantizedMvmNode, limits);
    // 120 where 100 may be: steps 1.2 times as large.
    expect([...own.integers]).toEqual([50, 10, 33, 5, 17, -8, 0, 0, 25, 1, 0, 0, 0, 0, -42, 0]);
    expect(own.scales[0]).toBeCloseTo(0.6, 6);
    expect(own.scales[1]).toBe(0.25);
    const within = {
      ...node,
      integers: integers.map((x) => Math.trunc(x / 2)),
    } as unknown as QuantizedMvmNode;
    expect(squeeze(within, limits)).toBe(within);
  });
});
