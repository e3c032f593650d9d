import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataset } from '../../src/data/open.ts';
import { findPreprocessing, loadPreprocessing, resolvePreprocessing } from '../../src/data/preprocessing.ts';
import { npy, png, raised, temporaryFolder } from './files.ts';

function written(text: string): string {
  const file = join(temporaryFolder(), 'p.yaml');
  writeFileSync(file, text);
  return file;
}

test('a file is resolved to plain data, which resolves to itself', async () => {
  const file = written(
    'resize: 256\ncrop: [224, 200]\nscale: 1/255\nmean: [0.5, 1/4, 0.1]\nclasses: [0, one]\n',
  );
  const resolved = await loadPreprocessing(file, { labelOffset: 1, std: '1/4' });
  expect(resolved).toEqual({
    resize: 256,
    crop: [224, 200],
    kernel: 'cubic',
    scale: 1 / 255,
    mean: [0.5, 0.25, 0.1],
    std: [0.25],
    labelOffset: 1,
    classes: ['0', 'one'],
  });
  expect(resolvePreprocessing(JSON.parse(JSON.stringify(resolved)), '')).toEqual(resolved);
  expect(await loadPreprocessing(written('# nothing\n'))).toEqual(resolvePreprocessing({}, ''));
});

test('all that is wrong with a file is reported at once', async () => {
  const file = written('labelofset: 1\nlayout: CHW\nmean: [1, abc]\nstd: 0\ncrop: 0\nscale: .inf\n');
  const problems = await raised(loadPreprocessing(file));
  expect(problems.map((p) => /p\.yaml: (\S+): (.*)$/.exec(p)!.slice(1).join(' | ')).sort()).toEqual([
    expect.stringMatching(/^crop \| /),
    "labelofset | there is no such field. Did you mean 'labelOffset'?",
    expect.stringMatching(/^layout \| .*NCHW/),
    "mean.1 | 'abc' is neither a number nor a fraction such as 1/255",
    expect.stringMatching(/^scale \| /),
    'std | a standard deviation of 0 would divide by zero',
  ]);
  expect(problems.every((p) => p.startsWith('data/preprocessing at '))).toBe(true);
});

test('numbers that leave no value, or no number, are refused', async () => {
  for (const text of [
    'scale: 0',
    'scale: .nan',
    'mean: .inf',
    'std: [1, 0]',
    'mean: 1/0',
    'resize: 1e9',
    'crop: -1',
  ])
    expect(await raised(loadPreprocessing(written(text)))).toEqual([
      expect.stringMatching(/^data\/preprocessing at .*p\.yaml: (scale|mean|std|resize|crop)/),
    ]);
});

test('broken YAML, and YAML that is no mapping, are reported with their place', async () => {
  expect(await raised(loadPreprocessing(written('mean: [1\nstd: 2\n')))).toContainEqual(
    expect.stringMatching(/p\.yaml: line \d/),
  );
  expect(await raised(loadPreprocessing(written('- mean\n')))).toEqual([
    expect.stringContaining('p.yaml: file: '),
  ]);
  expect(await raised(loadPreprocessing('/none.yaml'))).toEqual([expect.stringMatching(/^data\/unreadable/)]);
});

test('the file of the model goes before that of the data', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'd', 'images'), { recursive: true });
  const model = join(folder, 'net.v2.onnx');
  const data = join(folder, 'd');
  expect(await findPreprocessing(model, data)).toBeUndefined();
  writeFileSync(join(data, 'preprocess.yaml'), '');
  writeFileSync(join(data, 'labels.csv'), '');
  writeFileSync(join(data, 'images', 'a.png'), '');
  for (const place of [data, `${data}#train`, join(data, 'x.npy'), join(data, 'images')])
    expect(await findPreprocessing(model, place)).toBe(join(data, 'preprocess.yaml'));
  writeFileSync(join(folder, 'net.v2.preprocess.yaml'), '');
  expect(await findPreprocessing(model, data)).toBe(join(folder, 'net.v2.preprocess.yaml'));
  expect(await findPreprocessing(undefined, undefined)).toBeUndefined();
});

