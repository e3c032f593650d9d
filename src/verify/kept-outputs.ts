/**
 * Outputs of a model for the images of a plan, kept from run to run: they follow from the model, from what it is fed and how
 * many samples at a time, and from nothing else. Labels are no part of that.
 */
import { sha256 } from '../files/hash.ts';
import type { ResultStore } from '../files/result-store.ts';
import type { BatchOutputs, EncodedModel } from './infer-job.ts';
import type { Plan } from './plan.ts';

type Values = BatchOutputs['outputs'][number];

/** Outputs of all images, [image][value]. */
export interface ModelOutputs {
  /** Whether they are known from an earlier run. */
  readonly recalled: boolean;
  /** Those of the images from `first` on. */
  of(first: number, count: number): Values;
  add(first: number, values: Values): void;
  /** Keeps them for later runs. */
  keep(): Promise<void>;
}

/** Values that are kept, at most: 16 MiB of float32. Beyond, only what is asked of them stays in memory. */
const mostValues = 2 ** 22;

const kind = 'outputs';

export async function openOutputs(
  store: ResultStore,
  { bytes }: EncodedModel,
  { fed, hashes, output, values, batchSize, indices }: Plan,
): Promise<ModelOutputs> {
  const key = { model: sha256(bytes), fed, indices, hashes, output, values, batchSize };
  const small = indices.length * values <= mostValues;
  const known = small ? await store.recall<Values>(kind, key) : undefined;
  let all = known;
  return {
    recalled: known !== undefined,
    of: (first, count) => all!.subarray(first * values, (first + count) * values),
    add(first, some) {
      if (!small) return;
      const length = indices.length * values;
      all ??= some instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
      all.set(some, first * values);
    },
    async keep() {
      if (small && !known) await store.keep(kind, key, all);
    },
  };
}
