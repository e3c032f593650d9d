/** How chips were written again -> a few words. */
import type { RewritingReport } from '../chip/rewriting.ts';
import { sumOf } from '../math/sum.ts';
import { formatTime } from '../text/time.ts';
import { formatQuantity } from '../text/units.ts';
import { counted, formatCount, formatShare } from './number.ts';
import type { Fact } from './table.ts';

/** Layers that are listed one by one. */
const layersListed = 5;

export function formatRewriting({ wait, rounds, writes, layers }: RewritingReport): string {
  const cells = sumOf(rounds.map((pass) => pass.cells));
  const [time, energy] = [sumOf(rounds.map((pass) => pass.time)), sumOf(rounds.map((pass) => pass.energy))];
  const mean = writes.all / Math.max(1, writes.cells);
  return [
    `${counted(rounds.length, 'round')} ${formatTime(wait)} apart wrote ${formatCount(cells)} cells again (${formatShare(cells / Math.max(1, writes.cells))} of those with weights)`,
    `${mean.toFixed(2)} writes per cell, ${writes.most} at most`,
    `${formatQuantity(time, 's')}, ${formatQuantity(energy, 'J')}`,
    `expected error by cells ${decibels(layers, 'before')} to ${decibels(layers, 'after')} dB of the signal`,
  ].join('; ');
}

/** The layers that are left with most error. */
export function rewrittenLayers({ layers }: RewritingReport): readonly Fact[] {
  const worst = [...layers].sort((a, b) => b.after - a.after).slice(0, layersListed);
  return worst.map((layer) => [
    '',
    `${layer.output}: ${decibels([layer], 'before')} to ${decibels([layer], 'after')} dB`,
  ]);
}

/** Of the mean share of errors. */
function decibels(layers: RewritingReport['layers'], when: 'before' | 'after'): string {
  const mean = sumOf(layers.map((layer) => layer[when])) / Math.max(1, layers.length);
  return mean > 0 ? (10 * Math.log10(mean)).toFixed(1) : '-inf';
}
