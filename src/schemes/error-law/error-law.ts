/**
 * Programming in one shot into a published distribution: turns a level into a conductance that is off by what the
 * authors' own write loop left. With sigma(G) = max(0, sum c_k G^k) at the level's conductance G:
 *
 *   normal       g = G + sigma xi
 *   log-normal   g = G exp(s xi - s^2 / 2), s^2 = ln(1 + (sigma / G)^2): mean G and standard deviation sigma too
 *   uniform      g = G + sqrt(3) sigma (2 u - 1)
 *
 * held within [gMin, gMax]. A share `unresponsive` of the cells keeps its conductance. xi and u are keyed by (seed,
 * effect, array, cell, event).
 */
import { sigmaAt } from '../../math/polynomial.ts';
import { openStream, type Stream } from '../../math/random.ts';
import type { Window } from '../../target/cell.ts';
import type { Write, WriteOutcome } from '../scheme.ts';
import type { ErrorLawProgramming } from './parameters.ts';

export interface ErrorLawDraws {
  readonly unresponsive: Stream;
  readonly error: Stream;
  readonly pulses: Stream;
}

export function openErrorLawDraws(seed: number, array: number): ErrorLawDraws {
  return {
    unresponsive: openStream(seed, 'unresponsive', array),
    error: openStream(seed, 'programming-error', array),
    pulses: openStream(seed, 'pulses', array),
  };
}

/** A conductance around `level`, before the window holds it (S). */
export function disturbed(law: ErrorLawProgramming, level: number, stream: Stream): number {
  const sigma = sigmaAt(law.sigma, level);
  switch (law.distribution) {
    case 'normal':
      return level + sigma * stream.normal();
    case 'uniform':
      return level + Math.sqrt(3) * sigma * (2 * stream.uniform() - 1);
    case 'log-normal': {
      if (level <= 0) return level;
      const variance = Math.log1p((sigma / level) ** 2);
      return level * Math.exp(Math.sqrt(variance) * stream.normal() - variance / 2);
    }
  }
}

/** A whole number of pulses, whose mean over many cells is the law's. */
function pulsesDrawn(mean: number, stream: Stream, event: number): number {
  const fewest = Math.floor(mean);
  if (fewest === mean) return mean;
  stream.seek(event);
  return stream.uniform() < mean - fewest ? fewest + 1 : fewest;
}

/**
 * Programs one cell; the pulses around their mean number count as SET pulses.
 * @param outcome where the result goes
 */
export function programOnce(
  law: ErrorLawProgramming,
  window: Window,
  draws: ErrorLawDraws,
  { cell, event, from, level, stuck }: Write,
  outcome: WriteOutcome,
): void {
  draws.unresponsive.seek(cell);
  const responds = law.unresponsive === 0 || draws.unresponsive.uniform() >= law.unresponsive;
  draws.error.seek(event);
  outcome.conductance = responds
    ? Math.min(window.gMax, Math.max(window.gMin, disturbed(law, level, draws.error)))
    : from;
  outcome.setPulses = pulsesDrawn(law.pulses, draws.pulses, event);
  outcome.resetPulses = 0;
  outcome.reads = outcome.setPulses + 1;
  outcome.accepted = responds && stuck === undefined;
}
