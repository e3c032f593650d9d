import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import { readArrays } from '../../src/chip/read.ts';
import type { CrossbarLayer } from '../../src/ir/crossbar.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { createEmitter } from '../../src/lower/emit.ts';
import type { FoldedLayer } from '../../src/lower/folded.ts';
import { scalesOf, timesOf } from '../../src/lower/layer-noise.ts';
import { createNoise } from '../../src/lower/noise.ts';
import { noiseSource, readingInput, withNormals } from '../../src/lower/noise-pool.ts';
import { openStream } from '../../src/math/random.ts';
import { float32, int64, type Tensor } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { pathIn } from '../../src/package/open.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Target } from '../../src/target/target.ts';
import { loaded } from '../chip/bench.ts';
import { directMvm } from '../oracle/direct-mvm.ts';
import { mvmsOf } from '../oracle/input-codes.ts';
import { countTolerance, momentsOf, normalBelow } from '../statistics.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { convModel, matMulModel, writeVerify } from './against-direct.ts';

const [columns, vectors] = [64, 2048];

/**
 * Noise of several planes of one row with variance 1 that is always driven: [plane][vector][column].
 * @param vectors of an image; of all images together where these have them in common
 * @param stacked all planes in one batch, of `vectors` together
 */
async function noiseOf(
  planes: number,
  { columns = 64, vectors = 2048, stacked = false, common = false } = {},
) {
  const layer = {
    output: 'y',
    columns,
    copies: 1,
    geometry: { kind: 'matmul' },
    quantization: { scale: 1, zero: 0, signed: false, bits: 8 },
  } as Partial<CrossbarLayer> as CrossbarLayer;
  const one = new Float32Array(columns).fill(1);
  const none = new Float64Array(columns);
  const folded: FoldedLayer = {
    tiles: 1,
    packs: 1,
    packSize: 1,
    slots: 1,
    channels: Int32Array.of(0),
    channelsPerGroup: 1,
    volume: 1,
    parts: [
      { slice: 0, copy: 0, weights: one, variances: one, zero: one, coefficient: none, digitalZero: none },
    ],
    exact: undefined,
  };
  const emit = createEmitter('y', { name: 'y', op: 'MatMul', index: 0 });
  const add = createNoise(emit, layer, folded, noiseSource)(0);
  const numbers = Array.from({ length: planes }, (_, plane) => plane);
  const batches = stacked ? [numbers] : numbers.map((plane) => [plane]);
  const outputs = batches.map((batch) => add('sums', 'driven', batch, 1));
  const graph: Graph = {
    name: 'noise',
    irVersion: 10,
    opsets: { '': 21 },
    inputs: [
      { name: 'sums', elementType: 1, dims: ['N', columns] },
      { name: 'driven', elementType: 1, dims: ['N', 1] },
    ],
    outputs: outputs.map((name) => ({ name, elementType: 1, dims: undefined })),
    nodes: emit.nodes,
    constants: emit.constants,
    functions: [],
  };
  const session = await openSession(encodeModel(withNormals(graph, 1)), { threads: 1 });
  return async (...images: number[]) => {
    const count = common ? vectors : vectors * images.length;
    const results = await session.run({
      sums: float32([count, columns], new Float32Array(count * columns)),
      driven: float32([count, 1], new Float32Array(count).fill(1)),
      [readingInput]: int64([images.length], images),
    });
    return outputs.map((name) => results[name]!.data as Float32Array);
  };
}

function correlation(a: Float32Array, b: Float32Array, lag = 0): number {
  let sum = 0;
  for (let i = 0; i + lag < b.length; i++) sum += a[i]! * b[i + lag]!;
  return sum / (b.length - lag);
}

