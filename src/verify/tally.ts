/**
 * What a model made of the images, image by image: a few bytes each, whatever the number of classes. Outputs themselves
 * are kept of as many evenly spread images as fit into a fixed number of values, so that chips can be compared with them.
 */

import { defined } from '../defined.ts';
import { argmax } from '../math/argmax.ts';
import { addSignal, percentOf, type SignalAndNoise, silence, topCorrect } from './metrics.ts';
import type { Plan } from './plan.ts';
import type { Scores } from './report.ts';
import { addToValueTally, createValueTally, type ValueTally, valueScores } from './tally-values.ts';

export interface Tally {
  /** Class that was chosen, -1 for none; empty where the output is no list of classes. */
  readonly chosen: Int32Array;
  /** 1 where the class, or the text, is right; undefined without labels. */
  readonly top1: Uint8Array | undefined;
  /** 1 where the class is among the five best; undefined without labels or with five classes or fewer. */
  readonly top5: Uint8Array | undefined;
  /** Where the output is no list of classes, and a metric says how it is scored. */
  readonly values?: ValueTally;
}

export function createTally({ indices, classes, targets, metric, values }: Plan): Tally {
  const { length } = indices;
  return {
    chosen: new Int32Array(classes === undefined ? 0 : length),
    top1: targets || (metric?.kind === 'ctc' && metric.texts) ? new Uint8Array(length) : undefined,
    top5: targets && classes !== undefined && classes > 5 ? new Uint8Array(length) : undefined,
    ...(metric && { values: createValueTally(metric, length, values) }),
  };
}

/**
 * Scores the images from number `first` on.
 * @param outputs [image][value]
 */
export function addToTally(tally: Tally, plan: Plan, first: number, outputs: ArrayLike<number>): void {
  const { classes, targets, metric } = plan;
  if (metric && tally.values) {
    const right = addToValueTally(tally.values, metric, first, outputs, plan.values);
    if (right) tally.top1?.set(right, first);
  }
  if (classes === undefined) return;
  const count = outputs.length / classes;
  for (let i = 0; i < count; i++) tally.chosen[first + i] = argmax(outputs, i * classes, classes);
  if (!targets) return;
  const right = targets.subarray(first, first + count);
  tally.top1?.set(topCorrect(outputs, classes, right, 1), first);
  tally.top5?.set(topCorrect(outputs, classes, right, 5), first);
}

/** @param float the tally of the floating-point model, for the agreement */
export function scoresOf(tally: Tally, float: Tally): Scores {
  if (tally.values && float.values)
    return defined({
      words: tally.top1 && percentOf(tally.top1),
      ...valueScores(tally.values, float.values),
    });
  const same = Uint8Array.from(tally.chosen, (chosen, i) =>
    chosen >= 0 && chosen === float.chosen[i] ? 1 : 0,
  );
  return defined({
    top1: tally.top1 && percentOf(tally.top1),
    top5: tally.top5 && percentOf(tally.top5),
    agreement: same.length > 0 ? percentOf(same) : undefined,
  });
}

/** Outputs of every `stride`-th image. */
export interface KeptOutputs {
  readonly stride: number;
  /** Values per image. */
  readonly values: number;
  /** [kept image][value] */
  readonly data: Float32Array;
}

/** Values that are kept at most. */
const keptValues = 1 << 23;

export function keepOutputs({ indices, values }: Plan): KeptOutputs {
  const stride = Math.ceil(indices.length / Math.max(1, Math.floor(keptValues / values)));
  return { stride, values, data: new Float32Array(Math.ceil(indices.length / stride) * values) };
}

type Outputs = Float32Array | Float64Array;

export function addOutputs(kept: KeptOutputs, first: number, outputs: Outputs): void {
  forKept(kept, first, outputs, (slot, values) => kept.data.set(values, slot));
}

/** Sets what the images from number `first` on differ from the kept outputs by, in `sums` by number of the image. */
export function addDifferences(
  sums: SignalAndNoise[],
  reference: KeptOutputs,
  first: number,
  outputs: Outputs,
): void {
  forKept(reference, first, outputs, (slot, values, image) => {
    sums[image] = addSignal(silence, reference.data.subarray(slot, slot + reference.values), values);
  });
}

function forKept(
  { stride, values }: KeptOutputs,
  first: number,
  outputs: Outputs,
  visit: (slot: number, values: Outputs, image: number) => void,
): void {
  const count = outputs.length / values;
  for (let i = 0; i < count; i++) {
    if ((first + i) % stride === 0)
      visit(((first + i) / stride) * values, outputs.subarray(i * values, (i + 1) * values), first + i);
  }
}

export function addSums(a: SignalAndNoise, b: SignalAndNoise = silence): SignalAndNoise {
  return { signal: a.signal + b.signal, noise: a.noise + b.noise };
}
