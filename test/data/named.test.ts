/** Data of several inputs, found by their names, and inputs without a batch axis. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ModelInput } from '../../src/data/feeding.ts';
import { type DatasetOptions, openDataset } from '../../src/data/open.ts';
import { sha256 } from '../../src/files/hash.ts';
import { writeZip } from '../../src/files/zip.ts';
import { npy, png, raised, temporaryFolder } from './files.ts';

const count = 5;
const bytesOf = (values: { readonly buffer: ArrayBufferLike }) =>
  new Uint8Array(values.buffer as ArrayBuffer);
const floats = (...dims: number[]) => {
  const size = dims.reduce((product, d) => product * d, 1);
  return npy('<f4', `(${dims.join(', ')},)`, bytesOf(Float32Array.from({ length: size }, (_, i) => i / 4)));
};
const ids = Int32Array.from({ length: 2 * count }, (_, i) => 100 + i);
const labels = Int32Array.of(3, 1, 4, 1, 5);
const arrays = {
  ids: npy('<i4', `(${count}, 2)`, bytesOf(ids)),
  pixel: floats(count, 3),
  labels: npy('<i4', `(${count},)`, bytesOf(labels)),
};
const idsInput: ModelInput = { name: 'ids', dims: ['N', 2], elementType: 7 };
const pixelInput: ModelInput = { name: 'pixel', dims: ['N', 3] };
const inputs = [idsInput, pixelInput];

function archive(files: Readonly<Record<string, Uint8Array>>): string {
  const file = join(temporaryFolder(), 'data.npz');
  writeFileSync(
    file,
    writeZip(new Map(Object.entries(files).map(([name, bytes]) => [`${name}.npy`, bytes]))),
  );
  return file;
}

function folderOf(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

async function batchesOf(path: string, fed: readonly ModelInput[], size: number, indices = [0, 1, 2, 3, 4]) {
  const batches = [];
  for await (const batch of (await openDataset(path, { inputs: fed })).batches(indices, size, fed))
    batches.push(batch);
  return batches;
}

const drain = async (path: string, fed: readonly ModelInput[], options: DatasetOptions = {}) => {
  for await (const _ of (await openDataset(path, { inputs: fed, ...options })).batches([0], 1, fed));
};

describe('several inputs', () => {
  test.each([
    ['arrays of an archive', () => archive(arrays)],
    [
      'files of a folder',
      () => folderOf({ 'ids.npy': arrays.ids, 'pixel.npy': arrays.pixel, 'labels.npy': arrays.labels }),
    ],
  ])('%s are fed together, sample by sample', async (_, write) => {
    const path = write();
    const dataset = await openDataset(path, { inputs });
    expect(dataset.length).toBe(count);
    expect(dataset.labels).toEqual(labels);
    const [first, second] = await batchesOf(path, inputs, 2, [4, 0, 2]);
    expect(first).toMatchObject({ indices: [4, 0], size: 2, ids: ['4', '0'] });
    expect(first!.feeds.ids).toMatchObject({ dims: [2, 2], data: Float32Array.of(108, 109, 100, 101) });
    expect(first!.feeds.pixel!.data).toEqual(Float32Array.of(3, 3.25, 3.5, 0, 0.25, 0.5));
    expect(second!.feeds.pixel).toMatchObject({ dims: [1, 3], data: Float32Array.of(1.5, 1.75, 2) });
    // SHA-256 over the hashes of the stored arrays, in the order of the inputs.
    const stored = [bytesOf(ids.slice(8, 10)), bytesOf(Float32Array.of(3, 3.25, 3.5))].map(sha256);
    expect(first!.hashes[0]).toBe(createHash('sha256').update(stored.join('')).digest('hex'));
  });

  test('a slash in a name is an underscore in that of the file, and a dot is part of it', async () => {
    const path = folderOf({ 'serving_ids.npy': arrays.ids, 'pixel.1.npy': arrays.pixel });
    const named = [
      { ...idsInput, name: 'serving/ids' },
      { ...pixelInput, name: 'pixel.1' },
    ];
    const [batch] = await batchesOf(path, named, count);
    expect(batch!.feeds['serving/ids']!.dims).toEqual([count, 2]);
  });

  test('an input called like labels has its own samples', async () => {
    const path = archive({ y: arrays.pixel, ids: arrays.ids });
    expect(
      (await openDataset(path, { inputs: [idsInput, { ...pixelInput, name: 'y' }] })).labels,
    ).toBeUndefined();
  });

  test('a folder of images beside an array', async () => {
    const folder = folderOf({ 'ids.npy': npy('<i4', '(2, 2)', bytesOf(ids.slice(0, 4))) });
    mkdirSync(join(folder, 'image'));
    for (const name of ['a.png', 'b.png'])
      writeFileSync(join(folder, 'image', name), await png(2, 2, [1, 2, 3]));
    const [batch] = await batchesOf(folder, [{ name: 'image', dims: ['N', 3, 2, 2] }, idsInput], 2, [0, 1]);
    expect(batch!.feeds.image!.dims).toEqual([2, 3, 2, 2]);
    expect(batch!.ids).toEqual(['a.png', 'b.png']);
  });

  test('a fixed batch of one input is that of all; an input without a batch axis takes samples one by one', async () => {
    const path = archive(arrays);
    const fixed = await batchesOf(path, [{ ...idsInput, dims: [2, 2] }, pixelInput], 5);
    expect(fixed.map(({ size, feeds }) => [size, feeds.ids!.dims, feeds.pixel!.dims])).toEqual(
      Array(3).fill([2, [2, 2], [2, 3]]),
    );
    expect(fixed.map(({ indices }) => indices)).toEqual([[0, 1], [2, 3], [4]]);
    expect(fixed[2]!.hashes).toHaveLength(1);
    expect(fixed[2]!.feeds.pixel!.data).toEqual(Float32Array.of(3, 3.25, 3.5, 3, 3.25, 3.5));
    const alone = await batchesOf(path, [{ ...idsInput, dims: ['K'] }, pixelInput], 5);
    expect(alone.map(({ size, feeds }) => [size, feeds.ids!.dims, feeds.pixel!.dims])).toEqual(
      Array(5).fill([1, [2], [1, 3]]),
    );
    expect(
      await raised(
        drain(path, [
          { ...idsInput, dims: ['K'] },
          { ...pixelInput, dims: [4, 3] },
        ]),
      ),
    ).toEqual([
      expect.stringMatching(/^data\/inputs .*different numbers of samples a run: 1 of 'ids', 4 of 'pixel'/),
    ]);
  });
});

describe('what several inputs cannot be fed with', () => {
  test.each<[string, () => string, RegExp]>([
    [
      'an input has no array',
      () => archive({ ids: arrays.ids, z: arrays.pixel }),
      /inputs 'ids', 'pixel', and there are no data for 'pixel'; there is 'ids', 'z'$/,
    ],
    [
      'an input has no file',
      () => folderOf({ 'pixel.npy': arrays.pixel }),
      /no data for 'ids'; there is 'pixel.npy'$/,
    ],
    ['an empty folder', () => temporaryFolder(), /no data for 'ids', 'pixel'; nothing is there$/],
    [
      'two files of one name',
      () => folderOf({ 'ids.npy': arrays.ids, 'ids.txt': arrays.ids, 'pixel.npy': arrays.pixel }),
      /the samples of 'ids' may be 'ids.npy' or 'ids.txt'$/,
    ],
    [
      'one array',
      () => join(folderOf({ 'x.npy': arrays.pixel }), 'x.npy'),
      /inputs 'ids', 'pixel', and this file holds samples of one$/,
    ],
    [
      'arrays of different lengths',
      () => archive({ ids: arrays.ids, pixel: floats(4, 3) }),
      /different numbers of samples: 5 for 'ids', 4 for 'pixel'$/,
    ],
  ])('%s', async (_, write, reason) => {
    const problems = await raised(openDataset(write(), { inputs }));
    expect(problems).toEqual([expect.stringMatching(/^data\/inputs at /)]);
    expect(problems[0]).toMatch(reason);
  });

  test('other labels than samples, no such file', async () => {
    const path = archive({ ...arrays, labels: npy('<i4', '(2,)', bytesOf(labels.slice(0, 2))) });
    expect(await raised(openDataset(path, { inputs }))).toEqual([
      expect.stringMatching(/^data\/unreadable .*5 samples, but 2 labels/),
    ]);
    expect(await raised(openDataset(join(temporaryFolder(), 'none'), { inputs }))).toEqual([
      expect.stringMatching(/^data\/unreadable .*no such file/),
    ]);
  });

  test('preprocessing, but for what is about labels', async () => {
    const path = archive(arrays);
    expect(await raised(openDataset(path, { inputs, flags: { scale: '1/255', layout: 'NCHW' } }))).toEqual([
      expect.stringMatching(/^data\/preprocessing at preprocessing: layout: .*as they are stored/),
      expect.stringMatching(/^data\/preprocessing at preprocessing: scale: /),
    ]);
    const dataset = await openDataset(path, { inputs, flags: { labelOffset: 1, classes: ['a'] } });
    expect(dataset.preprocessing.labelOffset).toBe(1);
    expect(dataset.classNames).toEqual(['a']);
  });

  test('a model of one input, and a single sample', async () => {
    const path = archive(arrays);
    const dataset = await openDataset(path, { inputs });
    expect(await raised(dataset.sample(0))).toEqual([
      expect.stringMatching(/^data\/inputs .*'ids', 'pixel'/),
    ]);
    expect(() => dataset.fixedBatch([{ name: 'z', dims: ['N', 1] }])).toThrow("no data for the input 'z'");
    const one = await openDataset(join(folderOf({ 'x.npy': arrays.pixel }), 'x.npy'));
    expect(() => one.fixedBatch(inputs)).toThrow("the inputs 'ids', 'pixel', and these are samples of one");
    expect(() => one.fixedBatch([])).toThrow('the model has no inputs');
  });

  test('what is wrong with several inputs is told together', async () => {
    const path = archive({ ids: floats(count, 2), pixel: floats(count, 4) });
    expect(await raised(drain(path, inputs))).toEqual([
      expect.stringMatching(
        /^data\/not-whole at .*ids: sample 0: .*input 'ids' takes whole numbers.* has 0.25/,
      ),
      expect.stringMatching(/^data\/shape at .*pixel: sample 0: .* shape 4, .* \[N, 3\]/),
    ]);
  });
});

describe('one input', () => {
  const input: ModelInput = { name: 'pixel', dims: ['N', 3] };

  test('an array with its name is taken before others', async () => {
    const path = archive({ images: floats(count, 9), ...arrays });
    const [batch] = await batchesOf(path, [input], count);
    expect(batch!.feeds.pixel!.dims).toEqual([count, 3]);
    expect((await openDataset(path, { inputs: [input] })).labels).toEqual(labels);
  });

  test('a folder with a file of its name', async () => {
    const path = folderOf({ 'pixel.npy': arrays.pixel, 'y.npy': arrays.labels });
    expect((await openDataset(path, { inputs: [input] })).labels).toEqual(labels);
    expect(await raised(openDataset(path))).toEqual([expect.stringMatching(/^data\/unreadable .*no data/)]);
  });

  test.each<[string, number[], ModelInput['dims'], number[][]]>([
    ['a vector of fixed length', [4, 16], [16], [[16], [16], [16], [16]]],
    ['a vector of any length', [2, 16], ['T'], [[16], [16]]],
    [
      'an image',
      [2, 1, 4, 4],
      [1, 4, 4],
      [
        [1, 4, 4],
        [1, 4, 4],
      ],
    ],
    ['a number', [2], [], [[], []]],
    [
      'a batch where samples fit one',
      [3, 16],
      [1, 16],
      [
        [1, 16],
        [1, 16],
        [1, 16],
      ],
    ],
    ['numbers in batches', [3], [2], [[2], [2]]],
    ['no shape', [3, 2, 5], undefined, [[3, 2, 5]]],
  ])('%s', async (_, stored, dims, fed) => {
    const path = join(folderOf({ 'pixel.npy': floats(...stored) }), 'pixel.npy');
    const indices = Array.from({ length: stored[0]! }, (_, i) => i);
    const batches = await batchesOf(path, [{ name: 'pixel', dims }], 8, indices);
    expect(batches.map(({ feeds }) => feeds.pixel!.dims)).toEqual(fed);
    expect(batches[0]!.feeds.pixel!.data[0]).toBe(0);
  });

  test('a free first axis is that of the batch', async () => {
    const path = join(folderOf({ 'pixel.npy': floats(2, 7, 3) }), 'pixel.npy');
    expect(await raised(drain(path, [input]))).toEqual([
      expect.stringMatching(/^data\/shape .*shape 1x7x3, and the model's input is \[N, 3\]/),
    ]);
  });

  test('whole numbers that 32-bit floats do not hold', async () => {
    const large = npy('<i4', '(2, 1)', bytesOf(Int32Array.of(2 ** 24 - 1, 2 ** 24 + 1)));
    const path = join(folderOf({ 'pixel.npy': large }), 'pixel.npy');
    const whole: ModelInput = { name: 'pixel', dims: ['N', 1], elementType: 7 };
    const batches = async () => batchesOf(path, [whole], 2, [0, 1]);
    expect(await raised(batches())).toEqual([expect.stringMatching(/^data\/not-whole at .*sample 1: /)]);
  });
});
