/** Which way a sample is put before a model: arrays as they are stored wherever that fits, and nothing by guess. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InputDims } from '../../src/data/fit.ts';
import { openDataset } from '../../src/data/open.ts';
import type { PreprocessingFields } from '../../src/data/preprocessing.ts';
import { sizeOf } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { loadTarget } from '../../src/target/load.ts';
import { verify } from '../../src/verify/verify.ts';
import { compileModel, modelOf, withPackage } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';
import { inputOf, npy, png, raised, temporaryFolder } from './files.ts';

/** 0, 1, 2 and so on, as NumPy's arange. */
const counting = (shape: readonly number[]) => Float32Array.from({ length: sizeOf(shape) }, (_, i) => i);

function written(shape: readonly number[], values: Float32Array): string {
  const file = join(temporaryFolder(), 'x.npy');
  writeFileSync(file, npy('<f4', `(${shape.join(', ')},)`, new Uint8Array(values.buffer)));
  return file;
}

/** Dims and values of the first batch of an array that counts. */
async function fed(sample: readonly number[], input: InputDims, flags?: PreprocessingFields) {
  const file = written([2, ...sample], counting([2, ...sample]));
  const dataset = await openDataset(file, flags ? { flags } : {});
  for await (const { feeds } of dataset.batches([0, 1], 2, inputOf(input))) {
    const { dims, data } = feeds.x!;
    return { dims, values: [...(data as Float32Array)] };
  }
  throw new Error('no batch');
}

/** The order of an array's values after numpy.transpose(x, (0, ...axes + 1)). */
function transposed(sample: readonly number[], axes: readonly number[]): number[] {
  const all = counting([2, ...sample]);
  const steps = sample.map((_, axis) => sizeOf(sample.slice(axis + 1)));
  const dims = axes.map((axis) => sample[axis]!);
  return Array.from(all, (_, i) => {
    const size = sizeOf(sample);
    let rest = i % size;
    let at = Math.floor(i / size) * size;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      at += (rest % dims[axis]!) * steps[axes[axis]!]!;
      rest = Math.floor(rest / dims[axis]!);
    }
    return all[at]!;
  });
}

const asStored: [sample: number[], input: InputDims][] = [
  [
    [1, 4, 4],
    ['N', 1, 4, 4],
  ],
  [
    [3, 3, 3],
    ['N', 3, 3, 3],
  ],
  [
    [8, 4, 4],
    ['N', 8, 4, 4],
  ],
  [
    [3, 4, 4],
    ['N', 3, 4, 4],
  ],
  [
    [5, 7, 4],
    ['N', 5, 7, 4],
  ],
  [
    [4, 4, 1],
    ['N', 4, 4, 1],
  ],
  [
    [4, 6, 3],
    ['N', 4, 6, 3],
  ],
  [
    [1, 1, 3],
    ['N', 1, 1, 3],
  ],
  [
    [1, 4, 4],
    ['N', 1, 'H', 'W'],
  ],
  [
    [3, 8, 8],
    ['N', 3, 'H', 'W'],
  ],
  [
    [16, 5, 7],
    ['N', 'C', 'H', 'W'],
  ],
  [
    [1, 3, 4, 4],
    ['N', 1, 3, 4, 4],
  ],
  [[3], ['N', 3]],
  [
    [3, 4],
    ['N', 3, 4],
  ],
  [
    [3, 4],
    ['N', 'T', 'F'],
  ],
  [
    [4, 4, 3],
    [2, 4, 4, 3],
  ],
];

// Values in the order in which they are stored, in another shape.
const reshaped: [sample: number[], input: InputDims, dims: number[]][] = [
  [
    [4, 4],
    ['N', 1, 4, 4],
    [2, 1, 4, 4],
  ],
  [
    [4, 4],
    ['N', 4, 4, 1],
    [2, 4, 4, 1],
  ],
  [
    [1, 4, 4],
    ['N', 4, 4],
    [2, 4, 4],
  ],
  [
    [1, 4, 4],
    ['N', 4, 4, 1],
    [2, 4, 4, 1],
  ],
  [
    [4, 4, 1],
    ['N', 1, 4, 4],
    [2, 1, 4, 4],
  ],
  [
    [49, 10],
    ['N', 1, 'time', 10],
    [2, 1, 49, 10],
  ],
  [
    [4, 4, 3],
    ['N', 48],
    [2, 48],
  ],
  [
    [3, 4, 4],
    ['N', 'features'],
    [2, 48],
  ],
  [[], ['N'], [2]],
  [[], ['N', 1], [2, 1]],
];

