/** A data set: preprocessed samples of a source, streamed in batches. Nothing grows with the number of samples. */

import { dataShape, labelOutOfRange, labelsMissing } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { float32, type Tensor } from '../math/tensor.ts';
import { fitDims, fixedLength, formatInputDims, type InputDims } from './fit.ts';
import { type PreparedSample, prepareSample } from './prepare.ts';
import type { Preprocessing } from './preprocessing.ts';
import type { Source } from './source.ts';

export interface Sample extends PreparedSample {
  /** File name, or number. */
  readonly id: string;
  /** SHA-256 of the raw sample: of the file for images, else of the stored elements. */
  readonly hash: string;
}

export interface Batch {
  /** The samples in it, in order. */
  readonly indices: readonly number[];
  /** float32, [batch, ...sample]. Where the model fixes the batch, the last sample fills up what is left. */
  readonly tensor: Tensor;
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
  sample(index: number): Promise<Sample>;
  /**
   * Streams the samples `indices`, `size` at a time, decoding one batch ahead. A model with a fixed batch axis gets
   * batches of that size instead. Samples that cannot be read or do not fit raise imageUnreadable, imageTooSmall or
   * dataShape; after the first, the others are read as well so that all (at most 20) are reported together.
   */
  batches(indices: readonly number[], size: number, input: InputDims): AsyncIterable<Batch>;
}

const mostProblems = 20;

/** @param rawShape dims of the first raw sample */
export function createDataset(
  source: Source,
  preprocessing: Preprocessing,
  rawShape: readonly number[],
): Dataset {
  async function sample(index: number): Promise<Sample> {
    const raw = await source.read(index);
    const prepared = await prepareSample(raw, preprocessing, source.placeOf(index));
    return { ...prepared, id: source.idOf(index), hash: raw.hash };
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
    sample,
    batches: (indices, size, input) => stream(source, sample, indices, size, input),
  };
}

/** A batch, or what is wrong with its samples. */
type Outcome = { readonly batch: Batch } | { readonly problems: readonly Diagnostic[] };

async function* stream(
  source: Source,
  sample: (index: number) => Promise<Sample>,
  indices: readonly number[],
  size: number,
  input: InputDims,
): AsyncGenerator<Batch> {
  const step = fixedLength(input[0]) ?? size;
  const problems: Diagnostic[] = [];
  const start = (at: number) => readBatch(source, sample, indices.slice(at, at + step), step, input);
  let next = start(0);
  for (let at = 0; at < indices.length && problems.length < mostProblems; at += step) {
    const outcome = await next;
    if (at + step < indices.length) {
      next = start(at + step);
      // A rejection is raised when its turn comes; until then it is not unhandled.
      next.catch(() => undefined);
    }
    if ('problems' in outcome) problems.push(...outcome.problems);
    else if (problems.length === 0) yield outcome.batch;
  }
  if (problems.length > 0) throw new DiagnosticError(problems.slice(0, mostProblems));
}

async function readBatch(
  source: Source,
  sample: (index: number) => Promise<Sample>,
  indices: readonly number[],
  size: number,
  input: InputDims,
): Promise<Outcome> {
  const settled = await Promise.allSettled(indices.map(sample));
  const problems: Diagnostic[] = [];
  const samples: Sample[] = [];
  let dims: readonly number[] | undefined;
  settled.forEach((result, i) => {
    if (result.status === 'rejected') {
      if (!(result.reason instanceof DiagnosticError)) throw result.reason;
      problems.push(...result.reason.diagnostics);
      return;
    }
    const fitted = fitDims(result.value.dims, input);
    // Where the model leaves height and width free, the first image of a batch decides.
    dims ??= fitted;
    if (fitted === undefined || fitted.join() !== dims?.join()) {
      const expected = fitted === undefined ? formatInputDims(input) : `[${dims}] for this batch`;
      problems.push(dataShape(source.placeOf(indices[i]!), result.value.dims.join('x'), expected));
      return;
    }
    samples.push(result.value);
  });
  if (problems.length > 0 || dims === undefined) return { problems };
  const count = fixedLength(input[0]) === undefined ? samples.length : size;
  const length = samples[0]!.values.length;
  const data = new Float32Array(count * length);
  for (let i = 0; i < count; i++) data.set(samples[Math.min(i, samples.length - 1)]!.values, i * length);
  return {
    batch: {
      indices,
      tensor: float32([count, ...dims], data),
      ids: samples.map((s) => s.id),
      hashes: samples.map((s) => s.hash),
    },
  };
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
