/** Runs models over the images of a plan: the floating-point model beside the integer reference, then chip after chip. */
import type { Dataset } from '../data/dataset.ts';
import { noStore, type ResultStore } from '../files/result-store.ts';
import { isAccelerator } from '../runtime/device.ts';
import { runJob } from '../threads/pool.ts';
import { type BatchOutputs, type EncodedModel, type ImageBatch, job } from './infer-job.ts';
import { openOutputs } from './kept-outputs.ts';
import { type SignalAndNoise, silence } from './metrics.ts';
import { addNaNImages, type NaNImages, raiseNaNImages } from './not-a-number.ts';
import type { Plan } from './plan.ts';
import type { ReferenceName } from './report.ts';
import {
  addDifferences,
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

type OutputValues = BatchOutputs['outputs'][number];

/** Called with the number of images that are done. */
type OnImages = (done: number, total: number) => void;

export interface ReferenceRun {
  readonly float: Tally;
  readonly ideal: Tally;
  readonly floatOutputs: KeptOutputs;
  readonly idealOutputs: KeptOutputs;
  /** Of the ideal outputs against floating point. */
  readonly idealNoise: SignalAndNoise;
  /** Models whose outputs an earlier run has kept. */
  readonly recalled: readonly ReferenceName[];
}

/**
 * @param ideal the integer reference
 * @param store of outputs: a model whose outputs it has is not run
 * @throws DiagnosticError result/not-a-number, of both models together
 */
export async function runReferences(
  images: ImageRun,
  { float, ideal }: { readonly float: EncodedModel; readonly ideal: EncodedModel },
  onImages?: OnImages,
  store: ResultStore = noStore,
): Promise<ReferenceRun> {
  const { plan } = images;
  const models = { float, ideal };
  const known = {
    float: await openOutputs(store, float, plan),
    ideal: await openOutputs(store, ideal, plan),
  };
  const names = ['float', 'ideal'] as const;
  const missing = names.filter((name) => !known[name].recalled);
  const tallies = { float: createTally(plan), ideal: createTally(plan) };
  const floatOutputs = keepOutputs(plan);
  const idealOutputs = keepOutputs(plan);
  const noises: SignalAndNoise[] = [];
  const noNumbers = {
    'the model in floating point': [] as NaNImages,
    'the integer reference': [] as NaNImages,
  };
  const visit = (first: number, count: number, made: Partial<Record<ReferenceName, OutputValues>>) => {
    const [real, integer] = names.map((name) => made[name] ?? known[name].of(first, count)) as [
      OutputValues,
      OutputValues,
    ];
    addNaNImages(noNumbers['the model in floating point'], plan, first, real);
    addNaNImages(noNumbers['the integer reference'], plan, first, integer);
    addToTally(tallies.float, plan, first, real);
    addOutputs(floatOutputs, first, real);
    addToTally(tallies.ideal, plan, first, integer);
    addOutputs(idealOutputs, first, integer);
    addDifferences(noises, floatOutputs, first, integer);
  };
  if (missing.length === 0) visit(0, plan.indices.length, {});
  else
    await forBatches(
      images,
      missing.map((name) => models[name]),
      onImages,
      ({ first, count, outputs }) => {
        const made = Object.fromEntries(missing.map((name, i) => [name, outputs[i]!]));
        for (const name of missing) known[name].add(first, made[name]!);
        visit(first, count, made);
      },
    );
  raiseNaNImages(noNumbers, plan, images.dataset);
  for (const name of missing) await known[name].keep();
  const recalled = names.filter((name) => known[name].recalled);
  return { ...tallies, floatOutputs, idealOutputs, idealNoise: sumOf(noises), recalled };
}

export interface ChipRun {
  readonly tally: Tally;
  readonly toFloat: SignalAndNoise;
  /** Error energy against floating point of every image whose outputs are kept. */
  readonly errors: Float64Array;
  readonly toIdeal: SignalAndNoise;
}

/** One state of a chip, whose slow noise is frozen while it computes some of the images. */
export interface ChipState {
  /** Its images, counted from 0. */
  readonly from: number;
  readonly to: number;
  /** The simulated chip in that state. */
  readonly encode: () => Promise<EncodedModel>;
}

/** Runs a simulated chip over all images. */
export async function runChip(
  images: ImageRun,
  chip: EncodedModel,
  references: ReferenceRun,
  onImages?: OnImages,
): Promise<ChipRun> {
  const whole = { from: 0, to: images.plan.indices.length, encode: async () => chip };
  return runStates(images, [whole], references, onImages);
}

/** Runs a simulated chip over the images, state after state. @throws DiagnosticError result/not-a-number */
export async function runStates(
  images: ImageRun,
  states: readonly ChipState[],
  references: ReferenceRun,
  onImages?: OnImages,
): Promise<ChipRun> {
  const tally = createTally(images.plan);
  const toFloat: SignalAndNoise[] = [];
  const toIdeal: SignalAndNoise[] = [];
  const noNumbers: NaNImages = [];
  for (const { from, to, encode } of states) {
    const onState: OnImages = (done, total) => onImages?.(from + done, total);
    await forBatches(
      images,
      [await encode()],
      onState,
      ({ first, outputs }) => {
        const mapped = outputs[0]!;
        addNaNImages(noNumbers, images.plan, first, mapped);
        addToTally(tally, images.plan, first, mapped);
        addDifferences(toFloat, references.floatOutputs, first, mapped);
        addDifferences(toIdeal, references.idealOutputs, first, mapped);
      },
      { from, to },
    );
  }
  raiseNaNImages({ 'the simulated chip': noNumbers }, images.plan, images.dataset);
  // Of images that are not kept there is nothing: `flat` leaves them out.
  const errors = Float64Array.from(toFloat.flat(), ({ noise }) => noise);
  return { tally, toFloat: sumOf(toFloat), errors, toIdeal: sumOf(toIdeal) };
}

/** Batches of any size end in any order; images are added up in their own order, so that rounding is the same. */
function sumOf(images: readonly SignalAndNoise[]): SignalAndNoise {
  return images.reduce((sum, image) => addSums(sum, image), silence);
}

/** Batches are decoded here as threads ask for them; what remains of one is what `visit` keeps. */
async function forBatches(
  { dataset, plan, threads }: ImageRun,
  models: readonly EncodedModel[],
  onImages: OnImages | undefined,
  visit: (outputs: BatchOutputs) => void,
  { from, to }: { readonly from: number; readonly to: number } = { from: 0, to: plan.indices.length },
): Promise<void> {
  const { batchSize, output, values } = plan;
  const indices = plan.indices.slice(from, to);
  let done = 0;
  onImages?.(done, plan.indices.length);
  await runJob(job, { models, plan: { output, values } }, imageBatches(dataset, plan, indices, from), {
    // One session feeds a device.
    threads: models.some(({ device }) => isAccelerator(device)) ? 1 : threads,
    count: Math.ceil(indices.length / batchSize),
    onResult(outputs) {
      visit(outputs);
      done += outputs.count;
      onImages?.(done, plan.indices.length);
    },
  });
}

/** Samples of the data set, batch by batch. @param start number of the first of them among the images of the plan */
export async function* imageBatches(
  dataset: Dataset,
  { batchSize, inputs }: Plan,
  indices: readonly number[],
  start = 0,
): AsyncGenerator<ImageBatch, void, undefined> {
  let first = start;
  for await (const { indices: samples, size, feeds } of dataset.batches(indices, batchSize, inputs)) {
    yield { first, count: samples.length, samples, size, feeds };
    first += samples.length;
  }
}
