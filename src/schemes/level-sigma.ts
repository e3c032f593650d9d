/**
 * How far cells lie from where a target's own programming wants them: level conductance -> standard deviation over many
 * cells and chips, those among them that are stuck or that no pulse moves. The mean error is left out: it is common to the
 * cells of a level, and calibration of the chip takes most of it away. Time, reading and wires are no part of it.
 */
import type { Target } from '../target/target.ts';
import { schemeOf } from './models.ts';
import { type Spread, sigmaOf, withStuck } from './spread.ts';

/** Standard deviation of the cells that are programmed to `level` (S). */
export function levelSigma(target: Target, level: number): number {
  return sigmaOf(levelSpread(target, level));
}

/** Standard deviation of the cells that no weight uses (S). */
export function unusedSigma(target: Target): number {
  return sigmaOf(unusedSpread(target));
}

/** Mean and variance of the cells that are programmed to `level` (S). */
export function levelSpread(target: Target, level: number): Spread {
  return withStuck(target.faults, target.cell, schemeOf(target).spread(level));
}

/** The same of the cells that no weight uses. */
export function unusedSpread(target: Target): Spread {
  const { cell, faults } = target;
  const plain =
    cell.unused === 'reset' ? schemeOf(target).afterReset() : { mean: cell.gUnformed, variance: 0 };
  return withStuck(faults, cell, plain);
}
