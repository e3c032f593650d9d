/**
 * A few of the images, evenly spread, come first: what has become clear after them needs no others, and what is taken away of a large
 * network is compared on them alone. Read noise is keyed by image, so the first images of a run are what a run of them is.
 */
import { evenlySpread } from '../math/evenly-spread.ts';
import { addSignal, silence } from '../verify/metrics.ts';
import type { Plan } from '../verify/plan.ts';
import type { ChipRun, ChipState, ReferenceRun } from '../verify/run-images.ts';
import { addSums, type Tally } from '../verify/tally.ts';

/** A chip over all images, or the first of them. */
export type Run = Pick<ChipRun, 'tally' | 'toFloat' | 'errors'>;

/** Some more where these end within a batch. */
const usualFew = 24;

/** @returns whole batches; all images where there are no more */
export const fewOf = ({ indices, batchSize }: Plan): number =>
  Math.min(indices.length, batchSize * Math.ceil(usualFew / batchSize));

/** The same images, an evenly spread few of them first. */
export function fewFirst(plan: Plan): Plan {
  const { indices, hashes, targets } = plan;
  const first = evenlySpread(indices.length, fewOf(plan));
  const order = [...new Set([...first, ...indices.keys()])];
  return {
    ...plan,
    indices: order.map((image) => indices[image]!),
    hashes: order.map((image) => hashes[image]!),
    targets: targets && Int32Array.from(order, (image) => targets[image]!),
  };
}

/** What the states compute of the images from one number to below another. */
export const statesWithin = (states: readonly ChipState[], first: number, end: number): ChipState[] =>
  states.flatMap((state) => {
    const [from, to] = [Math.max(first, state.from), Math.min(end, state.to)];
    return from < to ? [{ ...state, from, to }] : [];
  });

export const imagesOf = ({ tally }: Run): number => tally.top1!.length;

/** A run as far as its first images go. */
export function firstOf(run: Run, count: number, { floatOutputs }: Pick<ReferenceRun, 'floatOutputs'>): Run {
  if (count >= imagesOf(run)) return run;
  const { data, stride, values } = floatOutputs;
  const errors = run.errors.subarray(0, Math.ceil(count / stride));
  const float = data.subarray(0, errors.length * values);
  return {
    tally: partOfTally(run.tally, 0, count),
    toFloat: {
      signal: addSignal(silence, float, float).signal,
      noise: errors.reduce((sum, error) => sum + error, 0),
    },
    errors,
  };
}

/** @param rest of the images that come after the first, whose tally has nothing of these */
export const joined = (first: Run, rest: Run): Run => ({
  tally: joinedTally(first.tally, partOfTally(rest.tally, imagesOf(first), imagesOf(rest))),
  toFloat: addSums(first.toFloat, rest.toFloat),
  errors: Float64Array.of(...first.errors, ...rest.errors),
});

const partOfTally = ({ chosen, top1, top5 }: Tally, from: number, to: number): Tally => ({
  chosen: chosen.subarray(from, to),
  top1: top1?.subarray(from, to),
  top5: top5?.subarray(from, to),
});

const joinedTally = (a: Tally, b: Tally): Tally => ({
  chosen: Int32Array.of(...a.chosen, ...b.chosen),
  top1: a.top1 && b.top1 && Uint8Array.of(...a.top1, ...b.top1),
  top5: a.top5 && b.top5 && Uint8Array.of(...a.top5, ...b.top5),
});
