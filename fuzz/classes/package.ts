/** Packages: their files mutated, with hashes and fingerprints that fit again, and a chip of them programmed and run. */

import { join } from 'node:path';
import { modelCodec } from '../../src/onnx/proto.ts';
import { packageFiles } from '../../src/package/manifest.ts';
import { compilePackages, quietTargets, within } from '../corpus/packages.ts';
import { samplesFile } from '../corpus/samples.ts';
import { changeFile, type FuzzClass, type Input } from '../input.ts';
import { withFiles } from '../input-files.ts';
import { mutateZip } from '../mutate/arrays.ts';
import { mutateBitstream } from '../mutate/bitstream.ts';
import { mutateJson } from '../mutate/json.ts';
import { mendPackage } from '../mutate/mend-package.ts';
import { mutateModel } from '../mutate/onnx.ts';
import { checkScores } from '../oracle/scores.ts';
import type { Random } from '../random.ts';
import { runVerb } from '../verb.ts';

const folder = 'model.xbar';

export const fuzzClass: FuzzClass = {
  name: 'package',
  module: import.meta.url,
  async open(scratch) {
    const packages = await compilePackages(scratch, quietTargets);
    const graphs = [packageFiles.host, packageFiles.reference];
    const donors = packages.flatMap(({ files }) => graphs.map((file) => modelCodec.decode(files.get(file)!)));
    const mutateFile = (random: Random, file: string) => (bytes: Uint8Array) => {
      if (file.endsWith('.json')) return mutateJson(random, bytes);
      if (file.endsWith('.npz')) return mutateZip(random, bytes);
      return file.endsWith('.xbs') ? mutateBitstream(random, bytes) : mutateModel(random, bytes, donors);
    };
    return {
      corpus: packages.map(
        ({ model, files }): Input =>
          new Map([...within(folder, files), ['samples.npy', samplesFile(model.sample)]]),
      ),
      mutate(random, input) {
        const file = random.pick(Object.values(packageFiles));
        return mendPackage(changeFile(input, `${folder}/${file}`, mutateFile(random, file)), folder);
      },
      execute: (input) =>
        withFiles(scratch, input, async () => {
          const given = ['--input', join(scratch, 'samples.npy'), '--json'];
          checkScores(await runVerb(['run', join(scratch, folder), ...given]));
        }),
    };
  },
};
