/** Files of samples: opened as a data set, and given to a model's input. */
import { join } from 'node:path';
import { openDataset } from '../../src/data/open.ts';
import type { Tensor } from '../../src/math/tensor.ts';
import { dataFiles } from '../corpus/data-files.ts';
import { type FuzzClass, withFile } from '../input.ts';
import { withFiles } from '../input-files.ts';
import { mutateData } from '../mutate/data.ts';
import { Inconsistency } from '../outcome.ts';

/** Of the model's input. */
const inputDims = ['N', 3, 'height', 'width'];

/** Most samples that are read. */
const mostSamples = 8;

export const fuzzClass: FuzzClass = {
  name: 'data',
  module: import.meta.url,
  async open(scratch) {
    return {
      corpus: await dataFiles(),
      mutate(random, input) {
        const [name, bytes] = random.pick([...input]);
        return withFile(input, name, mutateData(random, name, bytes));
      },
      execute: (input) =>
        withFiles(scratch, input, async () => {
          const [name] = [...input.keys()];
          const dataset = await openDataset(join(scratch, name!));
          const indices = Array.from({ length: Math.min(mostSamples, dataset.length) }, (_, i) => i);
          const inputs = [{ name: 'x', dims: inputDims }];
          for await (const { feeds } of dataset.batches(indices, 3, inputs)) checkBatch(feeds.x!);
        }),
    };
  },
};

function checkBatch({ dims, data }: Tensor): void {
  if (dims.length !== inputDims.length || dims[1] !== 3 || data.length !== dims.reduce((a, b) => a * b, 1))
    throw new Inconsistency(`a batch has another form than the input: [${dims}], ${data.length} values`);
  if (!(data as Float32Array).every(Number.isFinite)) throw new Inconsistency('a sample is not finite');
}
