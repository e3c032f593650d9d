import { describe, expect, it } from 'vitest';
import { type CountedSums, type Range, rangeOf } from '../../../passes/program/converter-range.ts';
import { pooledRanges } from '../../../passes/program/pooled-ranges.ts';
import { openStream } from '../../../src/math/random.ts';

const codes = 255;

function counted(values: readonly number[]): CountedSums {
  return { values: Float64Array.from(values), counts: new Uint32Array(values.length).fill(1) };
}

/** Mean square error of converting fresh sums. */
function errorOf(sums: readonly number[], { low, high }: Range): number {
  const rounding = ((high - low) / codes) ** 2 / 12;
  return sums.reduce((sum, x) => sum + rounding + Math.max(0, low - x, x - high) ** 2, 0) / sums.length;
}

describe('pooled-ranges', () => {
  it('normal sums of any mean and spread get the range that is best for a normal', () => {
    const draws = openStream(1, 'test', 0);
    const shapes = Array.from({ length: 400 }, (_, c) => ({ mean: (c % 7) - 3, deviation: 1 + (c % 11) }));
    const columns = shapes.map(({ mean, deviation }) =>
      counted(Array.from({ length: 256 }, () => mean + deviation * draws.normal())),
    );
    // The uniform quantizer of 256 levels that is best for a normal has steps of 0.0308 sigma (Max, IRE Trans. Inf. Theory 6, 1960).
    const width = 255 * 0.0308;
    pooledRanges(columns, codes).forEach(({ low, high }, c) => {
      const { mean, deviation } = shapes[c]!;
      // Four standard errors of a spread that 256 draws tell, and a thirty-second of the extreme between ends that are tried.
      const tolerance = 4 / Math.sqrt(2 * 256) + 1 / 32;
      expect(Math.abs((high - low) / deviation / width - 1)).toBeLessThan(tolerance);
      expect(Math.abs((high + low) / 2 - mean)).toBeLessThan(0.6 * deviation);
    });
  });

  it('columns whose own class was not seen convert it all the same', () => {
    // 300 classes, each of 100 inputs of one of them: a column's own class gives 9 where others give a normal.
    const draws = openStream(2, 'test', 0);
    const classes = 300;
    const seen = Array.from({ length: 100 }, (_, i) => 3 * i);
    const sumsOf = (column: number, inputs: readonly number[]) =>
      inputs.map((own) => (own === column ? 9 : 0) + draws.normal());
    const columns = Array.from({ length: classes }, (_, c) => counted(sumsOf(c, seen)));
    const pooled = pooledRanges(columns, codes);
    const unseen = Array.from({ length: 100 }, (_, i) => 3 * i + 1);
    let [ofPooled, ofOwn] = [0, 0];
    for (let c = 0; c < classes; c++) {
      const sums = sumsOf(c, unseen);
      ofPooled += errorOf(sums, pooled[c]!) / classes;
      ofOwn += errorOf(sums, rangeOf(columns[c]!, 'mse', codes)) / classes;
    }
    expect(ofPooled).toBeLessThan(ofOwn / 5);
  });

  it('a range holds zero, and is of no width where every sum is zero', () => {
    const [shifted, silent] = pooledRanges([counted([5, 6, 7, 5, 6]), counted([0, 0])], codes) as [
      Range,
      Range,
    ];
    expect(shifted.low).toBe(0);
    expect(shifted.high).toBeGreaterThan(6);
    expect(silent).toEqual({ low: 0, high: 0 });
  });

  it('sums may be counted together, and those not seen do not count', () => {
    const apart = pooledRanges([counted([1, 1, -2, 4, 4, 4])], codes);
    const together = pooledRanges(
      [{ values: Float64Array.of(1, -2, 4, 1000), counts: Uint32Array.of(2, 1, 3, 0) }],
      codes,
    );
    expect(together[0]!.low).toBeCloseTo(apart[0]!.low, 9);
    expect(together[0]!.high).toBeCloseTo(apart[0]!.high, 9);
  });
});
