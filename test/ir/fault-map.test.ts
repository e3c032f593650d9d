import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installRoot } from '../../src/files/install-root.ts';
import {
  type FaultMap,
  faultFileSchema,
  formatFaultMap,
  hashFaultMap,
  readFaultMap,
} from '../../src/ir/fault-map.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-faults-'));
});
afterAll(() => rm(folder, { recursive: true }));

const cell = fc.record({
  row: fc.nat(15),
  column: fc.nat(19),
  conductance: fc.integer({ min: 0, max: 9999 }).map((n) => Number(`${n}e-7`)),
});
const arrays = fc.array(
  fc.uniqueArray(cell, { selector: ({ row, column }) => row * 20 + column, maxLength: 12 }),
  { minLength: 1, maxLength: 4 },
);

test('a map comes back from its file, sorted, and its hash does not depend on the order', async () => {
  await fc.assert(
    fc.asyncProperty(arrays, async (faults) => {
      const map: FaultMap = { rows: 16, columns: 20, arrays: faults };
      const path = join(folder, 'faults.json');
      await writeFile(path, formatFaultMap(map, { target: 'any', seed: 3 }));
      const read = await readFaultMap(path, map);
      const order = (a: (typeof faults)[0][0], b: (typeof faults)[0][0]) =>
        a.row - b.row || a.column - b.column;
      expect(read.arrays).toEqual(faults.map((f) => [...f].sort(order)));
      expect(hashFaultMap(read)).toBe(hashFaultMap(map));
    }),
    { numRuns: 50 },
  );
});

test('another conductance is another map', () => {
  const map = (conductance: number) => ({
    rows: 1,
    columns: 1,
    arrays: [[{ row: 0, column: 0, conductance }]],
  });
  expect(hashFaultMap(map(1e-6))).not.toBe(hashFaultMap(map(2e-6)));
});

test('docs/faults.md has every field of the file, and no other', () => {
  const page = readFileSync(join(installRoot(), 'docs/faults.md'), 'utf8');
  const fields = [...page.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, field]) => field);
  expect(fields).toEqual(Object.keys(faultFileSchema.shape));
});
