/**
 * How far cells lie from where a target's own programming wants them: level conductance -> standard deviation over many
 * cells and chips, those among them that are stuck or that no pulse moves. The mean error is left out: it is common to the
 * cells of a level, and calibration of the chip takes most of it away. By scheme, each in closed form:
 *
 *   exact         0
 *   write-verify  a reading lies evenly within the tolerance: sqrt(tolerance^2 / 3 + readNoise^2). A loop that nears its
 *                 level from one side alone leaves less than that around a mean that is off: this is about both together
 *   pulse-verify  the same, with the tolerance of that level
 *   error-law     sigma(G) of the law, held within the window
 *   transfer      FeCAP charge, line and threshold errors of the digit, and the spread of its SET; sign errors left out
 *
 * Time, reading and wires are no part of it.
 */
import { polynomial } from './polynomial.ts';
import { levelStepOf } from './target/cell.ts';
import type { ErrorLawProgramming, Target } from './target/target.ts';

type Programmed = Pick<Target, 'cell' | 'programming' | 'hidden' | 'faults'>;

/** Mean and variance of a conductance (S, S^2). */
interface Spread {
  readonly mean: number;
  readonly variance: number;
}

/** Standard deviation of the cells that are programmed to `level` (S). */
export function levelSigma(target: Programmed, level: number): number {
  const { programming, cell } = target;
  if (programming.scheme === 'exact') return sigmaOf(withStuck(target, { mean: level, variance: 0 }));
  const reached = spreadAt(target, level);
  const dead = programming.scheme === 'transfer' ? 0 : programming.unresponsive;
  const left = afterReset(cell, programming.resetSpread);
  return sigmaOf(withStuck(target, mixed([1 - dead, reached], [dead, left])));
}

/** Standard deviation of the cells that no weight uses (S). */
export function unusedSigma(target: Programmed): number {
  const { programming, cell } = target;
  const spread = programming.scheme === 'exact' ? 0 : programming.resetSpread;
  const plain = cell.unused === 'reset' ? afterReset(cell, spread) : { mean: cell.gUnformed, variance: 0 };
  return sigmaOf(withStuck(target, plain));
}

/** Of the cells that programming moves. */
function spreadAt({ cell, programming, hidden }: Programmed, level: number): Spread {
  switch (programming.scheme) {
    case 'exact':
      return { mean: level, variance: 0 };
    case 'write-verify':
      return { mean: level, variance: programming.tolerance ** 2 / 3 + programming.readNoise ** 2 };
    case 'pulse-verify': {
      const { tolerance, toleranceLaw, readNoise } = programming;
      const own = toleranceLaw === 'absolute' ? tolerance : (tolerance * level) / cell.gUseMax;
      return { mean: level, variance: own ** 2 / 3 + readNoise ** 2 };
    }
    case 'error-law':
      return heldSpread(programming.distribution, lawSigma(programming, level), cell, level);
    case 'transfer': {
      const step = levelStepOf(cell);
      const digit = Math.round((level - cell.gUseMin) / step);
      if (digit === 0 || !hidden) return afterReset(cell, programming.resetSpread);
      const { chargeSpread, lineNoise, thresholdSpread, transferBits } = hidden;
      let charge = 0;
      for (let bit = 0; bit < transferBits; bit++)
        if ((digit >> bit) & 1) charge += (2 ** bit * chargeSpread) ** 2;
      const sigma = step * Math.sqrt(charge + lineNoise ** 2 + thresholdSpread ** 2);
      const { mean, variance } = heldSpread('normal', sigma, cell, level);
      // A factor of mean 1 on what the digit gives.
      const relative = programming.cycleToCycle ** 2;
      return { mean, variance: variance * (1 + relative) + mean ** 2 * relative };
    }
  }
}

/** Nodes of the midpoint rule over a standard normal; beyond six standard deviations there is next to nothing. */
const nodes = 200;
const reach = 6;

function lawSigma({ sigma }: ErrorLawProgramming, level: number): number {
  return Math.max(0, polynomial(sigma, level));
}

/** Conductances around a level, held within the window: clip(G + sigma xi), by the midpoint rule over xi. */
function heldSpread(
  distribution: ErrorLawProgramming['distribution'],
  sigma: number,
  { gMin, gMax }: Target['cell'],
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

/** gMin + |spread xi|. */
function afterReset({ gMin }: Target['cell'], spread: number): Spread {
  return { mean: gMin + spread * Math.sqrt(2 / Math.PI), variance: spread ** 2 * (1 - 2 / Math.PI) };
}

function withStuck({ faults, cell }: Programmed, cells: Spread): Spread {
  if (!faults) return cells;
  const { stuckLow, stuckHigh } = faults;
  return mixed(
    [1 - stuckLow - stuckHigh, cells],
    [stuckLow, { mean: cell.gMin, variance: 0 }],
    [stuckHigh, { mean: cell.gMax, variance: 0 }],
  );
}

/** Shares of cells with spreads of their own, taken together. */
function mixed(...parts: readonly (readonly [share: number, of: Spread])[]): Spread {
  const mean = parts.reduce((sum, [share, of]) => sum + share * of.mean, 0);
  const variance = parts.reduce((sum, [share, of]) => sum + share * (of.variance + (of.mean - mean) ** 2), 0);
  return { mean, variance };
}

const sigmaOf = ({ variance }: Spread): number => Math.sqrt(Math.max(0, variance));
