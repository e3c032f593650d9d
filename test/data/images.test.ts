import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkLabels } from '../../src/data/dataset.ts';
import { openDataset } from '../../src/data/open.ts';
import { inputOf, png, raised, temporaryFolder } from './files.ts';

const free = ['N', 3, 'H', 'W'] as const;

async function drain(batches: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of batches) count++;
  return count;
}

describe('folders of images', () => {
  test('labels.csv gives the order; names may be quoted; the folder of images is the same data set', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'images'));
    writeFileSync(join(folder, 'images', 'a.png'), await png(2, 3, [1, 2, 3]));
    writeFileSync(join(folder, 'images', 'b, "c".png'), await png(2, 3, [4, 5, 6]));
    writeFileSync(
      join(folder, 'labels.csv'),
      '\ufefffile,name,class\r\n"b, ""c"".png","one, two",7\r\na.png,,2\r\n',
    );
    for (const path of [folder, join(folder, 'images')]) {
      const dataset = await openDataset(path);
      expect([...dataset.labels!]).toEqual([7, 2]);
      expect(dataset.sampleShape()).toEqual([2, 3, 3]);
      const first = await dataset.sample(0);
      expect(first.id).toBe('b, "c".png');
      expect(first.dims).toEqual([3, 2, 3]);
      expect([...first.values]).toEqual([4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6]);
      const bytes = await png(2, 3, [4, 5, 6]);
      expect(first.hash).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  test('sub-folders are classes in the order of their names', async () => {
    const folder = temporaryFolder();
    for (const [name, red] of [
      ['dog', 10],
      ['cat', 20],
      ['empty', 0],
    ] as const) {
      mkdirSync(join(folder, name));
      if (name !== 'empty') writeFileSync(join(folder, name, '1.png'), await png(1, 1, [red, 0, 0]));
    }
    const dataset = await openDataset(folder);
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect([dataset.idOf(0), dataset.idOf(1)]).toEqual(['cat/1.png', 'dog/1.png']);
    expect([...dataset.labels!]).toEqual([0, 1]);
    expect((await dataset.sample(0)).values[0]).toBe(20);
  });

  test('a plain folder and a single file have no labels', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'cat.png'), await png(1, 1, [1, 1, 1]));
    writeFileSync(join(folder, 'notes.txt'), 'not an image');
    for (const path of [folder, join(folder, 'cat.png')]) {
      const dataset = await openDataset(path);
      expect(dataset.length).toBe(1);
      expect(dataset.labels).toBeUndefined();
      expect(checkLabels(dataset, 10, 0).map((d) => d.code)).toEqual(['data/no-labels']);
    }
  });

  test('files that labels.csv names and labels that are no numbers are all reported', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.png'), await png(1, 1, [1, 1, 1]));
    writeFileSync(join(folder, 'labels.csv'), 'file,label\na.png,cat\nb.png,1\n');
    expect(await raised(openDataset(folder))).toEqual([
      expect.stringMatching(/^data\/image-unreadable at .*b\.png: .*labels\.csv names it/),
      expect.stringMatching(/^data\/unreadable at .*a\.png: 'cat' is no class index/),
    ]);
  });

  test('unreadable images among readable ones are all named, before the results of any later batch', async () => {
    const folder = temporaryFolder();
    const good = await png(4, 4, [1, 1, 1]);
    for (let i = 0; i < 10; i++) writeFileSync(join(folder, `${i}.png`), good);
    writeFileSync(join(folder, '4.png'), good.subarray(0, good.length - 20));
    writeFileSync(join(folder, '9.png'), '');
    const dataset = await openDataset(folder);
    const batches = dataset.batches([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 2, inputOf(free));
    const seen: string[] = [];
    const reading = (async () => {
      for await (const batch of batches) seen.push(...batch.ids);
    })();
    expect(await raised(reading)).toEqual([
      expect.stringMatching(/^data\/image-unreadable at .*4\.png/),
      expect.stringMatching(/^data\/image-unreadable at .*9\.png/),
    ]);
    expect(seen).toEqual(['0.png', '1.png', '2.png', '3.png']);
  });

  test('images that do not fit the input are dataShape, each by its name', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.png'), await png(4, 4, [1, 1, 1]));
    writeFileSync(join(folder, 'b.png'), await png(4, 5, [1, 1, 1]));
    const dataset = await openDataset(folder);
    expect(await raised(drain(dataset.batches([0, 1], 2, inputOf(['N', 3, 4, 4]))))).toEqual([
      expect.stringMatching(/^data\/shape at .*b\.png: .*3x4x5, and the model's input is \[N, 3, 4, 4\]/),
    ]);
    expect(await raised(drain(dataset.batches([0, 1], 2, inputOf(free))))).toEqual([
      expect.stringContaining('for this batch'),
    ]);
    expect(await drain(dataset.batches([0, 1], 1, inputOf(free)))).toBe(2);
  });

  test('a crop larger than the image is its own diagnostic', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.png'), await png(4, 6, [1, 1, 1]));
    const dataset = await openDataset(folder, { flags: { crop: 5 } });
    expect(await raised(dataset.sample(0))).toEqual([
      expect.stringMatching(
        /^data\/image-too-small at .*a\.png: this image is 4x6, smaller than the crop of 5x5/,
      ),
    ]);
  });
});

