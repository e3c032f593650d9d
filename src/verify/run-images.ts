/** Runs models over the images of a plan: the floating-point model beside the integer reference, then chip after chip. */
import type { Dataset } from '../data/dataset.ts';
import { InternalError } from '../diagnostic.ts';
import type { Session } from '../runtime/session.ts';
import { type Tensor, toDoubles } from '../tensor.ts';
import { type SignalAndNoise, silence } from './metrics.ts';
import type { Plan } from './plan.ts';
import {
  addDifference,
  addOutputs,
  addToTally,
  createTally,
  type KeptOutputs,
  keepOutputs,
  type Tally,
} from './tally.ts';

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
  dataset: Dataset,
  plan: Plan,
  models: { readonly float: Session; readonly ideal: Session },
  onImages?: OnImages,
): Promise<ReferenceRun> {
  const float = createTally(plan);
  const ideal = createTally(plan);
  const floatOutputs = keepOutputs(plan);
  const idealOutputs = keepOutputs(plan);
  let idealNoise = silence;
  await forBatches(dataset, plan, onImages, async (first, count, tensor) => {
    const real = await outputsOf(models.float, plan, tensor, count);
    addToTally(float, plan, first, real);
    addOutputs(floatOutputs, first, real);
    const integer = await outputsOf(models.ideal, plan, tensor, count);
    addToTally(ideal, plan, first, integer);
    addOutputs(idealOutputs, first, integer);
    idealNoise = addDifference(idealNoise, floatOutputs, first, integer);
  });
  return { float, ideal, floatOutputs, idealOutputs, idealNoise };
}

export interface ChipRun {
  readonly tally: Tally;
  readonly toFloat: SignalAndNoise;
  readonly toIdeal: SignalAndNoise;
}

/** @param chip the simulated chip */
export async function runChip(
  dataset: Dataset,
  plan: Plan,
  chip: Session,
  references: ReferenceRun,
  onImages?: OnImages,
): Promise<ChipRun> {
  const tally = createTally(plan);
  let toFloat = silence;
  let toIdeal = silence;
  await forBatches(dataset, plan, onImages, async (first, count, tensor) => {
    const outputs = await outputsOf(chip, plan, tensor, count);
    addToTally(tally, plan, first, outputs);
    toFloat = addDifference(toFloat, references.floatOutputs, first, outputs);
    toIdeal = addDifference(toIdeal, references.idealOutputs, first, outputs);
  });
  return { tally, toFloat, toIdeal };
}

async function forBatches(
  dataset: Dataset,
  { indices, batchSize, input }: Plan,
  onImages: OnImages | undefined,
  visit: (first: number, count: number, tensor: Tensor) => Promise<void>,
): Promise<void> {
  let first = 0;
  for await (const batch of dataset.batches(indices, batchSize, input.dims ?? [undefined])) {
    await visit(first, batch.indices.length, batch.tensor);
    first += batch.indices.length;
    onImages?.(first, indices.length);
  }
}

/** Values of the scored output for the first `count` images: a model with a fixed batch gives more. */
async function outputsOf(
  session: Session,
  plan: Plan,
  tensor: Tensor,
  count: number,
): Promise<Float32Array | Float64Array> {
  const results = await session.run({ [plan.input.name]: tensor }, [plan.output]);
  const result = results[plan.output]!;
  const data = result.data instanceof Float32Array ? result.data : toDoubles(result);
  if (!data || data.length < count * plan.values)
    throw new InternalError(
      'verify',
      `output '${plan.output}' has the dims [${result.dims}] for ${count} images`,
    );
  return data.subarray(0, count * plan.values);
}
