/** Saved chips: their files mutated, with sizes and hashes that fit again, and run. */
import { join } from 'node:path';
import { chipJson } from '../../src/chip/chip-file.ts';
import { sha256 } from '../../src/files/hash.ts';
import { compilePackages, made, quietTargets, within } from '../corpus/packages.ts';
import { samplesFile } from '../corpus/samples.ts';
import { changeFile, type FuzzClass, type Input } from '../input.ts';
import { withFiles, writeFiles } from '../input-files.ts';
import { mutateBytes } from '../mutate/bytes.ts';
import { changeJson, mutateJson } from '../mutate/json.ts';
import { isFields } from '../mutate/tree.ts';
import { checkScores } from '../oracle/scores.ts';
import { runVerb } from '../verb.ts';

const folder = 'chip';
const json = `${folder}/${chipJson}`;

export const fuzzClass: FuzzClass = {
  name: 'chip',
  module: import.meta.url,
  async open(scratch) {
    const corpus: Input[] = [];
    for (const { model, files } of await compilePackages(scratch, quietTargets)) {
      const chip = await made(scratch, async (own) => {
        await writeFiles(own, within('model.xbar', files));
        await runVerb(['program', join(own, 'model.xbar'), '-o', join(own, folder), '--threads', '1']);
        return join(own, folder);
      });
      const beside: Input = new Map([['samples.npy', samplesFile(model.sample)]]);
      corpus.push(new Map([...within(folder, chip), ...within('model.xbar', files), ...beside]));
    }
    return {
      corpus,
      mutate(random, input) {
        const files = [...input.keys()].filter((name) => name.startsWith(`${folder}/`));
        const name = random.chance(0.6) ? json : random.pick(files);
        const mutate = name === json ? mutateJson : mutateBytes;
        return withSums(changeFile(input, name, (bytes) => mutate(random, bytes)));
      },
      execute: (input) =>
        withFiles(scratch, input, async () => {
          const at = (name: string) => join(scratch, name);
          const given = ['--chip', at(folder), '--input', at('samples.npy'), '--json'];
          checkScores(await runVerb(['run', at('model.xbar'), ...given]));
        }),
    };
  },
};

/** The chip with the sizes and hashes of its files as they are. */
function withSums(input: Input): Input {
  return changeFile(input, json, (bytes) =>
    changeJson(bytes, (chip) => {
      const entries = isFields(chip) && chip.files;
      if (!isFields(entries)) return;
      for (const [file, entry] of Object.entries(entries)) {
        const own = input.get(`${folder}/${file}`);
        if (own && isFields(entry)) Object.assign(entry, { bytes: own.length, sha256: sha256(own) });
      }
    }),
  );
}
