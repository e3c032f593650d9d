import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { openDataset } from '../../src/data/open.ts';
import { idx, npy, raised, temporaryFolder } from './files.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const plain = async (path: string, index: number) => [
  ...(await (await openDataset(path)).sample(index)).values,
];

describe('idx', () => {
  const big = (size: number, write: (b: Buffer, i: number) => void) => {
    const body = Buffer.alloc(4 * size);
    for (let i = 0; i < 4; i++) write(body, i);
    return body;
  };
  const values = [-2, 0, 100, 3];
  test.each([
    [9, big(1, (b, i) => b.writeInt8(values[i]!, i))],
    [11, big(2, (b, i) => b.writeInt16BE(values[i]!, 2 * i))],
    [12, big(4, (b, i) => b.writeInt32BE(values[i]!, 4 * i))],
    [13, big(4, (b, i) => b.writeFloatBE(values[i]!, 4 * i))],
    [14, big(8, (b, i) => b.writeDoubleBE(values[i]!, 8 * i))],
  ])('type %i holds big-endian elements', async (type, body) => {
    const file = join(temporaryFolder(), 'x-idx2');
    writeFileSync(file, idx(type, [2, 2], body));
    expect(await plain(file, 0)).toEqual([-2, 0]);
    expect(await plain(file, 1)).toEqual([100, 3]);
  });

  test('a packed file finds the labels beside it; the hash is that of the pixels', async () => {
    const folder = temporaryFolder();
    const pixels = Buffer.from([1, 2, 3, 4, 5, 6, 250, 251]);
    const file = join(folder, 'a-images-idx3-ubyte.gz');
    writeFileSync(file, gzipSync(idx(8, [2, 2, 2], pixels)));
    writeFileSync(join(folder, 'a-labels-idx1-ubyte.gz'), gzipSync(idx(8, [2], Buffer.from([7, 3]))));
    writeFileSync(join(folder, 'b-labels-idx1-ubyte.gz'), gzipSync(idx(8, [2], Buffer.from([0, 0]))));
    const dataset = await openDataset(file);
    expect(dataset.length).toBe(2);
    expect(dataset.sampleShape()).toEqual([2, 2]);
    expect([...dataset.labels!]).toEqual([7, 3]);
    expect(await dataset.sample(1)).toEqual({
      dims: [1, 2, 2],
      values: Float32Array.of(5, 6, 250, 251),
      id: '1',
      hash: sha256(pixels.subarray(4)),
    });
  });

  test('of a folder the test part is taken, another one by its name', async () => {
    const folder = temporaryFolder();
    for (const [part, label] of [
      ['t10k', 1],
      ['train', 2],
      ['calibration', 3],
    ] as const) {
      writeFileSync(join(folder, `${part}-images-idx2-ubyte`), idx(8, [1, 4], Buffer.alloc(4)));
      writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idx(8, [1], Buffer.from([label])));
    }
    expect([...(await openDataset(folder)).labels!]).toEqual([1]);
    expect([...(await openDataset(`${folder}#test`)).labels!]).toEqual([1]);
    expect([...(await openDataset(`${folder}#train`)).labels!]).toEqual([2]);
    expect((await openDataset(`${folder}#calibration`)).labels![0]).toBe(3);
    expect(await raised(openDataset(`${folder}#valid`))).toEqual([
      expect.stringContaining("no part 'valid', but"),
    ]);
  });

  test('features-idx2-byte and labels-idx1-ubyte belong together', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'features-idx2-byte'), idx(9, [1, 2], Buffer.from([255, 1])));
    writeFileSync(join(folder, 'labels-idx1-ubyte'), idx(8, [1], Buffer.from([11])));
    const dataset = await openDataset(folder);
    expect([...dataset.labels!]).toEqual([11]);
    expect([...(await dataset.sample(0)).values]).toEqual([-1, 1]);
  });

  test('bad files are dataUnreadable', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'x-images-idx1-ubyte.gz');
    const whole = gzipSync(idx(8, [100, 10], Buffer.alloc(1000, 3)));
    writeFileSync(file, whole.subarray(0, whole.length - 9));
    expect(await raised(openDataset(file))).toEqual([
      expect.stringMatching(/^data\/unreadable.*packed file is damaged/),
    ]);
    writeFileSync(file, idx(8, [100, 10], Buffer.alloc(999)));
    expect(await raised(openDataset(file))).toEqual([
      expect.stringContaining('1011 bytes where its header says 1012'),
    ]);
    writeFileSync(file, idx(8, [2, 1], Buffer.alloc(2)));
    writeFileSync(join(folder, 'x-labels-idx1-ubyte'), idx(8, [3], Buffer.alloc(3)));
    expect(await raised(openDataset(file))).toEqual([expect.stringContaining('2 samples, but 3 labels')]);
    expect(await raised(openDataset(join(folder, 'none')))).toEqual([
      expect.stringContaining('no such file'),
    ]);
    writeFileSync(join(folder, 'other'), 'hello');
    expect(await raised(openDataset(join(folder, 'other')))).toEqual([
      expect.stringContaining('none of the formats'),
    ]);
    mkdirSync(join(folder, 'empty'));
    expect(await raised(openDataset(join(folder, 'empty')))).toEqual([
      expect.stringContaining('holds no data'),
    ]);
  });
});

