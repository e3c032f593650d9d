import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Chip } from '../../src/chip/chip.ts';
import { executeBitstream } from '../../src/chip/execute.ts';
import { loadChip } from '../../src/chip/load.ts';
import { saveChip } from '../../src/chip/save.ts';
import { sha256 } from '../../src/files/hash.ts';
import type { Instruction } from '../../src/ir/schedule.ts';
import type { Target } from '../../src/target/target.ts';
import {
  asSaved,
  headerOf,
  loaded,
  options,
  programAll,
  transferAll,
  transferTarget,
  writeVerifyTarget,
} from './bench.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-chip-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const target: Target = {
  ...writeVerifyTarget,
  array: { rows: 16, columns: 8, arraysPerChip: 1 },
  programming: { ...writeVerifyTarget.programming, unresponsive: 0.05 } as Target['programming'],
};

async function writeVerifyChip(seed: number): Promise<Chip> {
  const settings: Instruction[] = [
    { op: 'driver', bits: 1, vRead: 0.2 },
    {
      op: 'converter',
      block: 7,
      bits: 8,
      convert: 'column',
      zero: Int32Array.of(1, 2, -3),
      step: Float32Array.of(0.1, 0.2, 0.3),
    },
    {
      op: 'converter',
      block: 2,
      bits: 6,
      convert: 'pair',
      zero: Int32Array.of(5),
      step: Float32Array.of(1e-4),
    },
  ];
  const second = programAll(target, 1, (row) => row);
  const programs = [
    programAll(target, 0, (_, column) => 8 * column),
    { array: 1, instructions: [...settings, ...second.instructions] },
  ];
  return executeBitstream(headerOf(target, 2), programs, loaded(target), { ...options, seed });
}

test('a chip comes back as it was saved', async () => {
  const chip = await writeVerifyChip(3);
  expect(chip.failed.length).toBeGreaterThan(0);
  const calibrated: Chip = {
    ...chip,
    calibration: {
      at: 3600,
      wires: false,
      correction: 'low-rank',
      columns: new Map([
        ['conv1', { gain: Float32Array.of(1, 1.1), bias: Float32Array.of(0, -0.1) }],
        [
          'depthwise',
          {
            gain: Float32Array.of(1, 0.9),
            bias: Float32Array.of(0, 0),
            terms: { rank: 1, coefficients: Float32Array.of(0.25, -0.5) },
          },
        ],
        [
          'fc',
          {
            gain: Float32Array.of(0.9),
            bias: Float32Array.of(0.5),
            terms: {
              rank: 2,
              directions: Float32Array.of(1, 0, 0, 0, 0.6, 0.8),
              coefficients: Float32Array.of(3, -4),
            },
          },
        ],
      ]),
    },
  };
  await saveChip(chip, join(folder, 'plain'));
  await saveChip(calibrated, join(folder, 'calibrated'));
  expect(await loadChip(join(folder, 'plain'))).toEqual(asSaved(chip));
  expect(await loadChip(join(folder, 'calibrated'))).toEqual(asSaved(calibrated));
  expect((await readdir(folder)).sort()).toEqual(['calibrated', 'plain']);
});

test('hidden weights are saved too', async () => {
  const program = transferAll(transferTarget, 0, (row, pair) => 3 * row - 50 * pair);
  const chip = await executeBitstream(
    headerOf(transferTarget, 1),
    [program],
    loaded(transferTarget),
    options,
  );
  await saveChip(chip, join(folder, 'chip'));
  expect(await loadChip(join(folder, 'chip'))).toEqual(asSaved(chip));
});

test('no folder is a wrong path', async () => {
  const place = join(folder, 'chip');
  await expect(loadChip(place)).rejects.toMatchObject({
    diagnostics: [
      { code: 'chip/unreadable', at: place, exit: 2, message: 'there is no such file or folder' },
    ],
  });
});

test('an existing chip is replaced only with force', async () => {
  const place = join(folder, 'chip');
  const [first, second] = [await writeVerifyChip(1), await writeVerifyChip(2)];
  await saveChip(first, place);
  await expect(saveChip(second, place)).rejects.toMatchObject({
    diagnostics: [{ code: 'package/exists', at: place }],
  });
  expect(await loadChip(place)).toEqual(asSaved(first));
  await saveChip(second, place, { force: true });
  expect(await loadChip(place)).toEqual(asSaved(second));
  expect(await readdir(folder)).toEqual(['chip']);
});

test('force does not replace a folder of other files', async () => {
  await writeFile(join(folder, 'thesis.txt'), 'years of work');
  await expect(saveChip(await writeVerifyChip(1), folder, { force: true })).rejects.toThrow(
    'no chip.json, so it is not replaced',
  );
  expect(await readFile(join(folder, 'thesis.txt'), 'utf8')).toBe('years of work');
});

