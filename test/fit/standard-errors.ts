/** Whether standard errors are right: deviations from the truth in their units, over many data sets that are drawn anew. */
import { expect } from 'vitest';
import type { FittedField } from '../../src/fit/law.ts';
import { meanOf, sigmaOfSample } from '../../src/math/statistics.ts';

/**
 * Deviations of fitted numbers, by field. Numbers that are fitted by their logarithms are held against the truth in these, and a list is
 * a field for each of its numbers.
 */
export type Deviations = ReadonlyMap<string, readonly number[]>;

export function deviationsOf(
  fits: readonly (readonly FittedField[])[],
  truth: (fields: readonly FittedField[]) => Readonly<Record<string, number>>,
  isLogarithm: (field: string) => boolean,
): Deviations {
  const all = new Map<string, number[]>();
  for (const fields of fits) {
    const known = truth(fields);
    for (const { field, value, standardError } of fields) {
      const own = known[field];
      if (standardError === undefined || own === undefined) continue;
      const found = Number(value);
      const off = isLogarithm(field)
        ? (Math.log(found / own) * found) / standardError
        : (found - own) / standardError;
      all.set(field, [...(all.get(field) ?? []), off]);
    }
  }
  return all;
}

/** Quantile of chi-square (Wilson and Hilferty 1931) by that of the standard normal. */
const chiSquareAt = (degrees: number, z: number) =>
  degrees * (1 - 2 / (9 * degrees) + z * Math.sqrt(2 / (9 * degrees))) ** 3;
/** Quantile 0.9995 of the standard normal: an interval of 99.9 %. */
const z = 3.2905;

/** @param fewest data sets in which every field was found */
export function expectRightErrors(deviations: Deviations, fields: readonly string[], fewest: number): void {
  expect([...deviations.keys()].sort()).toEqual([...fields].sort());
  for (const [field, off] of deviations) {
    const n = off.length;
    expect(n, field).toBeGreaterThanOrEqual(fewest);
    expect(Math.abs(meanOf(off)), `mean of ${field}`).toBeLessThan(3 / Math.sqrt(n));
    const variance = sigmaOfSample(off) ** 2;
    expect(variance, `variance of ${field}`).toBeGreaterThan(chiSquareAt(n - 1, -z) / (n - 1));
    expect(variance, `variance of ${field}`).toBeLessThan(chiSquareAt(n - 1, z) / (n - 1));
  }
}
