import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bundledTargets } from '../../src/target/bundled.ts';
import * as loader from '../../src/target/load.ts';
import { loadBundled, prepareBundled } from '../../src/target/prepared.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prepared-'));
});
afterAll(() => rm(folder, { recursive: true }));

const all = async () => Promise.all((await bundledTargets()).map((name) => loader.loadTarget(name)));

/** What the build would have written. */
async function prepare(name: string, text: string): Promise<URL> {
  const file = join(folder, name);
  await writeFile(file, text);
  return pathToFileURL(file);
}

test('what was prepared is what is loaded, to the last value', async () => {
  const from = await prepare('same.json', await prepareBundled(loader.loadTarget));
  const expected = await all();
  const loading = vi.spyOn(loader, 'loadTarget');
  expect(await loadBundled(from)).toEqual(expected);
  expect(loading).not.toHaveBeenCalled();
  loading.mockRestore();
});

test('what was prepared from another file is loaded again', async () => {
  const known = JSON.parse(await prepareBundled(loader.loadTarget));
  known.ideal.file = '0'.repeat(64);
  known.ideal.loaded.target.name = 'wrong';
  const from = await prepare('other.json', JSON.stringify(known));
  expect(await loadBundled(from)).toEqual(await all());
});

test('where nothing was prepared, all are loaded', async () => {
  expect(await loadBundled(pathToFileURL(join(folder, 'nowhere.json')))).toEqual(await all());
});
