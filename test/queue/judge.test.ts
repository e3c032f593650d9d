/** What a submitter makes of jobs that are none, and a worker of files that are not those. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openCache } from '../../src/queue/blob-cache.ts';
import type { BlobStore } from '../../src/queue/blobs.ts';
import { judge } from '../../src/queue/judge.ts';
import { mostDeaths } from '../../src/queue/names.ts';

const work = { result: z.strictObject({}) };

test('a task of which more workers died than may is put in anew, and in the end queue/task', () => {
  const state = { kind: 'open', deaths: mostDeaths + 2 } as const;
  expect(judge(state, 'k', work, { damaged: 0, most: 3 })).toEqual({ kind: 'damaged' });
  const last = judge(state, 'k', work, { damaged: 2, most: 3 });
  expect(last).toMatchObject({ kind: 'failure', failure: [{ code: 'queue/task' }] });
});

test('a file that no store has, or that has another hash, is queue/blob', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crossloom-cache-'));
  const store = (bytes: string | undefined): BlobStore => ({
    has: async () => true,
    put: async () => undefined,
    remove: async () => undefined,
    async *read() {
      if (bytes !== undefined) yield Buffer.from(bytes);
    },
  });
  const asked = 'a'.repeat(64);
  for (const bytes of [undefined, 'something else']) {
    const cache = await openCache(folder, [store(bytes)]);
    await expect(cache.fetch(asked)).rejects.toMatchObject({ diagnostics: [{ code: 'queue/blob' }] });
  }
  await rm(folder, { recursive: true });
});
