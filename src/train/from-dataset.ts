/** Samples of a data set as the first trained layer sees them, in memory. */
import { type Batch, checkLabels, type Dataset } from '../data/dataset.ts';
import { dataNotFinite, dataShape } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import type { ValueInfo } from '../ir/graph.ts';
import type { Tensor } from '../math/tensor.ts';
import type { Samples } from './samples.ts';

export interface FirstLayer {
  /** The model's inputs, which the data feed. */
  readonly inputs: readonly ValueInfo[];
  /** Inputs of the first trained layer. */
  readonly width: number;
  /** Classes that the trained layers tell apart. */
  readonly classes: number;
  /** What the first trained layer is given of a batch, [samples of the batch * width]. */
  readonly given: (batch: Batch) => Promise<Tensor>;
}

const batchSize = 8;

/**
 * @param indices of the samples, in order
 * @throws DiagnosticError data/no-labels and data/label-out-of-range before anything is run; data/shape and
 *   data/not-finite
 */
export async function samplesFrom(
  dataset: Dataset,
  indices: readonly number[],
  { inputs, width, classes, given }: FirstLayer,
  onSample: (done: number, total: number) => void = () => undefined,
): Promise<Samples> {
  const { labelOffset } = dataset.preprocessing;
  raise(checkLabels(dataset, classes, labelOffset));
  const values = new Float32Array(indices.length * width);
  let done = 0;
  for await (const batch of dataset.batches(indices, batchSize, inputs)) {
    const { dims, data } = await given(batch);
    if (data.length !== batch.size * width)
      raise([
        dataShape(dataset.path, `[${dims.slice(1)}]`, `${width} numbers before the first trained layer`),
      ]);
    raise(brokenIn(dataset, batch.ids, data as Float32Array, width));
    // A model with a fixed batch gets its last one filled up.
    values.set((data as Float32Array).subarray(0, batch.indices.length * width), done * width);
    done += batch.indices.length;
    onSample(done, indices.length);
  }
  const labels = Int32Array.from(indices, (i) => dataset.labels![i]! + labelOffset);
  return { count: indices.length, inputs: values, scale: 1, labels };
}

/** What layers before the first trained one make of samples may be no numbers. */
function brokenIn(
  { path }: Dataset,
  ids: readonly string[],
  data: Float32Array,
  width: number,
): readonly Diagnostic[] {
  return ids.flatMap((id, i) => {
    const bad = data.subarray(i * width, (i + 1) * width).find((value) => !Number.isFinite(value));
    if (bad === undefined) return [];
    return [
      dataNotFinite(`${path}: ${id}`, `the layers before the first trained one make ${bad} of this sample`),
    ];
  });
}
