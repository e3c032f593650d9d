/** Planted faults are found, reduced and written down; hangs and hogs are killed. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClassResult } from '../../fuzz/campaign.ts';
import { type Built, build } from '../support/built.ts';

let built: Built;
beforeAll(async () => {
  built = await build();
}, 120_000);
afterAll(() => built.remove());

/** A class whose inputs are letters, one more with every mutation; what is done with them is the text of a function. */
async function runPlanted(execute: string, limits = { seconds: 20, bytes: 2 ** 30 }): Promise<ClassResult> {
  const planted = `
    import { InternalError } from './dist/src/diagnostics/diagnostic.js';
    import { optionInvalid } from './dist/src/diagnostics/all.js';
    import { raise } from './dist/src/diagnostics/diagnostic.js';
    const textOf = (input) => String(input.get('text'));
    export const fuzzClass = {
      name: 'planted',
      module: import.meta.url,
      open: async () => ({
        corpus: [new Map([['text', Buffer.from('')]])],
        mutate: (random, input) => new Map([['text', Buffer.from(textOf(input) + random.pick([...'abcdefgh']))]]),
        execute: async (input) => {
          const text = textOf(input);
          ${execute}
        },
      }),
    };`;
  await writeFile(join(built.folder, 'planted.mjs'), planted);
  const options = { from: 0, to: 30, seed: 1, jobs: 2, limits, out: join(built.folder, 'findings') };
  const text = await built.script(`
    import { runClass } from './dist/fuzz/campaign.js';
    import { fuzzClass } from './planted.mjs';
    const result = await runClass(fuzzClass, ${JSON.stringify(options)});
    console.log(JSON.stringify({ ...result, refused: [...result.refused] }));`);
  return JSON.parse(text) as ClassResult;
}

describe('a planted fault', () => {
  it('is found, reduced to the mutation that it needs, and written down', async () => {
    const { runs, accepted, refused, findings } = await runPlanted(`
      if (text.includes('c')) throw new InternalError('planted', 'a c');
      if (text.includes('d')) raise([optionInvalid('--letter', 'no d')]);`);
    const [{ what, index, steps, folder, command, count }, ...others] = findings as [
      ClassResult['findings'][0],
    ];
    expect(others).toEqual([]);
    expect(what).toMatch(/^InternalError at /);
    expect(steps).toHaveLength(1);
    expect(command).toBe(`npm run fuzz -- planted --seed 1 --only ${index} --steps ${steps}`);
    expect((await readdir(folder)).sort()).toEqual(['finding.txt', 'text']);
    expect(await readFile(join(folder, 'text'), 'utf8')).toBe('c');
    expect(await readFile(join(folder, 'finding.txt'), 'utf8')).toContain(command);
    const [[code, refusals]] = [...refused] as [[string, number]];
    expect(code).toBe('options/invalid');
    expect(accepted + refusals + count).toBe(runs);
    expect(runs).toBe(30);
  });

  it('that hangs is killed, and the others run on', async () => {
    const limits = { seconds: 0.5, bytes: 2 ** 30 };
    const { runs, accepted, findings } = await runPlanted("while (text.startsWith('a'));", limits);
    expect(findings).toMatchObject([{ what: 'longer than 0.5 s' }]);
    expect(accepted + findings[0]!.count).toBe(runs);
  });

  it.runIf(process.platform === 'linux')('that takes memory outside of the heap is killed', async () => {
    const { runs, accepted, findings } = await runPlanted(
      `if (text.startsWith('a')) for (const kept = []; ; await new Promise(setImmediate)) kept.push(new Uint8Array(2 ** 24).fill(1));`,
      { seconds: 20, bytes: 2 ** 28 },
    );
    expect(findings).toMatchObject([{ what: 'too much memory' }]);
    expect(accepted + findings[0]!.count).toBe(runs);
  });

  it('that ends the process is found', async () => {
    const { findings } = await runPlanted("if (text.startsWith('a')) process.kill(process.pid, 'SIGSEGV');");
    expect(findings).toMatchObject([{ what: 'the process ended (SIGSEGV)' }]);
  });
});
