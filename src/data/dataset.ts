/** A data set: preprocessed samples of a source, streamed in batches. Nothing grows with the number of samples. */

import { dataInputs, dataNotWhole, dataShape, labelOutOfRange, labelsMissing } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { float32, type Tensor } from '../math/tensor.ts';
import { type FedSample, feedSample } from './feed.ts';
import { type Feeding, feedingOf, fixedBatch, type ModelInput } from './feeding.ts';
import type { InputDims } from './fit.ts';
import { createGate } from './gate.ts';
import { checkLimit, defaultDataLimit, storedBytes } from './limit.ts';
import { quoted } from './named.ts';
import { applicableReadings } from './prepare.ts';
import type { Preprocessing } from './preprocessing.ts';
import type { Source } from './source.ts';

export interface Sample extends FedSample {
  /** File name, or number. */
  readonly id: string;
}

export interface Batch {
  /** The samples in it, in order. */
  readonly indices: readonly number[];
  /** Samples that the feeds hold: where the model fixes the batch, the last one fills up what is left. */
  readonly size: number;
  /** By input, float32, [size, ...sample]; without the first axis where the input has none for a batch. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly ids: readonly string[];
  readonly hashes: readonly string[];
}

export interface Dataset {
  readonly name: string;
  readonly path: string;
  readonly length: number;
  /** Class index per sample as stored, without labelOffset. */
  readonly labels: Int32Array | undefined;
  /** By label, without labelOffset. */
  readonly classNames: readonly string[] | undefined;
  readonly preprocessing: Preprocessing;
  /** Dims of the first sample as stored; the images of a folder may differ. */
  sampleShape(): readonly number[];
  idOf(index: number): string;
  /** The same samples, prepared in another way; absent where samples are fed as they are stored. */
  readonly preparedAs?: (preprocessing: Preprocessing) => Dataset;
  /**
   * One sample, with the dims that `input` wants, without the batch axis; where no input is given, images are in the order
   * of `layout`, or NCHW. Raises what `batches` raises.
   */
  sample(index: number, input?: InputDims): Promise<Sample>;
  /** Samples that a run takes where the inputs leave no choice. Raises dataInputs, and what preprocessing raises. */
  fixedBatch(inputs: readonly ModelInput[]): number | undefined;
  /**
   * Streams the samples `indices`, `size` at a time, or as many as `fixedBatch` says, decoding one batch ahead. Samples that
   * cannot be read, do not fit or are no numbers raise imageUnreadable, imageTooSmall, dataTooLarge, dataShape, dataLayout,
   * dataNotFinite or dataNotWhole; after the first, the others are read as well so that all (at most 20) are reported together.
   * @param inputs all inputs of the model
   */
  batches(indices: readonly number[], size: number, inputs: readonly ModelInput[]): AsyncIterable<Batch>;
}

const mostProblems = 20;

/**
 * @param rawShape dims of the first raw sample
 * @param limit bytes that a sample may take in memory, and about all together that are read at the same time
 */
export function createDataset(
  source: Source,
  preprocessing: Preprocessing,
  rawShape: readonly number[],
  limit: number = defaultDataLimit,
): Dataset {
  const gate = createGate(limit);
  async function sample(index: number, input?: InputDims): Promise<Sample> {
    const bytes = storedBytes(await source.shapeOf(index), source.bytes);
    checkLimit(source.placeOf(index), 'this sample', bytes, limit);
    return gate(bytes, async () => ({
      ...(await feedSample(source, index, preprocessing, limit, input)),
      id: source.idOf(index),
    }));
  }
  function feeding(inputs: readonly ModelInput[]): Feeding {
    const readings = applicableReadings(source.path, preprocessing, rawShape, source.axes, source.bytes);
    return feedingOf(onlyOf(source.path, inputs), rawShape, readings, source, preprocessing);
  }
  return {
    name: source.name,
    path: source.path,
    length: source.length,
    labels: source.labels,
    classNames: preprocessing.classes ?? source.classNames,
    preprocessing,
    sampleShape: () => rawShape,
    idOf: source.idOf,
    preparedAs: (other) => createDataset(source, other, rawShape, limit),
    sample,
    fixedBatch: (inputs) => fixedBatch(feeding(inputs)),
    batches: (indices, size, inputs) => stream(source, sample, indices, size, feeding(inputs)),
  };
}

