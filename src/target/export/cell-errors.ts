/** What programming errs by on a target, in the forms in which other tools take it: a table by level, and a polynomial. */

import { solveRidge } from '../../math/solve-ridge.ts';
import { twelveDigits } from '../../math/twelve-digits.ts';
import { levelSpread } from '../../schemes/level-sigma.ts';
import { schemeOf } from '../../schemes/models.ts';
import { levelConductance } from '../cell.ts';
import type { Target } from '../target.ts';

/** Cells that were programmed to a level (S). */
export interface LevelError {
  readonly level: number;
  /** What they are off by on average. */
  readonly shift: number;
  readonly sigma: number;
}

/** Levels of a table, at most. */
const mostLevels = 129;

/** By rising level, stuck cells and those that no pulse moves among them; of many levels some, evenly spread. */
export function levelErrors(target: Target): readonly LevelError[] {
  const { cell } = target;
  const count = Math.min(cell.levels, mostLevels);
  return Array.from({ length: count }, (_, i) => {
    const level = levelConductance(cell, Math.round((i * (cell.levels - 1)) / (count - 1)));
    const { mean, variance } = levelSpread(target, level);
    return { level, shift: mean - level, sigma: Math.sqrt(variance) };
  });
}

export interface Fitted {
  /** Of rising powers. */
  readonly coefficients: readonly number[];
  /** Root of the mean square that is left. */
  readonly rms: number;
}

/** A polynomial of second degree by least squares, raised where it would fall below 0. */
export function fitQuadratic(x: readonly number[], y: readonly number[]): Fitted {
  const largest = Math.max(...x.map(Math.abs));
  const moment = (power: number, values: readonly number[]) =>
    values.reduce((sum, own, i) => sum + own * (x[i]! / largest) ** power, 0);
  const ones = x.map(() => 1);
  const squares = Float64Array.from({ length: 9 }, (_, i) => moment(Math.floor(i / 3) + (i % 3), ones));
  const solved = solveRidge(squares, Float64Array.of(moment(0, y), moment(1, y), moment(2, y)), 1e-13);
  const found = [...solved].map((c, k) => c / largest ** k);
  const least = Math.min(...x.map((own) => found.reduce((sum, c, k) => sum + c * own ** k, 0)));
  // A little more, because coefficients are rounded.
  if (least < 0) found[0]! += 1e-9 * Math.max(...y) - least;
  const left = y.map((own, i) => own - found.reduce((sum, c, k) => sum + c * x[i]! ** k, 0));
  return {
    coefficients: found.map(twelveDigits),
    rms: Math.sqrt(left.reduce((sum, own) => sum + own ** 2, 0) / left.length),
  };
}

export interface ProgrammingLaw {
  /** sigma(G) / uS by powers of G / uS. */
  readonly sigma: readonly number[];
  /** Root mean square of what the polynomial is off by (uS); 0 where the law of the target is one. */
  readonly rms: number;
  readonly distribution: 'normal' | 'uniform' | 'log-normal';
}

/** The law of programming as a polynomial: the target's own, or one that is fitted to the spread of its levels. */
export function programmingLaw(target: Target): ProgrammingLaw {
  const { errorLaw, exact } = schemeOf(target);
  if (exact) return { sigma: [0], rms: 0, distribution: 'normal' };
  if (errorLaw)
    return {
      sigma: errorLaw.sigma.map((c, k) => inMicro(c, k)),
      rms: 0,
      distribution: errorLaw.distribution,
    };
  const errors = levelErrors(target);
  const { coefficients, rms } = fitQuadratic(
    errors.map(({ level }) => 1e6 * level),
    errors.map(({ sigma }) => 1e6 * sigma),
  );
  return { sigma: coefficients, rms, distribution: 'normal' };
}

/** Coefficient of power k of a polynomial in S, as it is in uS. */
export const inMicro = (coefficient: number, power: number): number =>
  twelveDigits(coefficient * 1e6 ** (1 - power));
