/** Drift on a bench: what cells of some levels still conduct, by time, beside the law of Nandakumar et al. (2019). */
import { normalBelow } from '../../math/normal.ts';
import { evenly, evenlyInLog } from '../../math/statistics.ts';
import { levelConductance } from '../../target/cell.ts';
import type { ConditionExperiment } from '../condition.ts';
import { populationFigures, shares, timeAfterProgramming } from '../population-figures.ts';
import { drifting } from './cells.ts';
import type { Drift } from './model.ts';

/** Below this share of the highest level there is next to nothing to see. */
const least = 0.05;

/** Quantile of |N(mean, sigma)|, by bisection of its distribution function. */
export function foldedQuantile(mean: number, sigma: number, share: number): number {
  if (sigma === 0) return Math.abs(mean);
  let [low, high] = [0, Math.abs(mean) + 9 * sigma];
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    const below = normalBelow((middle - mean) / sigma) - normalBelow((-middle - mean) / sigma);
    if (below < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Mean and spread of the exponent of cells that were programmed to a conductance, before its sign is dropped. */
function exponentAt(law: Drift, g: number): readonly [mean: number, sigma: number] {
  const x = Math.log(g / law.gReference);
  const within = (low: number, high: number, value: number) => Math.min(high, Math.max(low, value));
  return [
    within(law.exponentMin, law.exponentMax, law.exponent + law.exponentSlope * x),
    within(law.spreadMin, law.spreadMax, law.spread + law.spreadSlope * x),
  ];
}

const drift: ConditionExperiment<Drift> = ({ law, cell }, { seed }) =>
  populationFigures({
    name: 'drift',
    title: 'Drift after programming',
    uses: ['drift', 'cell.gUseMin', 'cell.gUseMax'],
    y: { name: 'conductance left', unit: '%' },
    seen: (from, to) => (100 * to) / from,
    levels: evenly(0, cell.levels - 1, 4)
      .map((code) => levelConductance(cell, code))
      .map((g) => Math.max(g, least * cell.gUseMax)),
    x: timeAfterProgramming,
    places: evenlyInLog(Math.max(law.validFrom, law.t0 / 20), law.validTo, 33),
    movedBy: (at) => drifting(law, { seed, array: 0, window: cell, at }),
    law: (level, at) => {
      const [mean, sigma] = exponentAt(law, level);
      const left = (share: number) => 100 * (1 + at / law.t0) ** -foldedQuantile(mean, sigma, share);
      // The steeper a cell drifts, the less is left.
      return { low: left(shares.high), middle: left(shares.middle), high: left(shares.low) };
    },
  });

export const driftExperiments = { drift } as const;