describe('read noise', () => {
  const count = vectors * columns;
  const bound = 4 / Math.sqrt(count);

  test('is normal', async () => {
    const [noise] = await (await noiseOf(1))(0);
    const { mean, sigma } = momentsOf(noise!);
    expect(Math.abs(mean)).toBeLessThan(bound);
    expect(Math.abs(sigma - 1)).toBeLessThan(bound);
    for (const x of [-3, -2, -1, 0, 1, 2, 3]) {
      const below = noise!.reduce((n, v) => n + (v < x ? 1 : 0), 0);
      expect(Math.abs(below - count * normalBelow(x))).toBeLessThan(countTolerance(count, normalBelow(x)));
    }
  });

  test('is not correlated within a plane, between planes, or between readings', async () => {
    const read = await noiseOf(8);
    const planes = await read(0);
    for (const lag of [1, 2, columns, 3 * columns])
      expect(Math.abs(correlation(planes[0]!, planes[0]!, lag))).toBeLessThan(bound);
    for (const [i, plane] of planes.entries()) {
      for (const other of planes.slice(i + 1))
        expect(Math.abs(correlation(plane, other))).toBeLessThan(bound * 1.3);
    }
    for (const reading of [1, 2, 500])
      expect(Math.abs(correlation(planes[0]!, (await read(reading))[0]!))).toBeLessThan(bound * 1.1);
  });

  test.each([
    [64, 3],
    [10, 7],
    [7, 1],
  ])('%i columns, %i vectors: an image has the same in any batch', async (columns, vectors) => {
    const read = await noiseOf(2, { columns, vectors });
    const alone = [await read(4), await read(9), await read(100_000)];
    const together = await read(4, 9, 100_000);
    for (const plane of [0, 1])
      expect([...together[plane]!]).toEqual(alone.flatMap((image) => [...image[plane]!]));
    expect(alone[0]![0]).not.toEqual(alone[1]![0]);
    // Planes in one value, of one image and of three: image by image, and plane by plane within each.
    const stack = await noiseOf(2, { columns, vectors: 2 * vectors, stacked: true });
    expect([...(await stack(4))[0]!]).toEqual([0, 1].flatMap((plane) => [...alone[0]![plane]!]));
    expect([...(await stack(4, 9, 100_000))[0]!]).toEqual(
      alone.flatMap((image) => [0, 1].flatMap((plane) => [...image[plane]!])),
    );
  });

  test('of sums that images share is that of the first', async () => {
    const shape = { columns: 5, vectors: 4 };
    const shared = await noiseOf(1, { ...shape, common: true });
    expect(await shared(3, 1, 8)).toEqual(await (await noiseOf(1, shape))(3));
  });

  test('of images is not correlated', async () => {
    const images = Array.from({ length: vectors }, (_, i) => i);
    const [noise] = await (await noiseOf(1, { vectors: 1 }))(...images);
    const { mean, sigma } = momentsOf(noise!);
    expect(Math.abs(mean)).toBeLessThan(bound);
    expect(Math.abs(sigma - 1)).toBeLessThan(bound);
    for (const lag of [1, columns, 2 * columns, 100 * columns])
      expect(Math.abs(correlation(noise!, noise!, lag))).toBeLessThan(bound * 1.1);
  });

  test('is the same for the same reading', async () => {
    const read = await noiseOf(1);
    const first = (await read(7))[0]!;
    await read(8);
    expect((await read(7))[0]).toEqual(first);
  });
});

/** Fine converters, so that their rounding hides nothing. */
const target: Target = {
  ...writeVerify({ adc: { bits: 14, convert: 'pair' } }),
  readNoise: { sigma: [2e-6, 0.02] },
};

/**
 * 1/f noise that starts so fast, and conversions of 100 ns. It is large beside a step of the converters, because behind them it
 * does not blur their rounding.
 */
function slow(readTime: number): Target {
  const { readNoise: _, ...rest } = target;
  const logNoise = { amplitude: 2e-5, gReference: 1e-6, readTime };
  return { ...rest, adc: { ...target.adc, time: 1e-7 }, logNoise };
}

const samples = 1500;
/** Seconds after programming. */
const at = 1;

