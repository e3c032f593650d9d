/** Packages: their files mutated, with hashes that fit again, and a chip of them programmed and run. */

import { join } from 'node:path';
import { sha256 } from '../../src/files/hash.ts';
import { modelCodec } from '../../src/onnx/proto.ts';
import { packageFiles } from '../../src/package/manifest.ts';
import { compilePackages, quietTargets, within } from '../corpus/packages.ts';
import { samplesFile } from '../corpus/samples.ts';
import { changeFile, type FuzzClass, type Input } from '../input.ts';
import { mutateZip } from '../mutate/arrays.ts';
import { mutateBitstream } from '../mutate/bitstream.ts';
import { changeJson, mutateJson } from '../mutate/json.ts';
import { mutateModel } from '../mutate/onnx.ts';
import { isFields } from '../mutate/tree.ts';
import { checkScores } from '../oracle/scores.ts';
import type { Random } from '../random.ts';
import { runVerb, withFiles } from '../verb.ts';

const folder = 'model.xbar';
const nameIn = (file: string) => `${folder}/${file}`;

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
        return withHashes(changeFile(input, nameIn(file), mutateFile(random, file)));
      },
      execute: (input) =>
        withFiles(scratch, input, async () => {
          const given = ['--input', join(scratch, 'samples.npy'), '--json'];
          checkScores(await runVerb(['run', join(scratch, folder), ...given]));
        }),
    };
  },
};

/** The package with the hashes of its files as they are. */
function withHashes(input: Input): Input {
  return changeFile(input, nameIn(packageFiles.manifest), (bytes) =>
    changeJson(bytes, (manifest) => {
      const hashes = isFields(manifest) && manifest.files;
      if (!isFields(hashes)) return;
      for (const file of Object.keys(hashes)) {
        const own = input.get(nameIn(file));
        if (own) hashes[file] = sha256(own);
      }
    }),
  );
}
