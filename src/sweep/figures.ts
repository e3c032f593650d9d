/** Results of the chips of a point -> its figures, each with a 95 % interval. */
import { sumOf } from '../math/sum.ts';
import {
  crossedMean,
  decibels,
  pairedDifference,
  percentOf,
  type SignalAndNoise,
  studentQuantile,
} from '../verify/metrics.ts';
import { addSums } from '../verify/tally.ts';
import { unpackFlags } from './flags.ts';
import type { MetricName } from './study.ts';
import type { SweepResult } from './task.ts';

/** What a chip made of all images: 1 or 0 for each. */
export interface ChipOutcome {
  readonly top1: Uint8Array | undefined;
  readonly top5: Uint8Array | undefined;
  readonly agreement: Uint8Array | undefined;
  readonly toFloat: SignalAndNoise;
  /** The same of floating point and the integer reference. */
  readonly float: Uint8Array | undefined;
  readonly ideal: Uint8Array | undefined;
}

/** @param results of all ranges of images, in order */
export function chipOutcome(results: readonly SweepResult[]): ChipOutcome {
  const joined = (of: (result: SweepResult) => string | undefined) => {
    const parts = results.map((result) => {
      const text = of(result);
      return text === undefined ? undefined : unpackFlags(text, result.images);
    });
    return parts.every((part) => part !== undefined)
      ? Uint8Array.from(parts.flatMap((part) => [...part]))
      : undefined;
  };
  return {
    top1: joined(({ chip }) => chip.top1),
    top5: joined(({ chip }) => chip.top5),
    agreement: joined(({ chip }) => chip.agreement),
    toFloat: results.map(({ chip }) => chip.toFloat).reduce((a, b) => addSums(a, b)),
    float: joined(({ float }) => float.top1),
    ideal: joined(({ ideal }) => ideal.top1),
  };
}

/** In percent, points or dB; without ends where there is a single image, or for a ratio a single chip. */
export interface SweepFigure {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** @returns undefined where the outputs or labels do not have it */
export function figureOf(metric: MetricName, chips: readonly ChipOutcome[]): SweepFigure | undefined {
  if (metric === 'snr') return ratioOf(chips);
  if (metric === 'difference') {
    const { float } = chips[0]!;
    const flags = chips.flatMap(({ top1 }) => top1 ?? []);
    if (!float || flags.length < chips.length) return undefined;
    if (float.length < 2) return { value: sumOf(flags.map(percentOf)) / flags.length - percentOf(float) };
    const { points: value, low, high } = pairedDifference(flags, float);
    return { value, low, high };
  }
  const flags = chips.flatMap((chip) => chip[metric] ?? []);
  if (flags.length < chips.length) return undefined;
  if (flags[0]!.length < 2) return { value: sumOf(flags.map(percentOf)) / flags.length };
  const { mean, low, high } = crossedMean(flags.map((own) => Float64Array.from(own)));
  return { value: 100 * mean, low: 100 * low, high: 100 * high };
}

/** Of the outputs to what they err from floating point, of all chips together; the interval is Student's over the chips. */
function ratioOf(chips: readonly ChipOutcome[]): SweepFigure | undefined {
  const value = decibels(chips.map(({ toFloat }) => toFloat).reduce((a, b) => addSums(a, b)));
  if (!Number.isFinite(value)) return undefined;
  const ratios = chips.map(({ toFloat }) => decibels(toFloat));
  if (ratios.length < 2 || !ratios.every(Number.isFinite)) return { value };
  const mean = sumOf(ratios) / ratios.length;
  const variance = sumOf(ratios.map((ratio) => (ratio - mean) ** 2)) / (ratios.length - 1);
  const margin = studentQuantile(ratios.length - 1) * Math.sqrt(variance / ratios.length);
  return { value, low: value - margin, high: value + margin };
}
