/** Studies of the small net of the command line's tests, and what lies in their folders. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeNpy } from '../../src/files/npy.ts';
import { classes, tinyFolder, tinyImages } from '../cli/tiny-net.ts';
import { npy } from '../data/files.ts';

export const images = 24;

/** The folder of the net, with labelled images besides. */
export async function studyFolder(): Promise<string> {
  const folder = await tinyFolder();
  const test = encodeNpy({ type: 'uint8', dims: [images, 6, 6, 1], data: tinyImages(images, 5) });
  await writeFile(join(folder, 'test.npy'), test);
  const labels = Uint8Array.from({ length: images }, (_, i) => i % classes);
  await writeFile(join(folder, 'test-labels.npy'), npy('|u1', `(${images},)`, labels));
  return folder;
}

const usual = {
  models: [
    {
      file: 'net.onnx',
      data: 'test.npy',
      labels: 'test-labels.npy',
      calibrate: 'data.npy',
      acceptChance: true,
    },
  ],
  targets: ['tetramem-256-6bit'],
  set: { 'array.rows': 32, 'array.columns': 32, 'driver.rowsAtOnce': 32, 'adc.bits': [4, 6] },
  options: { copies: 1, wireCorrection: 'none' },
  chips: 3,
  times: ['0', '1h'],
  imagesPerTask: 10,
};

/** Writes a study with these fields in place of the usual ones. @returns its path */
export async function writeStudy(folder: string, name: string, changes: object = {}): Promise<string> {
  const path = join(folder, `${name}.yaml`);
  // JSON is YAML.
  await writeFile(path, JSON.stringify({ ...usual, ...changes }, null, 1));
  return path;
}

/** All that a sweep says, by file. */
export async function writtenIn(results: string): Promise<Readonly<Record<string, string>>> {
  const names = ['tasks.jsonl', 'table.csv', 'report.html'];
  const texts = await Promise.all(names.map((name) => readFile(join(results, name), 'utf8')));
  return Object.fromEntries(names.map((name, i) => [name, texts[i]!]));
}
