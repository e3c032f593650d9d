/** Calibration samples out of a data set: evenly spread over it, one at a time. */
import type { Dataset } from '../data/dataset.ts';
import { dataInputs } from '../diagnostics/all.ts';
import { InternalError, raise } from '../diagnostics/diagnostic.ts';
import type { Graph, ValueInfo } from '../ir/graph.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import type { SampleSource } from './sample-source.ts';

/** The inputs that samples feed. Raises dataInputs for a model that takes none. */
export function fedInputs({ inputs }: Pick<Graph, 'inputs'>, file: string): readonly ValueInfo[] {
  if (inputs.length === 0) raise([dataInputs(file, 'the model has no inputs that samples could feed')]);
  return inputs;
}

/** @param count most samples that are used */
export function spreadSamples(dataset: Dataset, inputs: readonly ValueInfo[], count: number): SampleSource {
  const indices = evenlySpread(dataset.length, count);
  return {
    length: indices.length,
    placeOf: (i) => `${dataset.path}: ${dataset.idOf(indices[i]!)}`,
    async sample(i) {
      const index = indices[i]!;
      for await (const { feeds, hashes } of dataset.batches([index], 1, inputs)) {
        return { feeds, hash: hashes[0]! };
      }
      throw new InternalError('calibrate', `data set ${dataset.name} gave no sample ${index}`);
    },
  };
}
