/** Chips that ran over the same images -> what they come to, and what an effect costs them. */
import { sumOf } from '../math/sum.ts';
import { gainOf, lossOf, shareOf } from '../tune/loss.ts';
import { percentOf } from '../verify/metrics.ts';
import type { ReferenceRun } from '../verify/run-images.ts';
import { firstOf, imagesOf, type Run } from './few-images.ts';
import type { Cost, EffectReport, Measured } from './report.ts';

/** Share of what all effects err together below which an effect is not taken away from them. */
const slight = 0.01;

export const isSlight = ({ share, cost }: Cost, all: Measured): boolean =>
  share.high < slight * all.noise && cost.points === 0;

export function measuredOf(runs: readonly Omit<Run, 'errors'>[], references: ReferenceRun): Measured {
  const top1 = sumOf(runs.map(({ tally }) => percentOf(tally.top1!))) / runs.length;
  return { top1, ...lossOf(runs, references) };
}

/**
 * What an effect costs chips `having` it, against the same chips without it, on the images that both ran over.
 * @param told whose own figures are told
 */
export function costIn(
  references: ReferenceRun,
  having: readonly Run[],
  without: readonly Run[],
  told: 'with' | 'without',
): Cost {
  const images = Math.min(...[...having, ...without].map(imagesOf));
  const [own, other] = [having, without].map((runs) => runs.map((run) => firstOf(run, images, references)));
  return {
    images,
    ...measuredOf(told === 'with' ? own! : other!, references),
    cost: gainOf(own!, other!),
    share: shareOf(own!, other),
  };
}

/** By the points that they cost alone, or are seen to cost at all; of equal ones the larger part of the error first. */
export function costliestFirst(a: EffectReport, b: EffectReport): number {
  const pointsOf = ({ alone, allBut }: EffectReport) => (alone ?? allBut)!.cost.points;
  const shareIn = ({ alone, allBut }: EffectReport) => (allBut ?? alone)!.share.value;
  return pointsOf(b) - pointsOf(a) || shareIn(b) - shareIn(a);
}
