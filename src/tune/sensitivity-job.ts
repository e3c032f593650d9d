/** Networks in which one layer is on a chip, over the same images, in any thread: what each differs from floating point by. */

import { withReading } from '../lower/noise.ts';
import { argmax } from '../math/argmax.ts';
import { openSession } from '../runtime/session.ts';
import type { Job } from '../threads/pool.ts';
import type { ImageBatch } from '../verify/infer-job.ts';
import { addSignal, type SignalAndNoise, silence } from '../verify/metrics.ts';

export interface SensitivityContext {
  readonly batches: readonly ImageBatch[];
  /** The value that is compared. */
  readonly output: string;
  /** Its values in floating point, batch after batch, [image][value]. */
  readonly wanted: readonly Float32Array[];
}

export interface OutputError extends SignalAndNoise {
  readonly images: number;
  /** Images whose largest value is another one. */
  readonly changed: number;
}

/** Takes encoded networks. */
export const job: Job<SensitivityContext, Uint8Array, OutputError> = {
  module: import.meta.url,
  open: (context) => ({ run: (bytes) => compareOutputs(context, bytes) }),
};

async function compareOutputs(
  { batches, output, wanted }: SensitivityContext,
  bytes: Uint8Array,
): Promise<OutputError> {
  const session = await openSession(bytes, { threads: 1 });
  let sums = silence;
  let [images, changed] = [0, 0];
  for (const [number, { feeds, samples, size, count }] of batches.entries()) {
    images += count;
    const reference = wanted[number]!;
    const result = await session.run(withReading(session, feeds, samples, size), [output]);
    const got = (result[output]!.data as Float32Array).subarray(0, reference.length);
    sums = addSignal(sums, reference, got);
    const values = reference.length / count;
    for (let i = 0; i < count; i++)
      if (argmax(got, i * values, values) !== argmax(reference, i * values, values)) changed++;
  }
  await session.release();
  return { ...sums, images, changed };
}
