/** Calibration records: compiled with, in place of samples. */
import { join } from 'node:path';
import { compilePackages, smallTarget } from '../corpus/packages.ts';
import { changeFile, type FuzzClass, type Input } from '../input.ts';
import { withFiles } from '../input-files.ts';
import { mutateZip } from '../mutate/arrays.ts';
import { runVerb } from '../verb.ts';

export const fuzzClass: FuzzClass = {
  name: 'record',
  module: import.meta.url,
  async open(scratch) {
    const packages = await compilePackages(scratch, ['ideal', 'tetramem-256-6bit']);
    const at = (name: string) => join(scratch, name);
    return {
      corpus: packages.map(
        ({ model, files }): Input =>
          new Map([
            ['model.onnx', model.model],
            ['record.npz', files.get('calibration.npz')!],
          ]),
      ),
      mutate: (random, input) => changeFile(input, 'record.npz', (bytes) => mutateZip(random, bytes)),
      execute: (input) =>
        withFiles(scratch, input, async () => {
          const given = ['--calibration', at('record.npz'), ...smallTarget('tetramem-256-6bit')];
          await runVerb(['compile', at('model.onnx'), ...given, '-o', at('model.xbar')]);
        }),
    };
  },
};
