/** Chips that ran over the same images -> what they lose against floating point, and what one error of theirs costs. */
import { type CrossedMean, crossedMean, type PairedDifference, pairedDifference } from '../verify/metrics.ts';
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
  /** Digital multiplications that corrections add, as a share of those of all crossbar layers; mean over chips. */
  readonly corrections: number;
  /** Chips that were programmed: fewer than were to be where those already lose too much. */
  readonly trials: number;
}

/** Share of a mapping's error energy from which on an error is worth a remedy. */
export const noticed = 0.1;

/** A share of the output's energy, with a 95 % interval. */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** @param runs of the same images as the references */
export function lossOf(
  runs: readonly Pick<ChipRun, 'tally' | 'toFloat'>[],
  { float }: Pick<ReferenceRun, 'float'>,
): LossReport {
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

/** Points of accuracy that chips gain by being `without` an error; the same chips and images, pairwise. */
export function gainOf(
  runs: readonly Pick<ChipRun, 'tally'>[],
  without: readonly Pick<ChipRun, 'tally'>[],
): Loss {
  const { mean, low, high } = crossedMean(
    runs.map(({ tally }, chip) =>
      Float64Array.from(tally.top1!, (right, image) => without[chip]!.tally.top1![image]! - right),
    ),
  );
  return { points: 100 * mean, low: 100 * low, high: 100 * high };
}

type Errors = Pick<ChipRun, 'toFloat' | 'errors'>;

/** Error energy that chips have more of than those `without` an error, pairwise; that of the runs themselves where none are given. */
export function shareOf(runs: readonly Errors[], without?: readonly Errors[]): Share {
  const { toFloat, errors } = runs[0]!;
  const perImage = toFloat.signal / errors.length;
  const energies = runs.map((run, chip) =>
    run.errors.map((energy, image) => (energy - (without?.[chip]?.errors[image] ?? 0)) / perImage),
  );
  return shareIn(crossedMean(energies));
}

const shareIn = ({ mean, low, high }: CrossedMean): Share => ({ value: mean, low, high });
