/** The campaign, as far as there is time for it: 300 cases a class, always the same ones, without a finding. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { classes } from '../../fuzz/classes/index.ts';
import { type Built, build } from '../support/built.ts';

const run = promisify(execFile);

let built: Built;
beforeAll(async () => {
  built = await build();
});
afterAll(() => built.remove());

it.each(classes)('$name', { timeout: 600_000 }, async ({ name }) => {
  const tool = join(built.folder, 'dist/fuzz/index.js');
  const args = [tool, name, '--runs', '300', '--out', join(built.folder, 'findings')];
  const { stdout } = await run(process.execPath, args).catch((error: { readonly stdout: string }) => error);
  // One row of the table, and no line for a finding behind it.
  expect(stdout.trimEnd().split('\n').slice(2)).toEqual([
    expect.stringMatching(new RegExp(`^${name} +300 `)),
  ]);
});
