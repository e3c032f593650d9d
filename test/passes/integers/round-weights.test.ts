import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundNearest, roundWithFeedback } from '../../../passes/integers/round-weights.ts';
import type { LayerRecord } from '../../../src/ir/calibration-record.ts';
import { feedbackFactors } from '../../../src/kernels/feedback-factors.ts';
import { inputCovariance } from '../../../src/kernels/input-covariance.ts';
import { openStream } from '../../../src/math/random.ts';
import { recordOf } from '../layers.ts';

const stream = openStream(1, 'test', 0);

/** Vectors of inputs that share a common part, as the channels of a trained network do. */
function correlatedInputs(rows: number, count: number): LayerRecord {
  const vectors = new Uint8Array(count * rows);
  for (let v = 0; v < count; v++) {
    const common = stream.normal();
    for (let row = 0; row < rows; row++)
      vectors[v * rows + row] = Math.max(
        0,
        Math.min(255, Math.round(128 + 40 * common + 15 * stream.normal())),
      );
  }
  return recordOf({ y: { vectors, count, inputMean: new Float32Array(rows) } }).layers.get('y')!;
}

/** Variance of the error that integers cause on the outputs of one column. */
function outputError(
  record: LayerRecord,
  weights: Float64Array,
  integers: ArrayLike<number>,
  step: number,
): number {
  const rows = weights.length;
  const errors = Array.from({ length: record.count }, (_, v) =>
    weights.reduce((sum, w, r) => sum + (w - integers[r]! * step) * record.vectors[v * rows + r]!, 0),
  );
  const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
  return errors.reduce((sum, e) => sum + (e - mean) ** 2, 0) / errors.length;
}

/** The best integers of all. */
function leastError(record: LayerRecord, weights: Float64Array, step: number): number {
  const rows = weights.length;
  let least = Number.POSITIVE_INFINITY;
  for (let choice = 0; choice < 3 ** rows; choice++) {
    const integers = Array.from(
      weights,
      (w, r) => Math.round(w / step) + (Math.floor(choice / 3 ** r) % 3) - 1,
    );
    least = Math.min(least, outputError(record, weights, integers, step));
  }
  return least;
}

