/** ONNX files: compiled for the ideal chip, whose integer reference is then held against the model itself. */
import { join } from 'node:path';
import { modelCodec } from '../../src/onnx/proto.ts';
import { corpusModels } from '../corpus/models.ts';
import { drawn } from '../corpus/onnx-parts.ts';
import { samplesFile } from '../corpus/samples.ts';
import { changeFile, type FuzzClass, type Input } from '../input.ts';
import { withFiles } from '../input-files.ts';
import { mutateModel } from '../mutate/onnx.ts';
import { compareWithReference } from '../oracle/reference.ts';
import { runVerb } from '../verb.ts';

/** What the external data of the corpus lie in. */
const outside = new Uint8Array(drawn('outside', 9).slice().buffer);

export const fuzzClass: FuzzClass = {
  name: 'onnx',
  module: import.meta.url,
  async open(scratch) {
    const corpus = corpusModels.map(({ name, model, sample }): Input => {
      const samples = samplesFile(sample, name === 'embedding');
      return new Map([
        ['model.onnx', model],
        ['samples.npy', samples],
        ['weights.bin', outside],
      ]);
    });
    const donors = corpusModels.map(({ model }) => modelCodec.decode(model));
    const at = (name: string) => join(scratch, name);
    return {
      corpus,
      mutate: (random, input) =>
        changeFile(input, 'model.onnx', (bytes) => mutateModel(random, bytes, donors)),
      execute: (input) =>
        withFiles(scratch, input, async () => {
          const [model, samples, place] = [at('model.onnx'), at('samples.npy'), at('model.xbar')];
          const ranges = ['--target', 'ideal', '--activation-range', 'minmax', '--no-bias-correction'];
          await runVerb(['compile', model, '--calibrate', samples, ...ranges, '-o', place]);
          await compareWithReference(model, samples, place);
        }),
    };
  },
};
