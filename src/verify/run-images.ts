/** Runs models over the images of a plan: the floating-point model beside the integer reference, then chip after chip. */
import type { Dataset } from '../data/dataset.ts';
import { runJob } from '../pool.ts';
import { type BatchOutputs, type EncodedModel, type ImageBatch, job } from './infer-job.ts';
import { type SignalAndNoise, silence } from './metrics.ts';
import type { Plan } from './plan.ts';
import {
  addDifference,
  addOutputs,
  addSums,
  addToTally,
  createTally,
  type KeptOutputs,
  keepOutputs,
  type Tally,
} from './tally.ts';

/** Where and how images are run. */
export interface ImageRun {
  readonly dataset: Dataset;
  readonly plan: Plan;
  readonly threads: number;
}

/** Called with the number of images that are done. */
export type OnImages = (done: number, total: number) => void;

export interface ReferenceRun {
  readonly float: Tally;
  readonly ideal: Tally;
  readonly floatOutputs: KeptOutputs;
  readonly idealOutputs: KeptOutputs;
  /** Of the ideal outputs against floating point. */
  readonly idealNoise: SignalAndNoise;
}

/** @param ideal the integer reference */
export async function runReferences(
  images: ImageRun,
  { float, ideal }: { readonly float: EncodedModel; readonly ideal: EncodedModel },
  onImages?: OnImages,
): Promise<ReferenceRun> {
  const { plan } = images;
  const tallies = { float: createTally(plan), ideal: createTally(plan) };
  const floatOutputs = keepOutputs(plan);
  const idealOutputs = keepOutputs(plan);
  const noises: SignalAndNoise[] = [];
  await forBatches(images, [float, ideal], onImages, ({ first, outputs }, batch) => {
    const [real, integer] = [outputs[0]!, outputs[1]!];
    addToTally(tallies.float, plan, first, real);
    addOutputs(floatOutputs, first, real);
    addToTally(tallies.ideal, plan, first, integer);
    addOutputs(idealOutputs, first, integer);
    noises[batch] = addDifference(silence, floatOutputs, first, integer);
  });
  return { ...tallies, floatOutputs, idealOutputs, idealNoise: sumOf(noises) };
}

export interface ChipRun {
  readonly tally: Tally;
  readonly toFloat: SignalAndNoise;
  readonly toIdeal: SignalAndNoise;
}

/** @param chip the simulated chip */
export async function runChip(
  images: ImageRun,
  chip: EncodedModel,
  references: ReferenceRun,
  onImages?: OnImages,
): Promise<ChipRun> {
  const tally = createTally(images.plan);
  const toFloat: SignalAndNoise[] = [];
  const toIdeal: SignalAndNoise[] = [];
  await forBatches(images, [chip], onImages, ({ first, outputs }, batch) => {
    const mapped = outputs[0]!;
    addToTally(tally, images.plan, first, mapped);
    toFloat[batch] = addDifference(silence, references.floatOutputs, first, mapped);
    toIdeal[batch] = addDifference(silence, references.idealOutputs, first, mapped);
  });
  return { tally, toFloat: sumOf(toFloat), toIdeal: sumOf(toIdeal) };
}

/** Batches end in any order; their sums are added up in the order of the images, so that rounding is the same. */
function sumOf(batches: readonly SignalAndNoise[]): SignalAndNoise {
  return batches.reduce((sum, batch) => addSums(sum, batch), silence);
}

/** Batches are decoded here as threads ask for them; what remains of one is what `visit` keeps. */
async function forBatches(
  { dataset, plan, threads }: ImageRun,
  models: readonly EncodedModel[],
  onImages: OnImages | undefined,
  visit: (outputs: BatchOutputs, batch: number) => void,
): Promise<void> {
  const { indices, batchSize, input, output, values } = plan;
  let done = 0;
  await runJob(job, { models, plan: { input, output, values } }, imageBatches(dataset, plan, indices), {
    threads,
    count: Math.ceil(indices.length / batchSize),
    onResult(outputs, batch) {
      visit(outputs, batch);
      done += outputs.count;
      onImages?.(done, indices.length);
    },
  });
}

/** Samples of the data set, batch by batch. */
export async function* imageBatches(
  dataset: Dataset,
  { batchSize, input }: Plan,
  indices: readonly number[],
): AsyncGenerator<ImageBatch, void, undefined> {
  let first = 0;
  for await (const { indices: samples, tensor } of dataset.batches(
    indices,
    batchSize,
    input.dims ?? [undefined],
  )) {
    yield { first, count: samples.length, tensor };
    first += samples.length;
  }
}