function onlyOf(path: string, inputs: readonly ModelInput[]): ModelInput {
  const [input, ...others] = inputs;
  if (input && others.length === 0) return input;
  const names = inputs.length === 0 ? 'no inputs' : `the inputs ${quoted(inputs.map(({ name }) => name))}`;
  throw new DiagnosticError([dataInputs(path, `the model has ${names}, and these are samples of one`)]);
}

/** A batch, or what is wrong with its samples. */
type Outcome = { readonly batch: Batch } | { readonly problems: readonly Diagnostic[] };

async function* stream(
  source: Source,
  sample: Dataset['sample'],
  indices: readonly number[],
  size: number,
  feeding: Feeding,
): AsyncGenerator<Batch> {
  const step = fixedBatch(feeding) ?? size;
  const problems: Diagnostic[] = [];
  const start = (at: number) => readBatch(source, sample, indices.slice(at, at + step), feeding);
  let next = start(0);
  for (let at = 0; at < indices.length && problems.length < mostProblems; at += step) {
    const outcome = await next;
    if (at + step < indices.length) {
      next = start(at + step);
      // A rejection is raised when its turn comes; until then it is not unhandled.
      next.catch(() => undefined);
    }
    if ('problems' in outcome) addNew(problems, outcome.problems);
    else if (problems.length === 0) yield outcome.batch;
  }
  if (problems.length > 0) throw new DiagnosticError(problems.slice(0, mostProblems));
}

/** What is wrong with all samples alike is told once. */
function addNew(problems: Diagnostic[], more: readonly Diagnostic[]): void {
  for (const problem of more)
    if (!problems.some(({ code, at }) => code === problem.code && at === problem.at)) problems.push(problem);
}

/** Bytes of a batch, which a model may fix to any number of samples. */
const mostOfBatch = 2 ** 30;

async function readBatch(
  source: Source,
  sample: Dataset['sample'],
  indices: readonly number[],
  feeding: Feeding,
): Promise<Outcome> {
  const settled = await Promise.allSettled(indices.map((index) => sample(index, feeding.dims)));
  const problems: Diagnostic[] = [];
  const samples: Sample[] = [];
  let dims: readonly number[] | undefined;
  settled.forEach((result, i) => {
    if (result.status === 'rejected') {
      if (!(result.reason instanceof DiagnosticError)) throw result.reason;
      problems.push(...result.reason.diagnostics);
      return;
    }
    const fed = result.value.dims;
    // Where the model leaves height and width free, the first image of a batch decides.
    dims ??= fed;
    if (fed.join() !== dims.join()) {
      problems.push(dataShape(source.placeOf(indices[i]!), fed.join('x'), `[${dims}] for this batch`));
      return;
    }
    const odd = feeding.whole ? result.value.values.find((value) => !isExactWhole(value)) : undefined;
    if (odd !== undefined) problems.push(dataNotWhole(source.placeOf(indices[i]!), feeding.name, odd));
    samples.push(result.value);
  });
  if (problems.length > 0 || dims === undefined) return { problems };
  const size = fixedBatch(feeding) ?? samples.length;
  const length = samples[0]!.values.length;
  if (4 * size * length > mostOfBatch) {
    const wanted = `[${[size, ...dims]}], which is more than 1 GiB (export it with a smaller or a free first axis)`;
    return { problems: [dataShape(source.placeOf(indices[0]!), dims.join('x'), wanted)] };
  }
  const data = new Float32Array(size * length);
  for (let i = 0; i < size; i++) data.set(samples[Math.min(i, samples.length - 1)]!.values, i * length);
  return {
    batch: {
      indices,
      size,
      feeds: { [feeding.name]: float32(feeding.alone ? dims : [size, ...dims], data) },
      ids: samples.map((s) => s.id),
      hashes: samples.map((s) => s.hash),
    },
  };
}

/** Samples are 32-bit floats, which hold every whole number below 2^24. */
function isExactWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 24;
}

/**
 * Labels that are no class of the model: one labelOutOfRange for every label that is out of range, at the first sample
 * that has it; labelsMissing where there are none.
 * @param classes number of classes that the model tells apart
 */
export function checkLabels(dataset: Dataset, classes: number, labelOffset: number): readonly Diagnostic[] {
  if (!dataset.labels) return [labelsMissing(dataset.path)];
  const firstSample = new Map<number, number>();
  dataset.labels.forEach((label, i) => {
    const isClass = label + labelOffset >= 0 && label + labelOffset < classes;
    if (!isClass && !firstSample.has(label)) firstSample.set(label, i);
  });
  return [...firstSample].map(([label, i]) => labelOutOfRange(dataset.path, dataset.idOf(i), label, classes));
}
