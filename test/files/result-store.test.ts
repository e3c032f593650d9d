import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { codeHash } from '../../src/files/code-hash.ts';
import { openStore, recalled } from '../../src/files/result-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-store-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('gives back what was kept for the same, and nothing for anything else', async () => {
  const store = openStore(join(folder, 'made'), 'code');
  const result = { values: Float32Array.of(1.5, Number.NaN, -0), by: new Map([['a', 1]]), none: undefined };
  expect(await store.recall('outputs', { model: 'm' })).toBeUndefined();
  await store.keep('outputs', { model: 'm', seed: 1 }, result);
  expect(await store.recall('outputs', { seed: 1, model: 'm' })).toEqual(result);
  expect(await store.recall('outputs', { seed: 2, model: 'm' })).toBeUndefined();
  expect(await store.recall('trial', { seed: 1, model: 'm' })).toBeUndefined();
  expect(
    await openStore(join(folder, 'made'), 'other code').recall('outputs', { seed: 1, model: 'm' }),
  ).toBeUndefined();
});

it('computes once', async () => {
  const store = openStore(folder, 'code');
  let computed = 0;
  const compute = async () => ++computed;
  expect([await recalled(store, 'n', 1, compute), await recalled(store, 'n', 1, compute)]).toEqual([1, 1]);
  expect(await recalled(store, 'n', 2, compute)).toBe(2);
});

it('takes a damaged result for none', async () => {
  const store = openStore(folder, 'code');
  await store.keep('n', 1, [1, 2, 3]);
  const [name] = await readdir(folder);
  const bytes = await readFile(join(folder, name!));
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(join(folder, name!), bytes);
  expect(await store.recall('n', 1)).toBeUndefined();
});

it('removes what was used longest ago', async () => {
  const store = openStore(folder, 'code', 2500);
  for (const n of [1, 2, 3]) {
    await store.keep('n', n, new Uint8Array(1000));
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const age = new Date(Date.now() - 60_000);
      if (n < 2) await utimes(path, age, age);
    }
  }
  const left = await Promise.all([1, 2, 3].map(async (n) => (await store.recall('n', n)) !== undefined));
  expect(left).toEqual([false, true, true]);
});

it('costs no run its result where nothing can be written', async () => {
  await writeFile(join(folder, 'file'), '');
  const store = openStore(join(folder, 'file', 'below'), 'code');
  expect(await recalled(store, 'n', 1, async () => 7)).toBe(7);
});

it('tells one code by one hash', async () => {
  expect(await codeHash()).toBe(await codeHash());
  expect(await codeHash()).toMatch(/^[0-9a-f]{64}$/);
});
