/** What files may ask for: memory has a limit that is found before it is taken, and nothing waits for a pipe. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { createGate } from '../../src/data/gate.ts';
import { openDataset } from '../../src/data/open.ts';
import { idx, npy, png, raised, temporaryFolder } from './files.ts';

const mebibyte = 2 ** 20;

function written(name: string, bytes: Uint8Array | string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, bytes);
  return file;
}

const zeros = npy('|u1', `(16, ${mebibyte})`, Buffer.alloc(16 * mebibyte));

describe('packed files', () => {
  test.each([
    ['a.npy.gz', gzipSync(zeros)],
    ['a.gz', gzipSync(idx(8, [16, mebibyte], Buffer.alloc(16 * mebibyte)))],
    ['a.npz', Buffer.from(zipSync({ 'x.npy': zeros }))],
    ['a.bin', gzipSync(Buffer.alloc(3073 * 6000))],
  ])('%s unpacks to no more than the limit', async (name, bytes) => {
    expect(bytes.length).toBeLessThan(100_000);
    const file = written(name, bytes);
    expect(await raised(openDataset(file, { dataLimit: 8 * mebibyte }))).toEqual([
      expect.stringMatching(/^data\/too-large at .*: what this file unpacks to .* the limit is 8 MiB$/),
    ]);
    expect((await openDataset(file, { dataLimit: 32 * mebibyte })).length).toBeGreaterThan(15);
  });

  test('a size that an archive only promises is refused or found out', async () => {
    const archive = Buffer.from(zipSync({ 'x.npy': npy('|u1', '(2, 3)', Buffer.alloc(6)) }));
    const directory = archive.readUInt32LE(archive.length - 6);
    archive.writeUInt32LE(0xfffffff0, directory + 24);
    const file = written('x.npz', archive);
    expect(await raised(openDataset(file))).toEqual([expect.stringMatching(/^data\/too-large/)]);
    archive.writeUInt32LE(1000, directory + 24);
    writeFileSync(file, archive);
    expect(await raised(openDataset(file))).toEqual([expect.stringMatching(/^data\/unreadable.*damaged/)]);
  });

  test('an archive whose bytes were changed is damaged, one that is not packed is read in place', async () => {
    const body = Uint8Array.from({ length: 600 }, (_, i) => i);
    const packed = Buffer.from(zipSync({ 'x.npy': npy('|u1', '(2, 300)', body) }));
    packed[200]! ^= 0x10;
    expect(await raised(openDataset(written('x.npz', packed)))).toEqual([
      expect.stringMatching(/^data\/unreadable.*damaged/),
    ]);
    const plain = zipSync({ 'x.npy': npy('|u1', '(2, 300)', body) }, { level: 0 });
    const dataset = await openDataset(written('y.npz', plain), { dataLimit: 2500 });
    expect([...(await dataset.sample(1)).values.subarray(0, 3)]).toEqual([44, 45, 46]);
  });

  test('a comment behind the directory may hold anything', async () => {
    const comment = Buffer.from('PK\x05\x06'.repeat(12), 'latin1');
    const archive = Buffer.from(zipSync({ 'x.npy': npy('|u1', '(1, 2)', Uint8Array.of(7, 8)) }));
    archive.writeUInt16LE(comment.length, archive.length - 2);
    const dataset = await openDataset(written('x.npz', Buffer.concat([archive, comment])));
    expect([...(await dataset.sample(0)).values]).toEqual([7, 8]);
  });

  test('arrays with the names of JavaScript are arrays', async () => {
    const x = npy('|u1', '(1, 2)', Uint8Array.of(7, 8));
    const name = '__proto__.npy';
    const archive = zipSync({ constructor: x, [`${'x'.repeat(name.length)}`]: x });
    const text = Buffer.from(archive).toString('latin1').replaceAll('x'.repeat(name.length), name);
    const dataset = await openDataset(written('p.npz', Buffer.from(text, 'latin1')));
    expect([...(await dataset.sample(0)).values]).toEqual([7, 8]);
  });
});

describe('samples', () => {
  test('an image is refused by its head, before it is decoded', async () => {
    const file = written('wide.png', await png(1000, 2000, [1, 2, 3]));
    expect(await raised(openDataset(file, { dataLimit: 5 * mebibyte }))).toEqual([
      expect.stringMatching(/^data\/too-large at .*wide\.png: this image of 2000x1000 pixels takes 6 MiB/),
    ]);
    expect((await openDataset(file, { dataLimit: 6 * mebibyte })).sampleShape()).toEqual([1000, 2000, 3]);
  });

  test.each([
    [1, 400, { resize: 65535 }, /^data\/too-large at .*: this sample, resized to 65535x26214000/],
    [4, 4, { resize: [65535, 65535] }, /^data\/too-large/],
  ] as const)('%ix%i with %j is refused', async (height, width, flags, expected) => {
    const dataset = await openDataset(written('thin.png', await png(height, width, [9, 9, 9])), { flags });
    expect(await raised(dataset.sample(0))).toEqual([expect.stringMatching(expected)]);
  });

  test('a thin image within the limit is resized like any other', async () => {
    const file = written('thin.png', await png(1, 400, [9, 8, 7]));
    const { dims, values } = await (
      await openDataset(file, { flags: { resize: [1, 65535], crop: 1 } })
    ).sample(0);
    expect([dims, [...values]]).toEqual([
      [3, 1, 1],
      [9, 8, 7],
    ]);
  });

  test('an array with one huge sample', async () => {
    const file = written(
      'one.npz',
      zipSync({ 'x.npy': npy('<f4', `(1, ${mebibyte})`, Buffer.alloc(4 * mebibyte)) }),
    );
    const dataset = await openDataset(file, { dataLimit: 5 * mebibyte });
    expect(await raised(dataset.sample(0))).toEqual([
      expect.stringMatching(/^data\/too-large at .*sample 0: this sample takes 8 MiB .* the limit is 5 MiB/),
    ]);
  });

  test('a limit that no array of this runtime can have is an option', async () => {
    for (const dataLimit of [0, Number.NaN, 2 ** 33])
      expect(await raised(openDataset('x.npy', { dataLimit }))).toEqual([
        expect.stringMatching(/^options\/invalid at dataLimit/),
      ]);
  });
});

test('what is read at the same time shares the limit; what is too large for it goes alone', async () => {
  const gate = createGate(10);
  let [now, most] = [0, 0];
  const order: number[] = [];
  await Promise.all(
    [4, 4, 4, 25, 10, 1].map((cost, i) =>
      gate(cost, async () => {
        now += Math.min(cost, 10);
        most = Math.max(most, now);
        await new Promise((done) => setTimeout(done, 2));
        now -= Math.min(cost, 10);
        order.push(i);
      }),
    ),
  );
  expect([now, most, order]).toEqual([0, 10, [0, 1, 2, 3, 4, 5]]);
});

describe('what is no file', () => {
  function pipe(name: string): string {
    const path = join(temporaryFolder(), name);
    execFileSync('mkfifo', [path]);
    return path;
  }
  const noFile = /^data\/unreadable at .*: this is a folder, a pipe or a device, and no file/;

  test.each(['x.npy', 'x.npz', 'x.bin', 'x-images-idx3-ubyte', 'x'])('a pipe as data, %s', async (name) => {
    expect(await raised(openDataset(pipe(name)))).toEqual([expect.stringMatching(noFile)]);
  });

  test('a pipe as an image, by itself, in a folder, and in labels.csv', async () => {
    const path = pipe('a.png');
    const expected = /^data\/image-unreadable at .*a\.png: .*this is a folder, a pipe or a device/;
    expect(await raised(openDataset(path))).toEqual([expect.stringMatching(noFile)]);
    expect(await raised(openDataset(join(path, '..')))).toEqual([expect.stringMatching(expected)]);
    writeFileSync(join(path, '..', 'labels.csv'), 'file,label\na.png,1\n');
    expect(await raised(openDataset(join(path, '..')))).toEqual([expect.stringMatching(expected)]);
  });

  test('pipes, devices and folders as labels, devices and folders as preprocessing', async () => {
    const x = written('x.npy', npy('|u1', '(1, 2)', Uint8Array.of(1, 2)));
    for (const labels of [pipe('y.npy'), pipe('y'), '/dev/zero', temporaryFolder()])
      expect(await raised(openDataset(x, { labels }))).toEqual([expect.stringMatching(noFile)]);
    for (const preprocessing of ['/dev/zero', temporaryFolder()])
      expect(await raised(openDataset(x, { preprocessing }))).toEqual([
        expect.stringMatching(/^data\/unreadable at /),
      ]);
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'labels.csv'));
    writeFileSync(join(folder, 'a.png'), await png(1, 1, [1, 1, 1]));
    expect(await raised(openDataset(folder))).toEqual([expect.stringMatching(noFile)]);
    expect(await raised(openDataset('/dev/zero'))).toEqual([expect.stringMatching(noFile)]);
  });

  test('a drawing named as an image is not drawn', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><rect width="4" height="4"/></svg>';
    expect(await raised(openDataset(written('a.png', svg)))).toEqual([
      expect.stringMatching(/^data\/image-unreadable at .*its format is svg/),
    ]);
  });
});

describe('headers', () => {
  test.each([
    [
      'a length of 4 GiB',
      Buffer.concat([Buffer.from('\x93NUMPY\x02\x00\xff\xff\xff\xff', 'latin1'), Buffer.alloc(64)]),
    ],
    ['shapes beyond all numbers', npy('<f4', `(${'9'.repeat(400)}, 2)`, new Uint8Array(8))],
    ['a shape of 2^64 values', npy('<f4', '(4294967296, 4294967296)', new Uint8Array(8))],
    ['no shape', Buffer.from('\x93NUMPY\x01\x00\x04\x00{}  ', 'latin1')],
    [
      'an idx file of 2^128 values',
      idx(14, [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], new Uint8Array(8)),
    ],
    ['an idx file of 255 axes', Buffer.concat([Buffer.of(0, 0, 8, 255), Buffer.alloc(8)])],
    ['a zip without a directory', Buffer.from('PK\x03\x04 nothing follows')],
    ['an empty zip', Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`, 'latin1')],
    ['an empty file', Buffer.alloc(0)],
  ])('%s', async (_, bytes) => {
    expect(await raised(openDataset(written('x.npy', bytes)))).toEqual([
      expect.stringMatching(/^data\/unreadable/),
    ]);
  });

  test('zip directories that lead anywhere', async () => {
    const good = Buffer.from(zipSync({ 'x.npy': npy('|u1', '(2, 3)', Buffer.alloc(6)) }));
    const [end, directory] = [good.length - 22, good.readUInt32LE(good.length - 6)];
    const changes: [at: number, value: number][] = [
      [end + 10, 0xffff],
      [end + 10, 2],
      [end + 16, 0xffffffff],
      [end + 16, 0xfffffff0],
      [end + 16, 0],
      [directory + 20, 0xfffffff0],
      [directory + 28, 0xffff],
      [directory + 42, 0xfffffff0],
      [directory + 42, 7],
    ];
    for (const [at, value] of changes) {
      const bytes = Buffer.from(good);
      if (value > 0xffff) bytes.writeUInt32LE(value, at);
      else bytes.writeUInt16LE(value, at);
      expect(await raised(openDataset(written('x.npz', bytes)))).toEqual([
        expect.stringMatching(/^data\/unreadable/),
      ]);
    }
  });
});

describe('labels', () => {
  const x = (folder: string) => {
    const file = join(folder, 'x.npy');
    writeFileSync(file, npy('|u1', '(2, 2)', Uint8Array.of(1, 2, 3, 4)));
    return file;
  };
  test.each<[string, string, Uint8Array]>([
    ['NaN', '<f4', new Uint8Array(Float32Array.of(0, Number.NaN).buffer)],
    ['fractions', '<f8', new Uint8Array(Float64Array.of(0, 0.5).buffer)],
    ['numbers of more than 32 bits', '<i8', new Uint8Array(BigInt64Array.of(0n, 2n ** 32n).buffer)],
  ])('%s are no class indices', async (_, type, bytes) => {
    const labels = written('y.npy', npy(type, '(2,)', bytes));
    expect(await raised(openDataset(x(temporaryFolder()), { labels }))).toEqual([
      expect.stringMatching(/^data\/unreadable at .*y\.npy: label 1 is .*, which is no class index/),
    ]);
  });

  test('in labels.csv, numbers of more than 32 bits are no class indices', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.png'), await png(1, 1, [1, 1, 1]));
    for (const label of ['4294967297', '1e3', '-', '0x1', '']) {
      writeFileSync(join(folder, 'labels.csv'), `file,label\na.png,${label}\n`);
      expect(await raised(openDataset(folder))).toEqual([
        expect.stringMatching(/^data\/unreadable at .*a\.png: '.*' is no class index/),
      ]);
    }
  });
});