/** Variance of every output of one input, by the lowered graph and by cells that are drawn anew for every plane. */
async function variances(graph: Graph, of: Target, copies: number) {
  const feeds = [1, 2, 3].map((s) => drawFeeds(graph.inputs, s, 0, 1, 2));
  const compiled = await compileModel(modelOf(graph), loaded(of), feeds, { centredInputs: false, copies });
  return withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, loaded(of));
    const layer = pkg.layers[0]!;
    const input = feeds[0]!;
    const session = await simulate(pkg, chip, { threads: 1, conditions: { at } });
    const drawn: Float32Array[] = [];
    for (let n = 0; n < samples; n++)
      drawn.push((await session.run(input))[layer.output]!.data as Float32Array);
    await session.release();

    const { programs, header } = decodeBytes(await readFile(pathIn(pkg, 'bitstream')), 'program.xbs');
    const image = pkg.manifest.summary.conversionTime;
    const { variances: white, accumulated } = await readArrays(chip, of, { at, image });
    const law = accumulated?.laws[0];
    const scales = law && scalesOf(law.band, timesOf(layer, accumulated));
    /** Of a cell: what planes have by themselves, or in common. */
    const variance = (array: number, cell: number, apart: boolean) => {
      if (!law || !scales) return white![array]![cell]!;
      const { product, near, far } = scales;
      return (apart ? scales.white : product + near + far) * law.densities[array]![cell]!;
    };
    const { codes, indexOf } = [...mvmsOf(layer, input[layer.input]! as Tensor)][0]!;
    const outputs = layer.groups * layer.columns;
    const direct = new Float64Array(outputs);
    // All bits together come last.
    for (const bits of [...Array.from({ length: 8 }, (_, bit) => 1 << bit), ...(accumulated ? [255] : [])]) {
      const masked = codes.map((code) => code & bits);
      const runs = Array.from({ length: 250 }, (_, n) => {
        const conductances = chip.conductances.map((cells, array) => {
          const stream = openStream(n, 'direct', array * 256 + bits);
          return cells.map((g, cell) => g + Math.sqrt(variance(array, cell, bits < 255)) * stream.normal());
        });
        return directMvm(layer, { programs, conductances, columns: header.columns }, masked).outputs;
      });
      for (let o = 0; o < outputs; o++) direct[o]! += momentsOf(runs.map((run) => run[o]!)).sigma ** 2;
    }
    const lowered = direct.map((_, o) => momentsOf(drawn.map((values) => values[indexOf(o)]!)).sigma ** 2);
    return { lowered, direct };
  });
}

describe('the lowered graph has the variance of noisy cells', () => {
  test.each([
    ['a matrix product', matMulModel([2], 40, 12), target, 1],
    ['a convolution', convModel([3, 5, 5], [8, 3, 3, 3]), target, 1],
    ['three copies, of which each errs by itself', convModel([3, 5, 5], [8, 3, 3, 3]), target, 3],
    ['three copies with noise of products', convModel([3, 5, 5], [8, 3, 3, 3]), slow(1e-7), 3],
    [
      'columns converted by themselves',
      matMulModel([2], 24, 6),
      { ...target, adc: { ...target.adc, convert: 'column' as const } },
      1,
    ],
    ['products with noise that their planes have in common', matMulModel([2], 40, 12), slow(1e-7), 1],
    ['a convolution with noise of planes and of products', convModel([3, 5, 5], [8, 3, 3, 3]), slow(1e-9), 1],
  ])('%s', async (_, graph, of, copies) => {
    const { lowered, direct } = await variances(graph, of, copies);
    expect(direct.every((v) => v > 0)).toBe(true);
    const ratio = lowered.map((v, o) => v / direct[o]!);
    const mean = ratio.reduce((a, b) => a + b, 0) / ratio.length;
    // Each ratio has a relative error of sqrt(2 / 1500 + 2 / 250) at most, because one plane dominates at most.
    const error = Math.sqrt(2 / samples + 2 / 250);
    for (const one of ratio) expect(Math.abs(one - 1)).toBeLessThan(4.5 * error);
    expect(Math.abs(mean - 1)).toBeLessThan((4 * error) / Math.sqrt(ratio.length));
  });
});
