/** Target files: a small network compiled for them and a chip of theirs programmed and run. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { installRoot } from '../../src/files/install-root.ts';
import { bundledTargets } from '../../src/target/load.ts';
import { corpusModel, quietTargets } from '../corpus/packages.ts';
import { samplesFile } from '../corpus/samples.ts';
import { changeFile, type FuzzClass, type Input } from '../input.ts';
import { withFiles } from '../input-files.ts';
import { isFields } from '../mutate/tree.ts';
import { mutateYaml } from '../mutate/yaml.ts';
import { checkScores } from '../oracle/scores.ts';
import { runVerb } from '../verb.ts';

export const fuzzClass: FuzzClass = {
  name: 'target',
  module: import.meta.url,
  async open(scratch) {
    const { model, sample } = corpusModel('small');
    const samples = samplesFile(sample);
    const texts = await targetTexts();
    const trees = texts.map((text): unknown => parse(text));
    const words = [...new Set(trees.flatMap(wordsIn))];
    const at = (name: string) => join(scratch, name);
    return {
      corpus: texts.map(
        (text): Input =>
          new Map([
            ['target.yaml', Buffer.from(text)],
            ['model.onnx', model],
            ['samples.npy', samples],
          ]),
      ),
      mutate: (random, input) =>
        changeFile(input, 'target.yaml', (bytes) => mutateYaml(random, bytes, trees, words)),
      execute: (input) =>
        withFiles(scratch, input, async () => {
          const [samples, place] = [at('samples.npy'), at('model.xbar')];
          const given = ['--target', at('target.yaml'), '--calibrate', samples];
          await runVerb(['compile', at('model.onnx'), ...given, '-o', place]);
          try {
            checkScores(await runVerb(['run', place, '--input', samples, '--json']));
          } finally {
            // A chip that is refused, such as one whose cells are worn out, leaves the package as it was.
            await rm(place, { recursive: true });
          }
        }),
    };
  },
};

/** The bundled targets with small arrays. Of those with noise, which takes longest, each stands there once. */
async function targetTexts(): Promise<string[]> {
  const names = [...(await bundledTargets()), ...quietTargets, ...quietTargets];
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(installRoot(), 'targets', `${name}.yaml`), 'utf8');
      return text.replaceAll(/^( {2}(?:rows|columns|rowsAtOnce):\n {4}value:) \d+$/gm, '$1 16');
    }),
  );
}

/** Names of fields, and values that are words. */
function wordsIn(tree: unknown): string[] {
  if (typeof tree === 'string') return /^[\w-]+$/.test(tree) ? [tree] : [];
  return isFields(tree) ? Object.entries(tree).flatMap(([key, value]) => [key, ...wordsIn(value)]) : [];
}
