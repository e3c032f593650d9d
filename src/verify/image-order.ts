/**
 * Whether the images of a batch follow each other in what every crossbar layer is given, as read noise takes for granted.
 * Recurrent layers have them within every step: their images run one by one, so that each has its own noise in any batch.
 * What a layer is given is known when the integer reference has run; two images tell.
 */
import type { Batch, Dataset } from '../data/dataset.ts';
import type { ValueInfo } from '../ir/graph.ts';
import { lowerGraph } from '../lower/graph.ts';
import { float32, type Tensor, toDoubles } from '../math/tensor.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { openSession } from '../runtime/session.ts';

/** Relative to the largest value: other sizes of a batch round differently. */
const tolerated = 1e-3;

/** @param indices the first and the last of these samples are compared; one alone is in order */
export async function imagesFollowEachOther(
  pkg: Package,
  inputs: readonly ValueInfo[],
  dataset: Dataset,
  indices: readonly number[],
): Promise<boolean> {
  const given = [...new Set(pkg.layers.map((layer) => layer.input))].filter(
    (name) => !inputs.some((input) => input.name === name),
  );
  // A model with a batch of its own runs in no other.
  const ownBatch = dataset.fixedBatch(inputs) !== undefined;
  if (indices.length < 2 || given.length === 0 || ownBatch) return true;
  const bytes = encodeModel(lowerGraph(pkg.reference, () => undefined, given));
  const session = await openSession(bytes, { threads: 1 });
  const run = (feeds: Batch['feeds']) => session.run(feeds, given);
  try {
    for await (const { feeds } of dataset.batches([indices[0]!, indices.at(-1)!], 2, inputs)) {
      const together = await run(feeds);
      const alone = [await run(imageOf(feeds, 0)), await run(imageOf(feeds, 1))];
      return given.every((name) => joined(together[name]!, [alone[0]![name]!, alone[1]![name]!]));
    }
    return true;
  } finally {
    await session.release();
  }
}

/** One image of a batch. */
function imageOf(feeds: Batch['feeds'], image: number): Batch['feeds'] {
  const cut = ({ dims, data }: Tensor) => {
    const values = data as Float32Array;
    const size = values.length / dims[0]!;
    return float32([1, ...dims.slice(1)], values.slice(image * size, (image + 1) * size));
  };
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, cut(tensor)]));
}

/** Whether the values of a batch are those of its images, one after the other. */
function joined(batch: Tensor, images: readonly Tensor[]): boolean {
  const values = toDoubles(batch)!;
  const each = images.flatMap((image) => [...toDoubles(image)!]);
  const largest = each.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return (
    values.length === each.length && each.every((v, i) => Math.abs(v - values[i]!) <= tolerated * largest)
  );
}
