/** Refitted weights are those of a ridge regression within bounds, and never worse on vectors that they were not fitted to. */
import fc from 'fast-check';
import { Matrix, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { integerNoise } from '../../../passes/integers/integer-noise.ts';
import { quantize } from '../../../passes/integers/quantize.ts';
import {
  expectedError,
  type IntegerNoise,
  openFit,
  refitColumn,
} from '../../../passes/integers/refit-column.ts';
import { readingSigma } from '../../../src/chip/expected-reading.ts';
import { inputCovariance } from '../../../src/kernels/input-covariance.ts';
import { openStream } from '../../../src/math/random.ts';
import { levelSigma } from '../../../src/schemes/level-sigma.ts';
import { levelConductance, levelStepOf } from '../../../src/target/cell.ts';
import { loadTarget } from '../../../src/target/load.ts';
import { writeVerifyTarget } from '../../chip/bench.ts';
import { model } from '../../support/onnx-model.ts';
import { mvmLayer, recordOf } from '../layers.ts';

const stream = openStream(3, 'test', 0);
const normals = (count: number) => Float64Array.from({ length: count }, () => stream.normal());

/** Of inputs that have much in common. */
function covarianceOf(rows: number): Matrix {
  const factor = new Matrix(Array.from({ length: rows }, () => [...normals(rows)]));
  return factor.mmul(factor.transpose()).add(new Matrix(Array(rows).fill(Array(rows).fill(rows))));
}

const flat = (variance: number, weightMax = 127): IntegerNoise =>
  new Float64Array(2 * weightMax + 1).fill(variance);
const fitOf = (s: Matrix, noise: IntegerNoise) =>
  openFit([{ start: 0, covariance: Float64Array.from(s.to1DArray()) }], s.rows, noise);

/** Least (v - w)^T S (v - w) with |v| <= bound: the best of all ways in which weights may lie at the bound. */
function boundedByEnumeration(s: Matrix, w: Float64Array, bound: number): Float64Array {
  const rows = w.length;
  let best = new Float64Array(rows);
  let least = Number.POSITIVE_INFINITY;
  for (let way = 0; way < 3 ** rows; way++) {
    const held = Array.from({ length: rows }, (_, row) => (Math.floor(way / 3 ** row) % 3) - 1);
    const free = held.flatMap((side, row) => (side === 0 ? [row] : []));
    const v = Float64Array.from(held, (side) => side * bound);
    if (free.length > 0) {
      // S_FF (v_F - w_F) = -S_FA (v_A - w_A)
      const right = free.map((row) => [
        -held.reduce((sum, side, j) => sum + (side === 0 ? 0 : s.get(row, j) * (v[j]! - w[j]!)), 0),
      ]);
      const moved = solve(new Matrix(free.map((i) => free.map((j) => s.get(i, j)))), new Matrix(right));
      for (const [at, row] of free.entries()) v[row] = w[row]! + moved.get(at, 0);
    }
    if (v.some((x) => Math.abs(x) > bound * (1 + 1e-9))) continue;
    const off = v.map((x, row) => x - w[row]!);
    const error = off.reduce((sum, x, i) => sum + x * off.reduce((t, y, j) => t + s.get(i, j) * y, 0), 0);
    if (error < least) [least, best] = [error, v];
  }
  return best;
}

describe('a column', () => {
  it('has the least expected error that weights within bounds 15 % apart have, with the signal as large as before', () => {
    for (let trial = 0; trial < 10; trial++) {
      const s = covarianceOf(5);
      const w = normals(5);
      const fit = fitOf(s, flat(60));
      const errorOf = (v: Float64Array) => expectedError(fit, w, v, Math.max(...v.map(Math.abs)) / 127);
      const largest = Math.max(...w.map(Math.abs));
      let least = errorOf(w);
      const wanted = s.mmul(Matrix.columnVector([...w])).to1DArray();
      const along = (x: Float64Array) => x.reduce((sum, y, row) => sum + y * wanted[row]!, 0);
      for (let bound = largest; bound > 0.15 * largest; bound *= 0.85) {
        const v = boundedByEnumeration(s, w, bound);
        least = Math.min(least, errorOf(v.map((x) => (x * along(w)) / along(v))));
      }
      const found = errorOf(refitColumn(fit, w));
      expect(found).toBeLessThanOrEqual(errorOf(w));
      expect(found).toBeLessThan(1.01 * least);
    }
  });

  it('is the ridge regression where noise grows with the square of the weight, with the signal as large as before', () => {
    const s = covarianceOf(6);
    const w = normals(6);
    const growth = 0.05;
    const noise = flat(0).map((_, at) => growth * (at - 127) ** 2);
    const v = refitColumn(fitOf(s, noise), w);
    const wanted = s.mmul(Matrix.columnVector([...w]));
    const ridge = Matrix.diag(s.diagonal().map((x) => growth * x)).add(s);
    const direct = solve(ridge, wanted).to1DArray();
    const along = (x: ArrayLike<number>) => wanted.to1DArray().reduce((sum, y, i) => sum + y * x[i]!, 0);
    const step = Math.max(...v.map(Math.abs)) / 127;
    for (const [row, x] of direct.entries())
      expect(Math.abs(v[row]! - (x * along(w)) / along(direct))).toBeLessThan(step);
    expect(along(v)).toBeCloseTo(along(w), 9);
  });

  it('stays as it is where cells hold what they are told', () => {
    const w = normals(5);
    expect(refitColumn(fitOf(covarianceOf(5), flat(0)), w)).toEqual(w);
  });
});

/** Inputs of which each sample's have a common part. */
function recordFor(rows: number, count: number) {
  const vectors = new Uint8Array(count * rows);
  for (let v = 0; v < count; v++) {
    const common = stream.normal();
    for (let row = 0; row < rows; row++)
      vectors[v * rows + row] = Math.max(0, Math.min(255, 128 + 40 * common + 15 * stream.normal()));
  }
  return recordOf({ y: { vectors, count, inputMean: new Float32Array(rows) } });
}

async function integersOf(
  weights: readonly number[],
  rows: number,
  record: ReturnType<typeof recordFor>,
  noise?: IntegerNoise,
) {
  const node = mvmLayer(rows, weights.length / rows, weights, new Array(weights.length / rows).fill(0));
  const graph = model({ inputs: { x: [1, rows] }, outputs: { y: undefined }, nodes: [node] });
  const { nodes } = await quantize.run(graph, {
    record,
    weightMaxOf: () => 127,
    rounding: 'error-feedback',
    noiseOf: () => noise,
  });
  const [result] = nodes;
  if (result?.kind !== 'quantized-mvm') throw new Error('not quantized');
  return result;
}

describe('a matrix', () => {
  it('is never expected to do worse on vectors that were not fitted', async () => {
    const seeds = fc.tuple(fc.integer({ min: 2, max: 12 }), fc.double({ min: 0, max: 400, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(seeds, async ([rows, variance]) => {
        const columns = 3;
        const record = recordFor(rows, 200);
        const weights = [...normals(rows * columns)];
        const noise = flat(variance);
        const plain = await integersOf(weights, rows, record);
        const moved = await integersOf(weights, rows, record, noise);
        const layer = record.layers.get('y')!;
        const half = { ...layer, vectors: layer.vectors.subarray(100 * rows), count: 100 };
        const fit = openFit([{ start: 0, covariance: inputCovariance([half], 0, rows) }], rows, noise);
        for (let column = 0; column < columns; column++) {
          const own = (of: ArrayLike<number>, step = 1) =>
            Float64Array.from({ length: rows }, (_, row) => step * of[row * columns + column]!);
          const error = ({ integers, scales }: typeof plain) =>
            expectedError(fit, own(weights), own(integers, scales[column]), scales[column]!);
          expect(error(moved)).toBeLessThanOrEqual(error(plain));
        }
      }),
      { numRuns: 30, seed: 5 },
    );
  });

  it('leaves the grid of its weights where that uses little of the window', async () => {
    const grid = [70, -70, 33, 12, 7, -50, 21, 64].map((k) => k / 64);
    const record = recordFor(8, 200);
    const plain = await integersOf(grid, 8, record);
    expect(Math.max(...plain.integers.map(Math.abs))).toBe(70);
    const moved = await integersOf(grid, 8, record, flat(30));
    expect(Math.max(...moved.integers.map(Math.abs))).toBe(127);
    expect(moved.scales[0]).toBeLessThan(0.6 * plain.scales[0]!);
  });

  it('is as it was where cells are exact, and where there are too few vectors to judge by', async () => {
    const weights = [...normals(24)];
    const record = recordFor(8, 200);
    expect(await integersOf(weights, 8, record, flat(0))).toEqual(await integersOf(weights, 8, record));
    const few = recordFor(8, 40);
    expect(await integersOf(weights, 8, few, flat(60))).toEqual(await integersOf(weights, 8, few));
  });
});

describe('the noise of integers', () => {
  const choice = {
    encoding: 'differential',
    slices: 1,
    copies: 1,
    repeats: 1,
    residual: false,
    inputNumbers: 'binary',
  } as const;

  it('is that of both cells of a pair, by digit, shared among copies', () => {
    const { cell } = writeVerifyTarget;
    const most = cell.levels - 1;
    const sigmaOf = (level: number) => levelSigma(writeVerifyTarget, level);
    const noise = integerNoise(writeVerifyTarget, { ...choice, copies: 2 }, most, sigmaOf);
    const variance = (digit: number) => (sigmaOf(levelConductance(cell, digit)) / levelStepOf(cell)) ** 2;
    for (const integer of [-most, -1, 0, 3, most])
      expect(noise[integer + most]).toBeCloseTo((variance(Math.abs(integer)) + variance(0)) / 2, 12);
  });

  it('counts a digit by the square of what it stands for', () => {
    const one = integerNoise(writeVerifyTarget, { ...choice, slices: 2 }, 112, () =>
      levelStepOf(writeVerifyTarget.cell),
    );
    const radix = 2 * Math.ceil((Math.sqrt(2 * 112 + 1) - 1) / 2) + 1;
    const levels = Math.floor((writeVerifyTarget.cell.levels - 1) / ((radix - 1) / 2));
    expect(one[112]).toBeCloseTo((2 * (1 + radix ** 2)) / levels ** 2, 9);
  });

  it('is taken when cells have relaxed', async () => {
    const { target } = await loadTarget('cmo-hfox-130nm', []);
    const { spread } = target.relaxation!;
    const level = 50e-6;
    // A second after programming; of a reading 0.0277316 uS log10(50) sqrt(ln((1 + 1e-6) / 2e-6)).
    const reading = 0.0277316e-6 * Math.log10(50) * Math.sqrt(Math.log((1 + 1e-6) / 2e-6));
    const expected = Math.hypot(spread, reading, levelSigma(target, level));
    expect(readingSigma(target, 1)(level) / expected).toBeGreaterThan(0.95);
    expect(readingSigma(target, 1)(level) / expected).toBeLessThan(1.05);
  });
});