describe('values', () => {
  /** One sample of bytes, preprocessed. */
  async function prepare(shape: readonly number[], bytes: readonly number[], flags: object) {
    const file = join(temporaryFolder(), 'x.npy');
    writeFileSync(file, npy('|u1', `(1, ${shape.join(', ')})`, Uint8Array.from(bytes)));
    const { dims, values } = await (await openDataset(file, { flags })).sample(0);
    return [dims, [...values]];
  }
  const pixels = [10, 20, 30, 40, 50, 60];

  test('(raw * scale - mean) / std, per channel, in either layout', async () => {
    const flags = { scale: 0.5, mean: [1, 2, 3], std: [1, 2, 4] };
    expect(await prepare([1, 2, 3], pixels, flags)).toEqual([
      [3, 1, 2],
      [4, 19, 4, 11.5, 3, 6.75],
    ]);
    expect(await prepare([1, 2, 3], pixels, { ...flags, layout: 'NHWC' })).toEqual([
      [1, 2, 3],
      [4, 4, 3, 19, 11.5, 6.75],
    ]);
    expect(await prepare([3, 2, 1, 1], [1, 2, 3, 4, 5, 6], { mean: 1, std: 2 })).toEqual([
      [3, 2, 1, 1],
      [0, 0.5, 1, 1.5, 2, 2.5],
    ]);
  });

  test('planes are told from interleaved channels', async () => {
    expect(await prepare([3, 1, 2], pixels, { layout: 'NHWC' })).toEqual([
      [1, 2, 3],
      [10, 30, 50, 20, 40, 60],
    ]);
  });

  test('colour: order, ITU-R BT.601 luma, its rounding, and gray as RGB', async () => {
    expect(await prepare([1, 1, 3], [1, 2, 3], { color: 'bgr' })).toEqual([
      [3, 1, 1],
      [3, 2, 1],
    ]);
    expect(await prepare([1, 1, 3], [200, 100, 51], { color: 'luma' })).toEqual([
      [1, 1, 1],
      [Math.fround(124.314)],
    ]);
    expect(await prepare([1, 1, 3], [200, 100, 51], { color: 'gray' })).toEqual([[1, 1, 1], [124]]);
    expect(await prepare([1, 1, 3], [255, 255, 255], { color: 'gray' })).toEqual([[1, 1, 1], [255]]);
    expect(await prepare([1, 1], [9], { color: 'rgb', mean: [0, 1, 2] })).toEqual([
      [3, 1, 1],
      [9, 8, 7],
    ]);
  });

  test('the crop is the centre', async () => {
    const grid = Array.from({ length: 20 }, (_, i) => i);
    expect(await prepare([4, 5], grid, { crop: [2, 3] })).toEqual([
      [1, 2, 3],
      [6, 7, 8, 11, 12, 13],
    ]);
    expect(await prepare([4, 5], grid, { crop: 1 })).toEqual([[1, 1, 1], [7]]);
  });

  test('resize: nearest doubles pixels, the shorter side keeps the ratio, a flat image stays flat', async () => {
    const doubled = [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4];
    expect(await prepare([2, 2], [1, 2, 3, 4], { resize: [4, 4], kernel: 'nearest' })).toEqual([
      [1, 4, 4],
      doubled,
    ]);
    for (const kernel of ['cubic', 'lanczos3', 'linear']) {
      const [dims, values] = await prepare([6, 11], Array(66).fill(77), { resize: 3, kernel });
      expect(dims).toEqual([1, 3, 5]);
      expect(new Set(values as number[])).toEqual(new Set([77]));
    }
  });

  test('an image file is resized as its pixels are', async () => {
    const file = join(temporaryFolder(), 'a.png');
    writeFileSync(file, await png(10, 20, [50, 100, 150]));
    const dataset = await openDataset(file, { flags: { resize: 5, crop: 4, color: 'bgr' } });
    const { dims, values } = await dataset.sample(0);
    expect(dims).toEqual([3, 4, 4]);
    expect([values[0], values[16], values[47]]).toEqual([150, 100, 50]);
  });

  test('what cannot be applied to the samples is refused when they are opened', async () => {
    expect(await raised(prepare([4, 4], Array(16).fill(0), { mean: [1, 2, 3], std: [1, 2, 3] }))).toEqual([
      expect.stringContaining('mean: 3 values for samples of 1 channel(s)'),
      expect.stringContaining('std: 3 values'),
    ]);
    expect(await raised(prepare([4], [0, 0, 0, 0], { resize: 2, color: 'rgb' }))).toEqual([
      expect.stringContaining('resize: samples of shape 4 are no images'),
      expect.stringContaining('color: samples'),
    ]);
    const file = join(temporaryFolder(), 'x.npy');
    writeFileSync(file, npy('<f4', '(1, 2, 2)', new Uint8Array(16)));
    expect(await raised(openDataset(file, { flags: { resize: 4 } }))).toEqual([
      expect.stringContaining('only samples of bytes are resized'),
    ]);
  });

  test('recorded preprocessing is applied again', async () => {
    const file = join(temporaryFolder(), 'x.npy');
    writeFileSync(file, npy('|u1', '(1, 2, 2)', Uint8Array.of(1, 2, 3, 4)));
    const recorded = resolvePreprocessing({ mean: 1, labelOffset: 3 }, '');
    const dataset = await openDataset(file, { preprocessing: recorded, flags: { std: 2 } });
    expect(dataset.preprocessing).toEqual({ ...recorded, std: [2] });
    expect([...(await dataset.sample(0)).values]).toEqual([0, 0.5, 1, 1.5]);
  });
});