// The only way in which the shape fits.
const moved: [sample: number[], input: InputDims, axes: number[]][] = [
  [
    [5, 6, 3],
    ['N', 3, 5, 6],
    [2, 0, 1],
  ],
  [
    [5, 6, 3],
    ['N', 3, 'H', 'W'],
    [2, 0, 1],
  ],
  [
    [3, 5, 6],
    ['N', 5, 6, 3],
    [1, 2, 0],
  ],
  [
    [4, 5, 3],
    ['N', 3, 4, 5],
    [2, 0, 1],
  ],
];

describe('arrays', () => {
  test.each(asStored)('%j into %j is taken as it is', async (sample, input) => {
    expect(await fed(sample, input)).toEqual({ dims: [2, ...sample], values: [...counting([2, ...sample])] });
  });

  test.each(reshaped)('%j into %j keeps its order', async (sample, input, dims) => {
    expect(await fed(sample, input)).toEqual({ dims, values: [...counting(dims)] });
  });

  test.each(moved)('%j into %j has its channels moved', async (sample, input, axes) => {
    expect(await fed(sample, input)).toEqual({
      dims: [2, ...axes.map((axis) => sample[axis]!)],
      values: transposed(sample, axes),
    });
  });

  test.each<[number[], InputDims]>([
    [
      [8, 5, 5],
      ['N', 5, 8, 5],
    ],
    [
      [5, 6, 7],
      ['N', 7, 5, 6],
    ],
    [
      [4, 4, 3],
      ['N', 3, 4],
    ],
  ])('%j into %j is refused', async (sample, input) => {
    expect(await raised(fed(sample, input))).toEqual([
      expect.stringMatching(/^data\/shape/),
      expect.stringMatching(/^data\/shape/),
    ]);
  });

  test.each<[number[], InputDims]>([
    [
      [3, 5, 3],
      ['N', 3, 'H', 'W'],
    ],
    [
      [5, 6, 3],
      ['N', 'C', 'H', 'W'],
    ],
    [
      [1, 4, 4],
      ['N', 'C', 'H', 'W'],
    ],
    [
      [4, 6],
      ['N', 'C', 'H', 'W'],
    ],
  ])('%j into %j fits in several orders: which one is asked, once', async (sample, input) => {
    expect(await raised(fed(sample, input))).toEqual([
      expect.stringMatching(/^data\/layout at .*x\.npy: samples of shape .* more than one order/),
    ]);
  });

  test('layout and stored say which order it is', async () => {
    const free: InputDims = ['N', 3, 'H', 'W'];
    expect((await fed([3, 5, 3], free, { stored: 'NCHW', layout: 'NCHW' })).values).toEqual([
      ...counting([2, 3, 5, 3]),
    ]);
    expect(await fed([3, 5, 3], free, { stored: 'NHWC', layout: 'NCHW' })).toEqual({
      dims: [2, 3, 3, 5],
      values: transposed([3, 5, 3], [2, 0, 1]),
    });
    const fixed: InputDims = ['N', 3, 3, 3];
    for (const flags of [{ layout: 'NCHW' }, { layout: 'NHWC' }, { stored: 'NHWC' }] as const)
      expect((await fed([3, 3, 3], fixed, flags)).values).toEqual([...counting([2, 3, 3, 3])]);
    expect((await fed([3, 3, 3], fixed, { stored: 'NHWC', layout: 'NCHW' })).values).toEqual(
      transposed([3, 3, 3], [2, 0, 1]),
    );
    // More channels than images have are moved where it is said.
    expect((await fed([5, 6, 7], ['N', 7, 5, 6], { stored: 'NHWC' })).values).toEqual(
      transposed([5, 6, 7], [2, 0, 1]),
    );
  });

  test('numbers per channel go to the axis that has as many, and ask where two have', async () => {
    const flags = { mean: [0, 100, 200] };
    const { values } = await fed([3, 2, 2], ['N', 3, 2, 2], flags);
    expect(values.slice(0, 12)).toEqual([0, 1, 2, 3, -96, -95, -94, -93, -192, -191, -190, -189]);
    expect((await fed([2, 2, 3], ['N', 2, 2, 3], flags)).values.slice(0, 3)).toEqual([0, -99, -198]);
    expect(await raised(fed([3, 3, 3], ['N', 3, 3, 3], flags))).toEqual([
      expect.stringMatching(/^data\/layout/),
    ]);
    expect((await fed([3, 3, 3], ['N', 3, 3, 3], { ...flags, layout: 'NHWC' })).values.slice(0, 3)).toEqual([
      0, -99, -198,
    ]);
  });
});