describe('npy and npz', () => {
  test.each([
    ['<f4', Float32Array.of(1.5, -2), [1.5, -2]],
    ['<f8', Float64Array.of(1.5, -2), [1.5, -2]],
    ['|u1', Uint8Array.of(7, 255), [7, 255]],
    ['|i1', Int8Array.of(7, -1), [7, -1]],
    ['<i2', Int16Array.of(300, -300), [300, -300]],
    ['<i4', Int32Array.of(70000, -1), [70000, -1]],
    ['<i8', BigInt64Array.of(5n, -5n), [5, -5]],
    ['<f2', Uint16Array.of(0x3c00, 0xc100), [1, -2.5]],
  ])('%s', async (descr, array, expected) => {
    const file = join(temporaryFolder(), 'x.npy');
    writeFileSync(file, npy(descr, '(1, 2)', new Uint8Array(array.buffer)));
    expect(await plain(file, 0)).toEqual(expected);
  });

  test('labels come from another array, of an archive or a file', async () => {
    const folder = temporaryFolder();
    const x = npy('|u1', '(2, 3)', Uint8Array.of(1, 2, 3, 4, 5, 6));
    const y = npy('<i8', '(2, 1)', new Uint8Array(BigInt64Array.of(9n, 8n).buffer));
    writeFileSync(join(folder, 'd.npz'), zipSync({ 'x.npy': x, 'y.npy': y, 'z.npy': y }));
    writeFileSync(join(folder, 'single.npz'), zipSync({ 'arr_0.npy': x }));
    writeFileSync(join(folder, 'unclear.npz'), zipSync({ 'a.npy': x, 'b.npy': y }));
    writeFileSync(join(folder, 'x.npy'), x);
    writeFileSync(join(folder, 'y.npy'), y);
    const archive = await openDataset(join(folder, 'd.npz'));
    expect([...archive.labels!]).toEqual([9, 8]);
    expect([...(await archive.sample(1)).values]).toEqual([4, 5, 6]);
    const pair = await openDataset(join(folder, 'x.npy'), { labels: join(folder, 'y.npy') });
    expect([...pair.labels!]).toEqual([9, 8]);
    expect((await openDataset(join(folder, 'single.npz'))).labels).toBeUndefined();
    expect(await raised(openDataset(join(folder, 'unclear.npz')))).toEqual([
      expect.stringContaining('none of its arrays (a, b) is called'),
    ]);
  });

  test('what is not read is said', async () => {
    const file = join(temporaryFolder(), 'x.npy');
    writeFileSync(file, npy('<f4', '(1, 2)', new Uint8Array(8), true));
    expect(await raised(openDataset(file))).toEqual([expect.stringContaining('Fortran order')]);
    writeFileSync(file, npy('>f4', '(1, 2)', new Uint8Array(8)));
    expect(await raised(openDataset(file))).toEqual([expect.stringContaining('elements of type >f4')]);
    writeFileSync(file, npy('<f4', '(1, 2)', new Uint8Array(7)));
    expect(await raised(openDataset(file))).toEqual([
      expect.stringContaining('135 bytes where its header says 136'),
    ]);
    for (const shape of ['(0, 2)', '(2, 0)', '()']) {
      writeFileSync(file, npy('<f4', shape, new Uint8Array(shape === '()' ? 4 : 0)));
      expect(await raised(openDataset(file))).toEqual([expect.stringContaining('holds no samples')]);
    }
    writeFileSync(file, zipSync({ 'x.npy': npy('|u1', '(9, 9)', new Uint8Array(81)) }).subarray(0, 90));
    expect(await raised(openDataset(file))).toEqual([expect.stringContaining('archive is damaged')]);
  });
});

describe('CIFAR binary', () => {
  const record = (labels: readonly number[], red: number, green: number, blue: number) =>
    Buffer.concat([
      Buffer.from(labels),
      Buffer.alloc(1024, red),
      Buffer.alloc(1024, green),
      Buffer.alloc(1024, blue),
    ]);

  test('a folder of CIFAR-10: test records, or those of all training files', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'test_batch.bin'), record([4], 1, 2, 3));
    writeFileSync(join(folder, 'data_batch_1.bin'), record([5], 4, 5, 6));
    writeFileSync(
      join(folder, 'data_batch_2.bin'),
      Buffer.concat([record([6], 7, 8, 9), record([7], 10, 11, 12)]),
    );
    writeFileSync(join(folder, 'batches.meta.txt'), 'airplane\nautomobile\n\n');
    expect((await openDataset(folder)).length).toBe(1);
    const train = await openDataset(`${folder}#train`);
    expect([...train.labels!]).toEqual([5, 6, 7]);
    expect(train.classNames).toEqual(['airplane', 'automobile']);
    const { dims, values } = await train.sample(2);
    expect(dims).toEqual([3, 32, 32]);
    expect([values[0], values[1024], values[3071]]).toEqual([10, 11, 12]);
  });

  test('CIFAR-100 records have a coarse and a fine label; NHWC interleaves the planes', async () => {
    const file = join(temporaryFolder(), 'test.bin');
    writeFileSync(file, record([19, 99], 1, 2, 3));
    const dataset = await openDataset(file, { flags: { layout: 'NHWC' } });
    expect([...dataset.labels!]).toEqual([99]);
    const { dims, values } = await dataset.sample(0);
    expect(dims).toEqual([32, 32, 3]);
    expect([...values.subarray(0, 4)]).toEqual([1, 2, 3, 1]);
  });

  test('another length is dataUnreadable', async () => {
    const file = join(temporaryFolder(), 'test.bin');
    writeFileSync(file, Buffer.alloc(3072));
    expect(await raised(openDataset(file))).toEqual([
      expect.stringContaining('3072 bytes are no whole number'),
    ]);
  });
});
