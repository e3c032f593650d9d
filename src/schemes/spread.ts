/** How far conductances lie from where they are wanted, over many cells and chips: mean and variance in closed form. */
import type { Cell, Window } from '../target/cell.ts';
import type { Faults } from '../target/faults.ts';

/** Mean and variance of a conductance (S, S^2). */
export interface Spread {
  readonly mean: number;
  readonly variance: number;
}

export type Distribution = 'normal' | 'log-normal' | 'uniform';

/** Nodes of the midpoint rule over a standard normal; beyond six standard deviations there is next to nothing. */
const nodes = 200;
const reach = 6;

/** Conductances around a level, held within the window: clip(G + sigma xi), by the midpoint rule over xi. */
export function heldSpread(
  distribution: Distribution,
  sigma: number,
  { gMin, gMax }: Window,
  level: number,
): Spread {
  if (sigma === 0) return { mean: level, variance: 0 };
  const uniform = distribution === 'uniform';
  const end = uniform ? Math.sqrt(3) : reach;
  const logVariance = level > 0 ? Math.log1p((sigma / level) ** 2) : 0;
  let [weights, mean, square] = [0, 0, 0];
  for (let i = 0; i < nodes; i++) {
    const xi = (2 * end * (i + 0.5)) / nodes - end;
    const weight = uniform ? 1 : Math.exp(-0.5 * xi * xi);
    const drawn =
      distribution === 'log-normal'
        ? level * Math.exp(Math.sqrt(logVariance) * xi - logVariance / 2)
        : level + sigma * xi;
    const off = Math.min(gMax, Math.max(gMin, drawn)) - level;
    weights += weight;
    mean += weight * off;
    square += weight * off * off;
  }
  mean /= weights;
  return { mean: level + mean, variance: square / weights - mean ** 2 };
}

/**
 * Around a level that a write loop accepts within a tolerance: a reading lies evenly within it, off by its noise. A loop
 * that nears its level from one side alone leaves less than that around a mean that is off: this is about both together.
 */
export function loopSpread(tolerance: number, readNoise: number, level: number): Spread {
  return { mean: level, variance: tolerance ** 2 / 3 + readNoise ** 2 };
}

/** Right after RESET: gMin + |spread xi|. */
export function resetSpread({ gMin }: Window, spread: number): Spread {
  return { mean: gMin + spread * Math.sqrt(2 / Math.PI), variance: spread ** 2 * (1 - 2 / Math.PI) };
}

/** Cells among which some are stuck. */
export function withStuck(faults: Faults | undefined, cell: Cell, cells: Spread): Spread {
  if (!faults) return cells;
  const { stuckLow, stuckHigh } = faults;
  return mixed(
    [1 - stuckLow - stuckHigh, cells],
    [stuckLow, { mean: cell.gMin, variance: 0 }],
    [stuckHigh, { mean: cell.gMax, variance: 0 }],
  );
}

/** Shares of cells with spreads of their own, taken together. */
export function mixed(...parts: readonly (readonly [share: number, of: Spread])[]): Spread {
  const mean = parts.reduce((sum, [share, of]) => sum + share * of.mean, 0);
  const variance = parts.reduce((sum, [share, of]) => sum + share * (of.variance + (of.mean - mean) ** 2), 0);
  return { mean, variance };
}

export const sigmaOf = ({ variance }: Spread): number => Math.sqrt(Math.max(0, variance));