describe('rounding with error feedback', () => {
  it('factors the damped covariance as (U + I) D (U + I)^T', () => {
    const rows = Array.from({ length: 5 }, () => Float64Array.from({ length: 9 }, () => stream.normal()));
    const covariance = rows.map((a) => rows.map((b) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)));
    const damping = (0.01 * covariance.reduce((sum, row, i) => sum + row[i]!, 0)) / 5;
    const u = feedbackFactors(Float64Array.from(covariance.flat()));
    for (let i = 0; i < 5; i++) {
      for (let j = i; j < 5; j++) {
        // D lies on the diagonal of u, whose upper triangle is U.
        let product = 0;
        for (let k = j; k < 5; k++)
          product += (k === i ? 1 : u[i * 5 + k]!) * u[k * 5 + k]! * (k === j ? 1 : u[j * 5 + k]!);
        expect(product).toBeCloseTo(covariance[i]![j]! + (i === j ? damping : 0), 10);
      }
    }
  });

  it('takes the covariance over the vectors of all uses, each around its own mean, in codes of the first', () => {
    const use = fc.record({
      scale: fc.constantFrom(0.5, 1, 3),
      signed: fc.boolean(),
      vectors: fc.uint8Array({ minLength: 39, maxLength: 13 * 30 }),
    });
    fc.assert(
      fc.property(
        fc.array(use, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 13 }),
        (uses, first, wanted) => {
          const rows = Math.min(wanted, 13 - first);
          const records = uses.map(({ scale, signed, vectors }) => {
            const own = { vectors, count: Math.floor(vectors.length / 13), inputMean: new Float32Array(13) };
            return recordOf({ y: { ...own, quantization: { scale, zero: 0, signed, bits: 8 } } }).layers.get(
              'y',
            )!;
          });
          const found = inputCovariance(records, first, rows);
          const centred = records.map(({ vectors, count, quantization: { scale, signed } }) =>
            Array.from({ length: rows }, (_, row) => {
              const codes = Array.from({ length: count }, (_, v) => vectors[v * 13 + first + row]!);
              const values = codes.map((c) => (scale / uses[0]!.scale) * (signed && c > 127 ? c - 256 : c));
              const mean = values.reduce((a, b) => a + b, 0) / count;
              return values.map((value) => value - mean);
            }),
          );
          for (let i = 0; i < rows; i++) {
            for (let j = i; j < rows; j++) {
              const sums = centred.map((x) => x[i]!.reduce((sum, value, v) => sum + value * x[j]![v]!, 0));
              const whole = sums.reduce((a, b) => a + b, 0);
              expect(Math.abs(found[i * rows + j]! - whole)).toBeLessThan(1e-6 * (1 + Math.abs(whole)));
            }
          }
        },
      ),
    );
  });

  it('comes closer to the best integers of all than rounding to nearest does', () => {
    let [nearest, feedback, best] = [0, 0, 0];
    for (let problem = 0; problem < 40; problem++) {
      const rows = 6;
      const record = correlatedInputs(rows, 64);
      const weights = Float64Array.from({ length: rows }, () => 3 * stream.normal());
      const matrix = { weights, rows, columns: 1, steps: Float64Array.of(1), weightMax: 100 };
      const integers = new Int8Array(rows);
      roundNearest(matrix, integers);
      nearest += outputError(record, weights, integers, 1);
      roundWithFeedback(matrix, [record], 0, integers);
      feedback += outputError(record, weights, integers, 1);
      best += leastError(record, weights, 1);
    }
    expect(feedback).toBeLessThan(0.5 * nearest);
    expect(feedback).toBeGreaterThanOrEqual(best);
    expect(feedback).toBeLessThan(2.5 * best);
  });

  it('is rounding to nearest where inputs vary independently of each other', () => {
    // All eight combinations of driven rows: no two inputs are correlated.
    const rows = 3;
    const vectors = Uint8Array.from([9, 0, 0, 0, 9, 0, 0, 0, 9, 9, 9, 0, 0, 9, 9, 9, 0, 9, 0, 0, 0, 9, 9, 9]);
    const record = recordOf({ y: { vectors, count: 8, inputMean: new Float32Array(rows) } }).layers.get('y')!;
    const weights = Float64Array.of(0.4, 1.6, -2.3);
    const integers = new Int8Array(rows);
    roundWithFeedback(
      { weights, rows, columns: 1, steps: Float64Array.of(1), weightMax: 7 },
      [record],
      0,
      integers,
    );
    expect([...integers]).toEqual([0, 2, -2]);
  });

  it('stays within the integers that the cells hold, and leaves columns of zeros alone', () => {
    const record = correlatedInputs(4, 32);
    const weights = Float64Array.of(3.6, 0, 3.6, 0, -3.6, 0, 3.4, 0);
    const integers = new Int8Array(8);
    roundWithFeedback(
      { weights, rows: 4, columns: 2, steps: Float64Array.of(1, 0), weightMax: 3 },
      [record],
      0,
      integers,
    );
    for (let row = 0; row < 4; row++) {
      expect(Math.abs(integers[2 * row]!)).toBeLessThanOrEqual(3);
      expect(integers[2 * row + 1]).toBe(0);
    }
  });

  it('rounds every column of a wide matrix as it rounds it alone', () => {
    const [rows, columns] = [9, 300];
    const record = correlatedInputs(rows, 64);
    const weights = Float32Array.from({ length: rows * columns }, () => 3 * stream.normal());
    const steps = Float64Array.from({ length: columns }, (_, c) => 0.5 + c / columns);
    const integers = new Int8Array(rows * columns);
    roundWithFeedback({ weights, rows, columns, steps, weightMax: 20 }, [record], 0, integers);
    for (const c of [0, 1, 255, 256, 299]) {
      const own = weights.filter((_, i) => i % columns === c);
      const alone = new Int8Array(rows);
      const column = { weights: own, rows, columns: 1, steps: steps.subarray(c, c + 1), weightMax: 20 };
      roundWithFeedback(column, [record], 0, alone);
      expect(
        integers.filter((_, i) => i % columns === c),
        `column ${c}`,
      ).toEqual(alone);
    }
  });

  it('serves all uses of a matrix, each by the size of its inputs', () => {
    const rows = 6;
    const size = (scale: number) => ({ quantization: { scale, zero: 0, signed: false, bits: 8 } });
    const [one, other] = [correlatedInputs(rows, 64), correlatedInputs(rows, 64)];
    const weights = Float64Array.from({ length: rows }, () => 3 * stream.normal());
    const matrix = { weights, rows, columns: 1, steps: Float64Array.of(1), weightMax: 100 };
    const rounded = (...records: LayerRecord[]) => {
      const integers = new Int8Array(rows);
      roundWithFeedback(matrix, records, 0, integers);
      return integers;
    };
    expect(rounded(one, one)).toEqual(rounded(one));
    // A use with inputs a thousand times smaller has no say.
    expect(rounded({ ...one, ...size(1) }, { ...other, ...size(0.001) })).toEqual(rounded(one));
    expect(rounded({ ...one, ...size(0.001) }, { ...other, ...size(1) })).toEqual(rounded(other));
  });
});
