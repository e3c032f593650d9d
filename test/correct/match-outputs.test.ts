/** Gains of outputs that err, against those with which they were made. */
import { describe, expect, it } from 'vitest';
import { fitTerms } from '../../src/correct/fit-terms.ts';
import { noSums } from '../../src/correct/input-sums.ts';
import { matchOutputs } from '../../src/correct/match-outputs.ts';
import { type OutputSums, scaleOutputs, sumOutputs } from '../../src/correct/output-sums.ts';
import { openStream } from '../../src/math/random.ts';
import { float32 } from '../../src/math/tensor.ts';

const stream = openStream(1, 'match-outputs-test', 0);
const [samples, positions] = [32, 100];
/** A fifth of what is measured is error. */
const noise = 0.5;

const layout = (columns: number) => ({ groups: 1, columns, geometry: { kind: 'matmul' as const } });

/** By sample, what should come out of columns, and (that + noise) * slope + offset. */
function measured(slopes: readonly number[], offset: number, positionsOf = positions) {
  const columns = slopes.length;
  return Array.from({ length: samples }, () => {
    const wanted = Float32Array.from({ length: positionsOf * columns }, () => 3 + stream.normal());
    const got = wanted.map((w, i) => slopes[i % columns]! * (w + noise * stream.normal()) + offset);
    return { wanted: float32([positionsOf, columns], wanted), got: float32([positionsOf, columns], got) };
  });
}

const sumsOf = (columns: number, made: ReturnType<typeof measured>): OutputSums[] =>
  made.map(({ wanted, got }) => sumOutputs(layout(columns), wanted, got)!);

describe('gains of noisy outputs', () => {
  const slopes = [0.8, 0.9, 1, 1.1, 1.15];
  const made = measured(slopes, 2);
  const { gain, bias } = matchOutputs(sumsOf(slopes.length, made));

  it('are those that were taken away, within their standard errors', () => {
    // Of a slope: slope * noise / sqrt(values).
    const error = noise / Math.sqrt(samples * positions);
    for (const [o, slope] of slopes.entries()) {
      expect(Math.abs(gain[o]! * slope - 1)).toBeLessThan(3 * error);
      // gain * (slope * 3 + 2) + bias = 3, within the error of a mean.
      expect(Math.abs(gain[o]! * (3 * slope + 2) + bias[o]! - 3)).toBeLessThan(3 * error);
    }
  });

  it('are attenuated by the share of the noise where least squares fit them', () => {
    const all = (of: (sample: (typeof made)[number]) => Float32Array) =>
      Float32Array.from(made.flatMap((sample) => [...of(sample)]));
    const naive = fitTerms(
      layout(slopes.length),
      {
        measured: all(({ got }) => got.data as Float32Array),
        wanted: all(({ wanted }) => wanted.data as Float32Array),
      },
      noSums,
      new Float32Array(0),
    );
    for (const [o, slope] of slopes.entries()) expect(naive.gain[o]! * slope).toBeCloseTo(1 / 1.25, 1);
  });
});

it('columns that are known worse than they differ get the gain of all', () => {
  const slopes = Array.from({ length: 40 }, () => 0.9);
  const { gain } = matchOutputs(sumsOf(slopes.length, measured(slopes, 0, 1)));
  // A slope of 32 values scatters by noise / sqrt(32) = 9 %.
  for (const own of gain) expect(Math.abs(own - 1 / 0.9)).toBeLessThan(0.06);
});

it('a column that gives nothing, or never varies, stays as it is or as all are', () => {
  const made = measured([0.8, 0.8, 0.8], 0).map(({ wanted, got }) => {
    const [w, y] = [wanted.data as Float32Array, got.data as Float32Array];
    for (let i = 0; i < w.length; i += 3) {
      y[i] = 0;
      w[i + 1] = 1;
    }
    return { wanted, got };
  });
  const { gain, bias } = matchOutputs(sumsOf(3, made));
  expect(gain[2]).toBeCloseTo(1.25, 1);
  for (const o of [0, 1]) {
    expect(gain[o]).toBeCloseTo(gain[2]!, 9);
    expect(bias[o]).toBe(0);
  }
});

it('sums and corrections go by column, in images and in vectors', () => {
  const image = float32([1, 2, 3], [1, 2, 3, 10, 20, 30]);
  const conv = { groups: 2, columns: 1, geometry: { kind: 'conv' as const } };
  const sums = sumOutputs(conv, image, image)!;
  expect(sums).toEqual({
    count: 3,
    wanted: Float64Array.of(6, 60),
    got: Float64Array.of(6, 60),
    squares: Float64Array.of(14, 1400),
    products: Float64Array.of(14, 1400),
  });
  const match = { gain: Float64Array.of(2, 3), bias: Float64Array.of(1, 0) };
  expect([...scaleOutputs(conv, image, match).data]).toEqual([3, 5, 7, 30, 60, 90]);
  const vectors = float32([3, 2], [1, 2, 3, 10, 20, 30]);
  expect([...scaleOutputs(layout(2), vectors, match).data]).toEqual([3, 6, 7, 30, 41, 90]);
  expect(sumOutputs(layout(2), vectors, float32([2, 2], [1, 2, 3, 4]))).toBeUndefined();
});
