/**
 * Command lines of the pages that a newcomer meets first run, in their order, on small things that have the names of a user's own. What the
 * README shows runs on the real network (test/readme.test.ts); the command lines of all pages are read by test/cli/docs-commands.test.ts.
 */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { allCommandLines } from '../support/readme-lines.ts';
import { standIns } from './stand-ins.ts';

const root = process.cwd();
let folder = '';
beforeEach(async () => {
  folder = await standIns();
  process.chdir(folder);
});
afterEach(async () => {
  process.chdir(root);
  await rm(folder, { recursive: true });
});

/** Pages, and what they take for granted. */
const pages: Readonly<Record<string, readonly string[]>> = {
  'docs/getting-started.md': [],
  'docs/hidden-weights.md': [],
  'docs/verify.md': [
    'compile net.onnx --target tetramem-256-6bit --calibrate images/ -o net.xbar',
    'program net.xbar --seed 1 -o chip1',
    'program net.xbar --seed 2 -o chip2',
  ],
};
/** Drawn weights lose more than a point: the bound of the page is not met, and says so. */
const bound = '--max-drop 1';

test.each(Object.entries(pages))('%s', { timeout: 300_000 }, async (page, before) => {
  const lines = allCommandLines(readFileSync(`${root}/${page}`, 'utf8')).flat();
  expect(lines.length).toBeGreaterThan(1);
  for (const words of [...before.map((line) => line.split(' ')), ...lines.map(([, ...words]) => words)]) {
    const { exit, err } = await runCli(words);
    const text = words.join(' ');
    expect(text.includes(bound) ? [0, 50] : [0], `${text}\n${err}`).toContain(exit);
  }
});