test.each<[string, (place: string) => Promise<void>, string]>([
  ['a folder without chip.json', (place) => rm(join(place, 'chip.json')), 'chip.json cannot be read'],
  ['no JSON', (place) => writeFile(join(place, 'chip.json'), '{"format":'), 'chip.json is not JSON'],
  ['another JSON', (place) => writeFile(join(place, 'chip.json'), '{}'), 'chip.json:'],
  [
    'another number of arrays',
    (place) => edit(place, '"arrays": 2', '"arrays": 3'),
    'does not describe 3 arrays',
  ],
  [
    'another geometry',
    (place) => edit(place, '"rows": 16', '"rows": 1000000000'),
    'conductances.npy has 1152 bytes where',
  ],
  ['a missing file', (place) => rm(join(place, 'converter-zeros.npy')), 'converter-zeros.npy cannot be read'],
  [
    'a truncated file',
    async (place) => {
      const path = join(place, 'conductances.npy');
      await writeFile(path, (await readFile(path)).subarray(0, 1000));
    },
    'conductances.npy has 1000 bytes where 1152 are expected',
  ],
  [
    'a flipped bit',
    async (place) => {
      const path = join(place, 'conductances.npy');
      const bytes = await readFile(path);
      bytes[177]! ^= 4;
      await writeFile(path, bytes);
    },
    'conductances.npy is not what was saved',
  ],
  [
    'a conductance that is no number',
    (place) => put(place, 'conductances.npy', 77, Number.NaN),
    'conductances.npy: number 77 of part 0 is NaN',
  ],
  [
    'a conductance below zero',
    (place) => put(place, 'conductances.npy', 200, -1),
    'conductances.npy: number 72 of part 1 is -1',
  ],
  [
    'a converter without a step',
    (place) => put(place, 'converter-steps.npy', 0, 0),
    'converter-steps.npy: number 0 of part 0 is 0',
  ],
  [
    'axes in another order',
    async (place) => {
      const path = join(place, 'conductances.npy');
      const bytes = await readFile(path);
      const before = sha256(bytes);
      bytes.write(bytes.toString('latin1', 0, 128).replace('(2, 16, 8)', '(2, 8, 16)'), 0, 'latin1');
      await writeFile(path, bytes);
      await edit(place, before, sha256(bytes));
    },
    'conductances.npy is no array of float32 [2, 16, 8]',
  ],
  ['a block twice', (place) => edit(place, '"block": 7', '"block": 2'), 'lists a block or a layer twice'],
])('%s is a readable error', async (_, damage, reason) => {
  const place = join(folder, 'chip');
  await saveChip(await writeVerifyChip(1), place);
  await damage(place);
  const loading = loadChip(place);
  await expect(loading).rejects.toMatchObject({
    diagnostics: [{ code: 'chip/unreadable', at: place, exit: 37 }],
  });
  await expect(loading).rejects.toThrow(reason);
});

/** Puts a number into an array behind its header of 128 bytes, with its sum. */
async function put(place: string, name: string, index: number, value: number): Promise<void> {
  const bytes = await readFile(join(place, name));
  const before = sha256(bytes);
  bytes.writeFloatLE(value, 128 + 4 * index);
  await writeFile(join(place, name), bytes);
  await edit(place, before, sha256(bytes));
}

async function edit(place: string, from: string, to: string): Promise<void> {
  const path = join(place, 'chip.json');
  const text = await readFile(path, 'utf8');
  if (!text.includes(from)) throw new Error(`chip.json has no ${from}`);
  await writeFile(path, text.replace(from, to));
}

test('a calibrated chip of version 2 has gains and biases alone', async () => {
  const place = join(folder, 'chip');
  const columns = new Map([['fc', { gain: Float32Array.of(0.9), bias: Float32Array.of(0.5) }]]);
  const calibration = { at: 0, wires: true, correction: 'columns', columns } as const;
  const chip: Chip = { ...(await writeVerifyChip(1)), calibration };
  await saveChip(chip, place);
  const json = JSON.parse(await readFile(join(place, 'chip.json'), 'utf8'));
  const { correction: _, ...older } = json.calibration;
  await writeFile(join(place, 'chip.json'), JSON.stringify({ ...json, version: 2, calibration: older }));
  expect(await loadChip(place)).toEqual(asSaved(chip));
  await writeFile(join(place, 'chip.json'), JSON.stringify({ ...json, version: 5 }));
  await expect(loadChip(place)).rejects.toThrow(/version/);
});
