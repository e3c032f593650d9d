/** Chips that ran over the same images -> what they lose against floating point. */
import { type PairedDifference, pairedDifference } from '../verify/metrics.ts';
import { type Snr, snrOf } from '../verify/report.ts';
import type { ChipRun, ReferenceRun } from '../verify/run-images.ts';
import { addSums } from '../verify/tally.ts';

/** Accuracy lost against floating point on the same images, in points, with a 95 % interval. */
export interface Loss {
  readonly points: number;
  readonly low: number;
  readonly high: number;
}

export interface LossReport {
  readonly loss: Loss;
  /** Of the outputs, against floating point. */
  readonly snrToFloat: Snr;
  /** Energy of the output error as a share of that of the floating-point output. */
  readonly noise: number;
}

export interface MappingReport extends LossReport {
  readonly arrays: number;
  readonly chips: number;
  /** Per inference. */
  readonly conversions: number;
}

/** @param runs of the same images as the references */
export function lossOf(runs: readonly ChipRun[], { float }: Pick<ReferenceRun, 'float'>): LossReport {
  const difference = pairedDifference(
    runs.flatMap(({ tally }) => tally.top1 ?? []),
    float.top1!,
  );
  const sums = runs.map(({ toFloat }) => toFloat).reduce((a, b) => addSums(a, b));
  return { loss: negated(difference), snrToFloat: snrOf(sums), noise: sums.noise / sums.signal };
}

function negated({ points, low, high }: PairedDifference): Loss {
  return { points: 0 - points, low: 0 - high, high: 0 - low };
}
