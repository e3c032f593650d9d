/** Calibration samples out of a data set: evenly spread over it, one at a time. */
import type { Dataset } from '../data/dataset.ts';
import { graphInvalid } from '../diagnostics/all.ts';
import { InternalError, raise } from '../diagnostics/diagnostic.ts';
import type { Graph, ValueInfo } from '../ir/graph.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import type { SampleSource } from './sample-source.ts';

/** The input that samples feed. A model with several inputs has no data set that this compiler reads. */
export function soleInput(graph: Pick<Graph, 'inputs'>, file: string): ValueInfo {
  if (graph.inputs.length !== 1) {
    const names = graph.inputs.map((i) => `'${i.name}'`).join(', ');
    raise([
      graphInvalid(file, `the model has ${graph.inputs.length} inputs (${names}); a data set can feed one`),
    ]);
  }
  return graph.inputs[0]!;
}

/** @param count most samples that are used */
export function spreadSamples(dataset: Dataset, input: ValueInfo, count: number): SampleSource {
  const indices = evenlySpread(dataset.length, count);
  return {
    length: indices.length,
    placeOf: (i) => `${dataset.path}: ${dataset.idOf(indices[i]!)}`,
    async sample(i) {
      const index = indices[i]!;
      for await (const batch of dataset.batches([index], 1, input.dims ?? [undefined])) {
        return { feeds: { [input.name]: batch.tensor }, hash: batch.hashes[0]! };
      }
      throw new InternalError('calibrate', `data set ${dataset.name} gave no sample ${index}`);
    },
  };
}