describe('images, whose format has the channels last', () => {
  async function fedImage(height: number, width: number, input: InputDims, flags?: PreprocessingFields) {
    const file = join(temporaryFolder(), 'a.png');
    writeFileSync(file, await png(height, width, [1, 2, 3]));
    const { dims, values } = await (await openDataset(file, flags ? { flags } : {})).sample(0, input);
    return { dims, values: [...values] };
  }
  const planes = (area: number) => [1, 2, 3].flatMap((value) => Array<number>(area).fill(value));
  const pixels = (area: number) => Array.from({ length: area }, () => [1, 2, 3]).flat();

  test('go into either layout where the shape tells', async () => {
    expect(await fedImage(2, 4, ['N', 3, 2, 4])).toEqual({ dims: [3, 2, 4], values: planes(8) });
    expect(await fedImage(2, 4, ['N', 2, 4, 3])).toEqual({ dims: [2, 4, 3], values: pixels(8) });
    expect(await fedImage(2, 4, ['N', 3, 'H', 'W'])).toEqual({ dims: [3, 2, 4], values: planes(8) });
    expect(await fedImage(2, 4, ['N', 'H', 'W', 3])).toEqual({ dims: [2, 4, 3], values: pixels(8) });
  });

  test.each<[number, number, InputDims]>([
    [3, 3, ['N', 3, 3, 3]],
    [2, 4, ['N', 'C', 'H', 'W']],
    [2, 4, ['N', 24]],
    [3, 5, ['N', 3, 'H', 'W']],
  ])('%ix%i into %j asks for the layout', async (height, width, input) => {
    expect(await raised(fedImage(height, width, input))).toEqual([
      expect.stringMatching(/^data\/layout at .*a\.png/),
    ]);
    const { values } = await fedImage(height, width, input, { layout: 'NCHW' });
    expect(values).toEqual(planes(height * width));
  });

  test('of one colour, or of one channel, are the same in both', async () => {
    expect(await fedImage(2, 4, ['N', 8], { color: 'gray' })).toEqual({
      dims: [8],
      values: Array(8).fill(2),
    });
    expect(await fedImage(1, 1, ['N', 3])).toEqual({ dims: [3], values: [1, 2, 3] });
  });
});

describe('a model that is right about its own samples', () => {
  // Every sample has the class whose template it is.
  test.each([[[1, 4, 4]], [[3, 3, 3]], [[8, 4, 4]], [[3, 4, 4]], [[5, 7, 4]]])(
    'samples stored in its own shape %j: 100 %% in floating point, and on the ideal chip',
    async (shape) => {
      const size = sizeOf(shape);
      const classes = 10;
      // Bits of a permuted count: no transposition of one template is another.
      const template = (c: number, i: number) => ((i * 7919 + c * 104729) % 13) - 6 + (i === c ? 12 : 0);
      const weights = Float32Array.from({ length: size * classes }, (_, i) =>
        template(i % classes, Math.floor(i / classes)),
      );
      const norms = Float32Array.from({ length: classes }, (_, c) => {
        let sum = 0;
        for (let i = 0; i < size; i++) sum += template(c, i) ** 2;
        return -sum / 2;
      });
      const nearest = modelOf(
        model({
          inputs: { x: ['N', ...shape] },
          outputs: { y: ['N', classes] },
          constants: {
            w: { type: 'float32', dims: [size, classes], data: weights },
            b: { type: 'float32', dims: [classes], data: norms },
          },
          nodes: [node('Flatten', ['x'], ['flat']), node('Gemm', ['flat', 'w', 'b'], ['y'], {}, 'nearest')],
        }),
      );
      const samples = Float32Array.from({ length: classes * size }, (_, i) =>
        template(Math.floor(i / size), i % size),
      );
      const file = written([classes, ...shape], samples);
      const labels = join(temporaryFolder(), 'y.npy');
      writeFileSync(
        labels,
        npy(
          '<i8',
          `(${classes},)`,
          new Uint8Array(BigInt64Array.from({ length: classes }, (_, i) => BigInt(i)).buffer),
        ),
      );
      const data = await openDataset(file, { labels });
      // onnxruntime on the file's own bytes says the same.
      const session = await openSession(encodeModel(nearest.graph));
      const { y } = await session.run({ x: { type: 'float32', dims: [classes, ...shape], data: samples } });
      const logits = y!.data as Float32Array;
      for (let i = 0; i < classes; i++) {
        const row = [...logits.subarray(i * classes, (i + 1) * classes)];
        expect(row.indexOf(Math.max(...row))).toBe(i);
      }
      await session.release();
      const feeds = Array.from({ length: classes }, (_, i) => ({
        x: { type: 'float32' as const, dims: [1, ...shape], data: samples.slice(i * size, (i + 1) * size) },
      }));
      const compiled = await compileModel(nearest, await loadTarget('ideal'), feeds);
      await withPackage(compiled, async (pkg) => {
        const report = await verify(pkg, nearest, data, { threads: 1 });
        expect(report.float.top1).toBe(100);
        expect(report.mapped.top1?.mean).toBe(100);
      });
    },
  );
});
