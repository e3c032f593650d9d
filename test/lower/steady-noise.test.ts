/** 1/f noise of products against the law in closed form: between planes, along pixels, between columns and images. */
import { describe, expect, test } from 'vitest';
import type { CrossbarLayer } from '../../src/ir/crossbar.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { createEmitter } from '../../src/lower/emit.ts';
import type { FoldedLayer, NoiseScales } from '../../src/lower/folded.ts';
import { scalesOf, sequenceLength, sharesOf } from '../../src/lower/layer-noise.ts';
import { noiseSource, readingInput, withNormals } from '../../src/lower/noise-pool.ts';
import { withSequences } from '../../src/lower/sequence-pool.ts';
import { emitSteadyNoise } from '../../src/lower/steady-noise.ts';
import { covarianceOf } from '../../src/math/one-over-f.ts';
import { float32, int64, uint8 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { momentsOf } from '../statistics.ts';

interface Shape {
  readonly kind?: 'conv' | 'matmul';
  readonly columns?: number;
  readonly pixels: number;
  readonly code?: number;
  readonly output?: string;
}

/** Noise of one row with variance 1 that one code drives, by image: conv [columns][pixels], matmul [pixels][columns]. */
async function noiseOf(
  shares: NoiseScales,
  { kind = 'conv', columns = 64, pixels, code = 1, output = 'y' }: Shape,
) {
  const layer = {
    output,
    columns,
    rows: 1,
    groups: 1,
    tiles: [{ block: 7 }],
    geometry:
      kind === 'conv'
        ? { kind, kernel: [1], strides: [1], dilations: [1], pads: [0, 0], autoPad: 'NOTSET' }
        : { kind },
    inputCoding: 'binary',
    driverBits: 1,
    quantization: { scale: 1, zero: 0, signed: false, bits: 8 },
  } as unknown as CrossbarLayer;
  const one = new Float32Array(columns).fill(1);
  const none = new Float64Array(columns);
  const coefficient = none.map(() => 1);
  const part = { slice: 0, copy: 0, weights: one, variances: undefined, zero: one, coefficient };
  const folded: FoldedLayer = {
    ...{
      tiles: 1,
      packs: 1,
      packSize: 1,
      slots: 1,
      channels: Int32Array.of(0),
      channelsPerGroup: 1,
      volume: 1,
    },
    parts: [{ ...part, steady: one, digitalZero: none }],
    shares,
    exact: undefined,
  };
  const emit = createEmitter(output, { name: output, op: 'Conv', index: 0 });
  const noisy = emitSteadyNoise(emit, layer, folded, coefficient, ['codes'], noiseSource, 'sums')!;
  const inputs = ['sums', 'codes'].map((name, i) => ({
    name,
    elementType: i === 0 ? 1 : 2,
    dims: undefined,
  }));
  const graph: Graph = {
    ...{ name: 'noise', irVersion: 10, opsets: { '': 21 }, inputs, nodes: emit.nodes, functions: [] },
    outputs: [{ name: noisy, elementType: 1, dims: undefined }],
    constants: emit.constants,
  };
  const session = await openSession(encodeModel(withSequences(withNormals(graph, 1), 1)), { threads: 1 });
  const dims = (images: number, width: number) =>
    kind === 'conv' ? [images, width, pixels] : [images, pixels, width];
  return async (...images: number[]): Promise<Float32Array[]> => {
    const n = images.length;
    const result = await session.run({
      sums: float32(dims(n, columns), new Float32Array(n * columns * pixels)),
      codes: uint8(dims(n, 1), new Uint8Array(n * pixels).fill(code)),
      [readingInput]: int64([n], images),
    });
    const data = result[noisy]!.data as Float32Array;
    return images.map((_, i) => data.slice(i * columns * pixels, (i + 1) * columns * pixels));
  };
}

const only = (share: Partial<NoiseScales>): NoiseScales => ({
  white: 0,
  product: 0,
  near: 0,
  far: 0,
  ...share,
});

/** Mean of some estimates, and its standard error. */
function meanOf(estimates: readonly number[]) {
  const { mean, sigma } = momentsOf(estimates);
  return { mean, error: sigma / Math.sqrt(estimates.length) };
}

/** Mean product of the pixels of a column that lie so far apart, column by column of every image. */
function products(images: readonly Float32Array[], pixels: number, lag: number): number[] {
  return images.flatMap((noise) =>
    Array.from({ length: noise.length / pixels }, (_, column) => {
      let sum = 0;
      for (let p = column * pixels; p + lag < (column + 1) * pixels; p++) sum += noise[p]! * noise[p + lag]!;
      return sum / (pixels - lag);
    }),
  );
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('1/f noise along the pixels', () => {
  test('has the autocorrelation of the law, within a span of pixels', async () => {
    const pixels = sequenceLength;
    const images = await (await noiseOf(only({ near: 1 }), { pixels }))(...numbers(100));
    for (const lag of [0, 1, 2, 5, 20, 80, 200]) {
      const { mean, error } = meanOf(products(images, pixels, lag));
      const wanted = covarianceOf({ from: 1, to: sequenceLength }, lag) / Math.log(sequenceLength);
      // Eight octaves in place of all scales are off by less than 0.004.
      expect(Math.abs(mean - wanted), `lag ${lag}`).toBeLessThan(4 * error + 0.004);
    }
  });

  test('has that of the law to 0.03 over an image, spans and what is slower together', async () => {
    const [pixels, whole] = [4096, 40_000];
    const band = { from: 1, to: whole };
    const shares = sharesOf(scalesOf(band, { conversion: 0.1, product: 1, image: whole }));
    const images = await (await noiseOf(shares, { pixels, columns: 32 }))(...numbers(24));
    const log = Math.log(whole);
    for (const lag of [0, 1, 4, 16, 64, 256, 1024]) {
      const { mean, error } = meanOf(products(images, pixels, lag));
      const wanted = covarianceOf(band, lag) / log;
      expect(mean - wanted, `lag ${lag}`).toBeLessThan(4 * error + 0.03);
      expect(mean - wanted, `lag ${lag}`).toBeGreaterThan(-4 * error - 0.03);
    }
  });

  test('is as white as what is faster than a product', async () => {
    const pixels = 1000;
    const images = await (await noiseOf(only({ product: 1 }), { pixels }))(...numbers(20));
    for (const lag of [1, 2, 255, 256, 500])
      expect(Math.abs(meanOf(products(images, pixels, lag)).mean)).toBeLessThan(
        4 / Math.sqrt(20 * 64 * (pixels - lag)),
      );
  });

  const mixed = sharesOf({ white: 0, product: 1, near: 5, far: 4 });

  test('is not shared by columns, nor by images', async () => {
    const [pixels, columns] = [300, 64];
    const images = await (await noiseOf(mixed, { pixels, columns }))(...numbers(40));
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0) / pixels;
    const columnOf = (image: number, c: number) => images[image]!.subarray(c * pixels, (c + 1) * pixels);
    const pairs = (next: (image: number, c: number) => Float32Array) =>
      numbers(39).flatMap((i) => numbers(columns - 1).map((c) => dot(columnOf(i, c), next(i, c))));
    for (const next of [
      (i: number, c: number) => columnOf(i, c + 1),
      (i: number, c: number) => columnOf(i + 1, c),
    ]) {
      const { mean, error } = meanOf(pairs(next));
      expect(Math.abs(mean)).toBeLessThan(4 * error);
    }
  });

  test('what is slower than spans is one for all layers of the same cells', async () => {
    const pixels = 16;
    const of = (output: string, share: NoiseScales) => noiseOf(share, { pixels, output });
    const [a, b] = [await of('a', only({ far: 1 })), await of('b', only({ far: 1 }))];
    expect((await a(3))[0]).toEqual((await b(3))[0]);
    const [c, d] = [await of('a', only({ near: 1 })), await of('b', only({ near: 1 }))];
    expect((await c(3))[0]).not.toEqual((await d(3))[0]);
  });

  test.each([
    ['conv', 300],
    ['conv', 7],
    ['matmul', 300],
    ['matmul', 1],
  ] as const)('%s of %i pixels: an image has the same in any batch', async (kind, pixels) => {
    const read = await noiseOf(mixed, { kind, pixels, columns: 10 });
    const alone = [(await read(4))[0]!, (await read(9))[0]!, (await read(100_000))[0]!];
    expect(await read(4, 9, 100_000)).toEqual(alone);
    expect(alone[0]).not.toEqual(alone[1]);
    if (kind === 'conv') return;
    const turned = (await (await noiseOf(mixed, { pixels, columns: 10 }))(4))[0]!;
    expect(alone[0]).toEqual(turned.map((_, i) => turned[(i % 10) * pixels + Math.floor(i / 10)]!));
  });

  test('has the square of a code where planes have it in common, and the sum of their squares where not', async () => {
    const varianceOf = async (shares: NoiseScales, code: number) => {
      const read = await noiseOf(shares, { pixels: 1, columns: 4096, code });
      return momentsOf((await read(...numbers(4))).flatMap((image) => [...image])).sigma ** 2;
    };
    const bound = 4 * Math.sqrt(2 / 16_384);
    for (const code of [6, 255]) {
      const squares = [1, 2, 4, 8, 16, 32, 64, 128].reduce((sum, w) => sum + (code & w) ** 2, 0);
      const common = await varianceOf(mixed, code);
      expect(Math.abs(common / code ** 2 - 1)).toBeLessThan(bound);
      const apart = await varianceOf(only({ white: 1 }), code);
      expect(Math.abs(apart / squares - 1)).toBeLessThan(bound);
      const half = await varianceOf(only({ white: 0.5, near: 0.5 }), code);
      expect(Math.abs(half / (0.5 * squares + 0.5 * code ** 2) - 1)).toBeLessThan(bound);
    }
  });
});

test('the scales of a layer add up to those of the law below an image', () => {
  const band = { from: 250e-9, to: 10 };
  for (const conversion of [1e-9, 1e-7, 3e-6])
    for (const image of [1e-8, 1e-6, 0.03, 100]) {
      const { white, product, near, far } = scalesOf(band, { conversion, product: 8 * conversion, image });
      const below = Math.max(0, Math.log(Math.min(image, band.to) / band.from));
      expect(white + product + near + far).toBeCloseTo(below, 12);
    }
});
