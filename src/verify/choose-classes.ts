/** Images through a model in floating point, batch by batch -> the class that it chooses for each. */
import type { Dataset } from '../data/dataset.ts';
import { argmax } from '../math/argmax.ts';
import { toDoubles } from '../math/tensor.ts';
import type { Session } from '../runtime/session.ts';
import type { Plan } from './plan.ts';

/**
 * @param plan whose output is a list of `classes`
 * @param indices of the data set
 * @returns the classes of a batch's images; -1 where an output is NaN
 */
export async function* chooseClasses(
  float: Session,
  { inputs, output, batchSize }: Pick<Plan, 'inputs' | 'output' | 'batchSize'>,
  classes: number,
  dataset: Dataset,
  indices: readonly number[],
): AsyncGenerator<readonly number[], void, undefined> {
  for await (const batch of dataset.batches(indices, batchSize, inputs)) {
    const results = await float.run(batch.feeds, [output]);
    const values = toDoubles(results[output]!) ?? new Float64Array();
    yield batch.indices.map((_, i) => {
      const own = values.subarray(i * classes, (i + 1) * classes);
      return own.some(Number.isNaN) ? -1 : argmax(own, 0, classes);
    });
  }
}
