import { setImmediate as immediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { verify } from '../../src/verify/verify.ts';
import { inputs, labelsFor, memoryData, withTiny } from './tiny.ts';

test('images are streamed: of all batches a few are alive at any time', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const samples = inputs(120);
  const data = memoryData(samples, labelsFor(samples, 100));
  const given: WeakRef<object>[] = [];
  const watched: Dataset = {
    ...data,
    async *batches(...args) {
      for await (const batch of data.batches(...args)) {
        given.push(new WeakRef(batch.feeds.x!));
        // A new reference keeps its target until the event loop goes on.
        await immediate();
        yield batch;
      }
    },
  };
  const alive: Record<string, number[]> = {};
  const onProgress = (stage: string, done: number, total: number) => {
    if (total !== samples.length || done === 0 || done % 20 !== 0) return;
    collect();
    alive[stage] ??= [];
    alive[stage].push(given.filter((ref) => ref.deref() !== undefined).length);
  };
  await withTiny('tetramem-256-6bit', memoryData(samples.slice(0, 3), undefined), (pkg, model) =>
    verify(pkg, model, watched, { batchSize: 2, onProgress }),
  );
  // Every image is read by the check, by the references and by the chip.
  expect(given.length).toBeGreaterThan(180);
  expect(Object.keys(alive)).toEqual([
    'checking images',
    'floating point and ideal',
    'chip 1 of 1: simulate',
  ]);
  for (const counts of Object.values(alive)) {
    expect(counts).toHaveLength(6);
    expect(Math.max(...counts)).toBeLessThan(8);
  }
});