describe('batches', () => {
  test('a model that fixes more samples than memory holds is told so', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '0.png'), await png(1, 1, [0, 0, 0]));
    const dataset = await openDataset(folder);
    const batches = dataset.batches([0], 1, inputOf([2 ** 31, 3, 1, 1]));
    const first = batches[Symbol.asyncIterator]().next();
    await expect(first).rejects.toThrow('[2147483648,3,1,1], which is more than 1 GiB');
  });

  test('keep the order asked for; a fixed batch axis is filled up with the last sample', async () => {
    const folder = temporaryFolder();
    for (let i = 0; i < 5; i++) writeFileSync(join(folder, `${i}.png`), await png(1, 1, [i, i, i]));
    const dataset = await openDataset(folder);
    const read = async (size: number, batch: number | string) => {
      const out: unknown[] = [];
      const input = inputOf([batch, 3, 1, 1]);
      for await (const { indices, ids, hashes, feeds } of dataset.batches([4, 0, 2], size, input)) {
        const tensor = feeds.x!;
        expect(hashes.length).toBe(ids.length);
        out.push([
          indices,
          ids.join(' '),
          tensor.dims,
          [...(tensor.data as Float32Array)].filter((_, i) => i % 3 === 0),
        ]);
      }
      return out;
    };
    expect(await read(2, 'N')).toEqual([
      [[4, 0], '4.png 0.png', [2, 3, 1, 1], [4, 0]],
      [[2], '2.png', [1, 3, 1, 1], [2]],
    ]);
    expect(await read(1, 2)).toEqual([
      [[4, 0], '4.png 0.png', [2, 3, 1, 1], [4, 0]],
      [[2], '2.png', [2, 3, 1, 1], [2, 2]],
    ]);
  });
});

test('labels out of range are reported once each, with labelOffset applied', async () => {
  const folder = temporaryFolder();
  const rows: string[] = [];
  for (const [i, label] of [0, 9, 10, 10, -1].entries()) {
    writeFileSync(join(folder, `${i}.png`), await png(1, 1, [i, i, i]));
    rows.push(`${i}.png,${label}`);
  }
  writeFileSync(join(folder, 'labels.csv'), `file,label\n${rows.join('\n')}`);
  const dataset = await openDataset(folder);
  const labels = (classes: number, offset: number) =>
    checkLabels(dataset, classes, offset).map(
      (d) => `${d.code} ${/: (.*)$/.exec(d.at)![1]} ${/-?\d+/.exec(d.message)![0]}`,
    );
  expect(labels(10, 0)).toEqual(['data/label-out-of-range 2.png 10', 'data/label-out-of-range 4.png -1']);
  expect(labels(12, 1)).toEqual([]);
});
