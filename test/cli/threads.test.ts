/** `--threads`: the same chips and reports for any number, in the compiled program. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadChip } from '../../src/chip/load.ts';
import { sha256 } from '../../src/files/hash.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { npy } from '../data/files.ts';
import { type Built, build } from '../support/built.ts';
import { driftFields, sectionOf, wireFields } from '../support/reading-laws.ts';
import { reseal } from '../support/reseal.ts';
import { runCli } from './run-cli.ts';
import { classes, tinyFolder, tinyImages } from './tiny-net.ts';

const images = 100;
const smallArrays = ['array.rows=16', 'array.columns=16', 'driver.rowsAtOnce=16'].flatMap((f) => [
  '--set',
  f,
]);
/** Every kind of randomness between programming and reading, and wires. */
const reading = [
  ...sectionOf('drift', driftFields),
  ...sectionOf('telegraph', { share: 0.5, amplitude: 0.2, dwellHigh: '1 us', dwellLow: '1 us' }),
  ...sectionOf('logNoise', { amplitude: '5 uS', gReference: '1 uS', readTime: '1 us' }),
  ...sectionOf('wires', wireFields),
].flatMap((field) => ['--set', field]);
let folder = '';
let built: Built;
const at = (name: string) => join(folder, name);

async function compileNet(name: string, ...flags: readonly string[]): Promise<void> {
  const args = ['compile', at('net.onnx'), '--calibrate', at('data.npy'), '-o', at(name), ...flags];
  expect(await runCli(args)).toMatchObject({ exit: 0, err: '' });
}

beforeAll(async () => {
  [folder, built] = await Promise.all([tinyFolder(), build()]);
  await compileNet('pulses.xbar', ...smallArrays, ...reading);
  await compileNet('transfers.xbar', '--target', 'leti-fecap-130nm');
  const test = encodeNpy({ type: 'uint8', dims: [images, 6, 6, 1], data: tinyImages(images, 5) });
  await writeFile(at('test.npy'), test);
  const labels = Uint8Array.from({ length: images }, (_, i) => i % classes);
  await writeFile(at('labels.npy'), npy('|u1', `(${images},)`, labels));
});
afterAll(() => Promise.all([rm(folder, { recursive: true }), built.remove()]));

/** Hashes of all files of a saved chip. */
async function hashesOf(chip: string): Promise<Record<string, string>> {
  const names = (await readdir(at(chip))).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, sha256(await readFile(join(at(chip), name)))])),
  );
}

test.each(['pulses', 'transfers'])('%s: a chip is the same, bit for bit', async (name) => {
  const program = async (threads: number) => {
    const chip = `${name}-${threads}`;
    const flags = ['--seed', '4', '-o', at(chip), '--threads', String(threads), '--json'];
    const { exit, out } = await built.cli('program', at(`${name}.xbar`), ...flags);
    expect(exit).toBe(0);
    return { report: { ...JSON.parse(out), chip: '' }, files: await hashesOf(chip) };
  };
  const alone = await program(1);
  const loaded = await loadChip(at(`${name}-1`));
  expect(loaded.header.arrays).toBeGreaterThan(2);
  expect(loaded.calibration?.columns.size).toBe(2);
  expect(Object.keys(alone.files)).toContain('conductances.npy');
  expect(await program(2)).toEqual(alone);
  expect(await program(5)).toEqual(alone);
});

test('a report is the same, apart from times', async () => {
  const verify = async (threads: number) => {
    const data = ['--data', at('test.npy'), '--labels', at('labels.npy')];
    const preprocess = ['--preprocess', at('net.preprocess.yaml')];
    const flags = [
      '--model',
      at('net.onnx'),
      ...data,
      ...preprocess,
      '--trials',
      '2',
      '--at',
      '1h',
      '--noise-states',
      '2',
      '--accept-chance',
      '--json',
    ];
    const { exit, out } = await built.cli(
      'verify',
      at('pulses.xbar'),
      ...flags,
      '--threads',
      String(threads),
    );
    expect(exit).toBe(0);
    return out.replace(/"duration": (\{[^}]*\}|[\d.e-]+)/g, '"duration": 0');
  };
  const alone = await verify(1);
  expect(JSON.parse(alone)).toMatchObject({ data: { images }, trials: [{ seed: 1 }, { seed: 2 }] });
  expect(await verify(2)).toBe(alone);
  expect(await verify(3)).toBe(alone);
});

test('a bitstream that cannot be executed is the same error', async () => {
  await compileNet('cut.xbar', ...smallArrays);
  const file = at('cut.xbar/program.xbs');
  const bytes = await readFile(file);
  // Inside of the last section: its checksum is wrong.
  bytes[bytes.length - 40]! ^= 1;
  await writeFile(file, bytes);
  await reseal(at('cut.xbar'));
  const program = (threads: string) =>
    built.cli('program', at('cut.xbar'), '-o', at('cut'), '--threads', threads);
  const alone = await program('1');
  expect(alone).toMatchObject({ exit: 34, err: expect.stringContaining('bitstream/invalid') });
  expect(await program('2')).toEqual(alone);
});

test('threads are a whole number', async () => {
  expect((await runCli(['program', at('pulses.xbar'), '-o', at('none'), '--threads', '0'])).exit).toBe(2);
});
