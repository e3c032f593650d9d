/**
 * Which error costs the accuracy of a mapping: its chips are run again with one error of the target taken away at a time, all
 * cells and draws else as they were, and the network without any chip with one rounding alone.
 */

import { defined } from '../defined.ts';
import { recalled } from '../files/result-store.ts';
import type { CompileOptions } from '../ir/options.ts';
import { encodeModel } from '../onnx/encode.ts';
import { errorsOf } from '../target/errors.ts';
import { runChip } from '../verify/run-images.ts';
import { gainOf, type Loss, type LossReport, lossOf, type Share, shareOf } from './loss.ts';
import { comparedRuns, type Measurement, runsWithout } from './measure.ts';
import { roundedInputs, roundedWeights } from './rounded.ts';
import type { Setup } from './setup.ts';

interface BlameEntry extends LossReport {
  /** The error: an effect of the target, or a rounding. */
  readonly error: string;
  /** Measured on the chips of the mapping `without` it, or without any chip with it `alone`. */
  readonly how: 'without' | 'alone';
  /** Part of the output's error energy that this error makes up, as a share of the output's energy. */
  readonly share: Share;
  /** Chips that it was measured on; 0 for a rounding. */
  readonly trials: number;
  /** Points of accuracy that taking it away brings, on the same chips and images; absent for a rounding. */
  readonly gain?: Loss;
}

export interface Blame {
  readonly entries: readonly BlameEntry[];
  /** The error with the largest share of those that were seen: whose interval does not include 0. Absent where none was. */
  readonly largest?: string;
  /** Errors of the target that act only some time after programming, where it is read right after it. */
  readonly later: readonly string[];
}

/**
 * @param options the mapping
 * @param total its own measurement on the tuning images, from the first seed on
 */
export async function blame(setup: Setup, options: CompileOptions, total: Measurement): Promise<Blame> {
  const { tuning: part, at } = setup;
  const own = comparedRuns(total);
  const chips = own.length;
  const all = errorsOf(setup.loaded.target);
  const acting = all.filter(({ later }) => at > 0 || !later);
  const roundings = [
    ['weight rounding', roundedWeights],
    ['input rounding', roundedInputs],
  ] as const;
  const entries: BlameEntry[] = [];
  const add = (entry: BlameEntry, start: number) => {
    entries.push(entry);
    const alone = entry.how === 'alone';
    const what = alone ? `only ${entry.error}, no chip` : `without ${entry.error}`;
    const { loss, snrToFloat, trials } = entry;
    const seconds = (performance.now() - start) / 1000;
    setup.tell({ what, loss, snrToFloat, trials, seconds });
  };
  for (const { error } of acting) {
    if (!setup.clock.allows('chip', total.report.arrays)) break;
    const start = performance.now();
    const without = await runsWithout(setup, options, { part, seed: setup.seed, chips }, error);
    const measured = lossOf(without, part.references);
    const share = shareOf(own, without);
    add({ error, how: 'without', trials: chips, ...measured, share, gain: gainOf(own, without) }, start);
  }
  for (const [error, lower] of roundings) {
    const start = performance.now();
    const of = {
      ...setup.identity,
      options: setup.options,
      rounding: error,
      indices: part.images.plan.indices,
    };
    const run = await recalled(setup.store, 'tune-run', of, () => {
      const bytes = encodeModel(lower(setup.real, setup.compiled.graph));
      return runChip(part.images, { bytes }, part.references, setup.on(`only ${error}`)('simulate'));
    });
    add({ error, how: 'alone', trials: 0, ...lossOf([run], part.references), share: shareOf([run]) }, start);
  }
  const seen = entries.filter(({ share }) => share.low > 0);
  const [first, ...more] = seen;
  const largest = first && more.reduce((a, b) => (b.share.value > a.share.value ? b : a), first);
  const later = all.filter((error) => !acting.includes(error)).map(({ error }) => error);
  return defined({ entries, later, largest: largest?.error });
}
