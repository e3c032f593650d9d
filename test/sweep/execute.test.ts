/** A task gives what `verify` gives of the same chip, wherever its files come from. */
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDataset } from '../../src/data/open.ts';
import { sha256 } from '../../src/files/hash.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { version } from '../../src/files/version.ts';
import { readModel } from '../../src/onnx/decode.ts';
import { openPackage } from '../../src/package/open.ts';
import { dataHash } from '../../src/sweep/data-hash.ts';
import { executeTask, type Place } from '../../src/sweep/execute.ts';
import { unpackFlags } from '../../src/sweep/flags.ts';
import { blobsOf, type SweepTask, sweepResult, sweepTask, taskKey } from '../../src/sweep/task.ts';
import { verify } from '../../src/verify/verify.ts';
import { runCli } from '../cli/run-cli.ts';
import { classes, tinyFolder, tinyImages } from '../cli/tiny-net.ts';
import { npy } from '../data/files.ts';
import { driftFields, sectionOf, wireFields } from '../support/reading-laws.ts';

const count = 40;
let folder = '';
const at = (...names: readonly string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await tinyFolder();
  const laws = [...sectionOf('drift', driftFields), ...sectionOf('wires', wireFields)].flatMap((field) => [
    '--set',
    field,
  ]);
  const args = ['compile', at('net.onnx'), '--calibrate', at('data.npy'), '-o', at('net.xbar'), ...laws];
  expect(await runCli(args)).toMatchObject({ exit: 0, err: '' });
  const images = encodeNpy({ type: 'uint8', dims: [count, 6, 6, 1], data: tinyImages(count, 5) });
  await writeFile(at('test.npy'), images);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  await writeFile(at('test-labels.npy'), npy('|u1', `(${count},)`, labels));
  // Files by their hashes, as they come from elsewhere.
  await mkdir(at('blobs'));
  for (const name of await readdir(at('net.xbar'))) await blobFrom(at('net.xbar', name));
  await blobFrom(at('net.onnx'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

async function blobFrom(path: string): Promise<string> {
  const hash = sha256(await readFile(path));
  await copyFile(path, at('blobs', hash));
  return hash;
}

async function opened() {
  const pkg = await openPackage(at('net.xbar'));
  const model = { ...(await readModel(at('net.onnx'))), file: at('net.onnx') };
  const { inputs, outputs } = model.graph;
  const data = await openDataset(at('test.npy'), {
    ...{ inputs, outputs, preprocessing: at('net.preprocess.yaml'), labels: at('test-labels.npy') },
  });
  return { pkg, model, data };
}

async function taskOf(changes: Partial<SweepTask> = {}): Promise<SweepTask> {
  const { pkg, model, data } = await opened();
  const { from, to } = changes.images ?? { from: 0, to: count };
  const hashes: string[] = [];
  const indices = Array.from({ length: to - from }, (_, i) => from + i);
  for await (const batch of data.batches(indices, 8, model.graph.inputs)) hashes.push(...batch.hashes);
  const manifest = sha256(await readFile(at('net.xbar', 'manifest.json')));
  return sweepTask.parse({
    crossloom: version,
    study: sha256('a study'),
    model: { sha256: model.sha256, file: sha256(await readFile(at('net.onnx'))) },
    package: {
      sha256: pkg.manifest.sha256,
      files: { ...pkg.manifest.files, 'manifest.json': manifest },
    },
    chip: 3,
    conditions: {
      ...{ at: 3600, wires: true, compensate: 'columns', correction: 'box', noise: true, noiseStates: 8 },
    },
    images: { of: count, from: 0, to: count },
    data: {
      sha256: dataHash(hashes, data.labels!.slice(from, to)),
      preprocessing: JSON.parse(JSON.stringify(data.preprocessing)),
    },
    ...changes,
  });
}

function placeAt(packages: string): Place & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    blob: async (hash) => {
      asked.push(hash);
      return at('blobs', hash);
    },
    packages: at(packages),
    data: at('test.npy'),
    labels: at('test-labels.npy'),
  };
}

const shareOf = (flags: string | undefined, images = count) =>
  (100 * unpackFlags(flags!, images)!.reduce((sum, flag) => sum + flag, 0)) / images;

test.each(['columns', 'global', 'none'] as const)('%s: the figures of `verify`', async (compensate) => {
  const { pkg, model, data } = await opened();
  const how = { trials: 1, seed: 3, at: [3600], wires: 'on', compensate, acceptChance: true } as const;
  const report = await verify(pkg, model, data, { ...how, threads: 1 });
  const { conditions } = await taskOf();
  const task = await taskOf({ conditions: { ...conditions, compensate } });
  const result = await executeTask(task, placeAt('alone'));
  expect(sweepResult.parse(result)).toEqual(result);
  const { chip, float, ideal } = result;
  const shares = { top1: shareOf(chip.top1), top5: shareOf(chip.top5), agreement: shareOf(chip.agreement) };
  const { top1, top5, agreement, snrToFloat } = report.mapped.trials[0]!;
  expect(shares).toEqual({ top1, top5, agreement });
  expect(10 * Math.log10(chip.toFloat.signal / chip.toFloat.noise)).toBeCloseTo(snrToFloat as number, 3);
  expect(report.float).toMatchObject({ top1: shareOf(float.top1), top5: shareOf(float.top5) });
  expect(shareOf(ideal.top1)).toBe(report.ideal.top1);
  // Otherwise there would be nothing to tell apart.
  expect(agreement).toBeLessThan(100);
});

test('tasks of one place have the same results as tasks of many, in any order', async () => {
  const { conditions } = await taskOf();
  const tasks = await Promise.all([
    taskOf(),
    taskOf({ chip: 4 }),
    taskOf({ conditions: { ...conditions, at: 0, wires: false } }),
    taskOf({ images: { of: count, from: 10, to: 25 } }),
    taskOf({ conditions: { ...conditions, compensate: 'sequential' } }),
  ]);
  expect(new Set(tasks.map(taskKey)).size).toBe(tasks.length);
  const one = placeAt('one');
  const results = [];
  for (const task of tasks) results.push(await executeTask(task, one));
  // Each file of the package, and the model, were asked for once.
  expect(one.asked.toSorted()).toEqual(blobsOf(tasks[0]!));
  for (const [i, task] of [...tasks.entries()].reverse()) {
    const other = placeAt(`other-${i}`);
    expect(JSON.stringify(await executeTask(task, other))).toBe(JSON.stringify(results[i]));
  }
  expect(new Set(results.map(({ chip }) => JSON.stringify(chip))).size).toBe(tasks.length);
});

test('images of a range are those of the whole', async () => {
  const { conditions } = await taskOf();
  const exact = { ...conditions, noise: false };
  const whole = await executeTask(await taskOf({ conditions: exact }), placeAt('whole'));
  const flags = [];
  for (const [from, to] of [
    [0, 13],
    [13, count],
  ] as const) {
    const task = await taskOf({ conditions: exact, images: { of: count, from, to } });
    flags.push(...unpackFlags((await executeTask(task, placeAt('whole'))).chip.agreement!, to - from)!);
  }
  expect(flags).toEqual([...unpackFlags(whole.chip.agreement!, count)!]);
});

test('what is not the same is refused', async () => {
  const task = await taskOf();
  const failing = (changed: SweepTask, place: Place) => expect(executeTask(changed, place)).rejects;
  await failing({ ...task, crossloom: '0.0.0' }, placeAt('alone')).toThrow('sweep/other-version');
  const labels = Uint8Array.from({ length: count }, (_, i) => (i + 1) % classes);
  await writeFile(at('moved.npy'), npy('|u1', `(${count},)`, labels));
  await failing(task, { ...placeAt('alone'), labels: at('moved.npy') }).toThrow('data/changed');
  const bytes = await readFile(at('net.onnx'));
  await writeFile(at('other'), Buffer.concat([bytes, Buffer.from([0])]));
  const wrong = { ...placeAt('alone'), blob: async () => at('other') };
  await failing(task, wrong).toThrow('package/hash-mismatch');
  const swapped: Place = {
    ...placeAt('swapped'),
    blob: async (hash) => at('blobs', hash === task.package.files['host.onnx'] ? task.model.file : hash),
  };
  await failing(task, swapped).toThrow('package/hash-mismatch');
});

test('flags are read as they were written, and no others', () => {
  expect(sweepTask.safeParse({}).success).toBe(false);
  expect(unpackFlags('AQ==', 8)).toEqual(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  expect(unpackFlags('AQ==', 9)).toBeUndefined();
  expect(unpackFlags('/w==', 3)).toBeUndefined();
  expect(unpackFlags('!', 8)).toBeUndefined();
});
