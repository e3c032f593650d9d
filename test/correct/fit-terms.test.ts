/** Corrections with sums of inputs, against least squares by another solver and against errors that are known. */
import { Matrix, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { gainLimit } from '../../src/column-correction.ts';
import { fitTerms } from '../../src/correct/fit-terms.ts';
import { noSums } from '../../src/correct/input-sums.ts';
import { principalDirections } from '../../src/math/principal-directions.ts';
import { openStream } from '../../src/math/random.ts';
import { solveRidge } from '../../src/math/solve-ridge.ts';

function normals(length: number, seed: number): Float32Array {
  const stream = openStream(seed, 'fit-terms-test', 0);
  return Float32Array.from({ length }, () => stream.normal());
}

/** Rows of regressors and a column of ones -> coefficients, by the QR decomposition of ml-matrix. */
function leastSquares(rows: readonly (readonly number[])[], aim: readonly number[]): number[] {
  return solve(new Matrix(rows.map((row) => [...row, 1])), Matrix.columnVector([...aim])).to1DArray();
}

describe('fitTerms', () => {
  it('is least squares in gain, coefficients and bias, group by group', () => {
    const [count, groups, columns, rank] = [60, 2, 3, 2];
    const outputs = groups * columns;
    const sums = normals(count * groups * rank, 1);
    const measured = normals(count * outputs, 2).map((noise, at) => {
      const patch = Math.floor(at / columns);
      return 0.3 * noise + sums[patch * rank]! - 0.5 * sums[patch * rank + 1]! + 2;
    });
    const errors = normals(count * outputs, 3);
    const wanted = measured.map((y, at) => 1.1 * y + 0.05 * errors[at]! - 0.2 * (at % outputs));
    const fitted = fitTerms({ groups, columns }, { measured, wanted }, { rank }, sums);
    for (let o = 0; o < outputs; o++) {
      const first = Math.floor(o / columns) * rank;
      const rows = Array.from({ length: count }, (_, v) => [
        measured[v * outputs + o]!,
        ...sums.subarray(v * groups * rank + first, v * groups * rank + first + rank),
      ]);
      const aim = Array.from({ length: count }, (_, v) => wanted[v * outputs + o]!);
      const [gain, c0, c1, bias] = leastSquares(rows, aim);
      expect(fitted.gain[o]).toBeCloseTo(gain!, 4);
      expect(fitted.terms!.coefficients[o * rank]).toBeCloseTo(c0!, 4);
      expect(fitted.terms!.coefficients[o * rank + 1]).toBeCloseTo(c1!, 4);
      expect(fitted.bias[o]).toBeCloseTo(bias!, 4);
    }
  });

  it('takes the errors of nine cells away whose inputs are almost equal: c = -sum(errors) / 9', () => {
    const weights = [0.5, -0.3, 0.2, 0.4, -0.6, 0.1, 0.3, -0.2, 0.1];
    const errors = [0.05, 0.02, -0.01, 0.04, 0.03, 0.06, -0.02, 0.05, 0.05];
    const means = normals(400, 4);
    const texture = normals(400 * 9, 5);
    const inputs = texture.map((t, at) => 3 + means[Math.floor(at / 9)]! + 0.05 * t);
    const dot = (w: readonly number[], v: number) => w.reduce((sum, x, i) => sum + x * inputs[v * 9 + i]!, 0);
    const series = (w: readonly number[]) => Float32Array.from({ length: 400 }, (_, v) => dot(w, v));
    const wanted = series(weights);
    const measured = series(weights.map((w, i) => w + errors[i]!));
    const sums = series(Array<number>(9).fill(1));
    const { gain, bias, terms } = fitTerms(
      { groups: 1, columns: 1 },
      { measured, wanted },
      { rank: 1 },
      sums,
    );
    const total = errors.reduce((a, b) => a + b);
    const c = terms!.coefficients[0]!;
    // The output's own texture says what its gain is; what is left of the sum of the errors is the coefficient.
    const own = weights.reduce((a, b) => a + b) * (1 - gain[0]!);
    expect(c).toBeCloseTo((own - gain[0]! * total) / 9, 3);
    expect(gain[0]).toBeCloseTo(1, 1);
    const left = wanted.map((w, v) => gain[0]! * measured[v]! + c * sums[v]! + bias[0]! - w);
    const power = (values: Float32Array) => values.reduce((sum, x) => sum + x * x, 0) / values.length;
    const apart = power(errors.map((e) => e - total / 9) as unknown as Float32Array) * 9;
    // Nothing is left but what the errors make of the texture.
    expect(power(left)).toBeLessThan(1.1 * 0.05 ** 2 * apart);
    expect(power(measured.map((y, v) => y - wanted[v]!))).toBeGreaterThan(1e3 * power(left));
  });

  it('stays as it was compiled where outputs and sums tell the same', () => {
    const sums = normals(50, 6);
    const measured = sums.map((s) => 2 * s);
    const { gain, bias, terms } = fitTerms(
      { groups: 1, columns: 1 },
      { measured, wanted: measured },
      { rank: 1 },
      sums,
    );
    expect([gain[0], terms!.coefficients[0]]).toEqual([expect.closeTo(1, 5), expect.closeTo(0, 5)]);
    expect(bias[0]).toBeCloseTo(0, 5);
    const still = new Float32Array(50).fill(4);
    const fixed = fitTerms(
      { groups: 1, columns: 1 },
      { measured: still, wanted: measured },
      { rank: 1 },
      still,
    );
    expect([fixed.gain[0], fixed.terms!.coefficients[0]]).toEqual([1, 0]);
  });

  it('fits the sums to what a gain at its limit leaves', () => {
    const [own, sums] = [normals(200, 7), normals(200, 8)];
    const wanted = own.map((y, v) => 4 * y + 0.5 * sums[v]!);
    const { gain, terms } = fitTerms({ groups: 1, columns: 1 }, { measured: own, wanted }, { rank: 1 }, sums);
    const rows = Array.from(sums, (s) => [s]);
    const [c] = leastSquares(rows, [...wanted.map((w, v) => w - gainLimit * own[v]!)]);
    expect(gain[0]).toBe(gainLimit);
    expect(terms!.coefficients[0]).toBeCloseTo(c!, 4);
  });
});

describe('what the fits rest on', () => {
  it('solves a ridge system as another solver does', () => {
    const factors = normals(5 * 8, 9);
    const half = new Matrix(Array.from({ length: 5 }, (_, i) => [...factors.subarray(8 * i, 8 * i + 8)]));
    const a = half.mmul(half.transpose());
    const b = [...normals(5, 10)];
    const own = solveRidge(Float64Array.from(a.to1DArray()), Float64Array.from(b), 0.3);
    const other = solve(Matrix.add(a, Matrix.eye(5).mul(0.3)), Matrix.columnVector(b)).to1DArray();
    expect([...own]).toEqual(other.map((x) => expect.closeTo(x, 9)));
  });

  it('finds the directions of the largest variances, and makes none up', () => {
    const scatter = normals(3 * 300, 11);
    const axes = [
      [0.6, 0.8, 0, 0],
      [-0.8, 0.6, 0, 0],
    ];
    const vectors = Float32Array.from({ length: 4 * 300 }, (_, at) => {
      const [v, i] = [Math.floor(at / 4), at % 4];
      return 7 + 5 * scatter[2 * v]! * axes[0]![i]! + scatter[2 * v + 1]! * axes[1]![i]!;
    });
    const directions = principalDirections(vectors, 4, 3);
    for (const [r, axis] of axes.entries()) {
      const product = axis.reduce((sum, a, i) => sum + a * directions[4 * r + i]!, 0);
      expect(Math.abs(product)).toBeGreaterThan(0.999);
    }
    expect(directions.every(Number.isFinite)).toBe(true);
  });
});

describe('gain and bias alone', () => {
  const fit = (columns: number, measured: Float32Array, wanted: Float32Array) =>
    fitTerms({ groups: 1, columns }, { measured, wanted }, noSums, new Float32Array(0));

  it('are least squares: wanted = gain * measured + bias', () => {
    const measured = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i));
    const wanted = measured.map((m, i) => (i % 2 === 0 ? 1.25 * m - 0.5 : 0.8 * m + 2));
    const { gain, bias, terms } = fit(2, measured, wanted);
    expect([...gain]).toEqual([expect.closeTo(1.25, 5), expect.closeTo(0.8, 5)]);
    expect([...bias]).toEqual([expect.closeTo(-0.5, 5), expect.closeTo(2, 5)]);
    expect(terms).toBeUndefined();
  });

  it('keep the gain of a column that does not respond, or the wrong way round, and correct its mean', () => {
    for (const measured of [Float32Array.of(1, 1, 1), Float32Array.of(2, 1, 0)]) {
      const { gain, bias } = fit(1, measured, Float32Array.of(1, 2, 6));
      expect([gain[0], bias[0]]).toEqual([1, 2]);
    }
  });
});
