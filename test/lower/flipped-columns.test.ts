/** Flipped columns beside a reference: the same integers, bit for bit, from converters with a bit less. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flipColumns } from '../../passes/map/flip-columns.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { digitsOf, type Mapping } from '../../src/ir/mapping.ts';
import { float32, sizeOf, type Tensor } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { loadTarget } from '../../src/target/load.ts';
import { place, quantizedLayer, sized, slicedLayer } from '../passes/layers.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { firstDifference } from '../support/same-bits.ts';
import { compareWithDirect, convModel, matMulModel } from './against-direct.ts';

const nineBits = ['cell.flipped=none', 'adc.bits=9'];

/** The same network with other weights: columns of any sign that are the heavier the nearer `skew` is to 1 or -1. */
function skewed(graph: Graph, skew: number): Graph {
  const constants = [...graph.constants].map(([name, tensor]): [string, Tensor] =>
    tensor.data instanceof Float32Array && tensor.dims.length > 1
      ? [
          name,
          float32(
            tensor.dims,
            tensor.data.map((w) => skew + (1 - Math.abs(skew)) * w),
          ),
        ]
      : [name, tensor],
  );
  return { ...graph, constants: new Map(constants) };
}

const ones = ({ inputs }: Graph) =>
  Object.fromEntries(
    inputs.map(({ name, dims }) => {
      const shape = dims!.map(Number);
      return [name, float32(shape, new Float32Array(sizeOf(shape)).fill(1))];
    }),
  );

/** @returns where a chip's outputs differ from those of integers, and how many columns of it are flipped */
async function differing(graph: Graph, low: number, set: readonly string[]) {
  const target = await loadTarget('isaac-128', set);
  const feeds = [1, 2].map((seed) => drawFeeds(graph.inputs, seed, low, 1));
  // An input of ones has all bits set: it drives all rows at once.
  const full = ones(graph);
  const compiled = await compileModel(modelOf(graph), target, [...feeds, full], { centredInputs: false });
  const flipped = compiled.mapping.blocks.flatMap(({ places }) => [...(places?.flipped ?? [])]);
  const difference = await withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, target);
    const reference = await openSession(encodeModel(pkg.reference));
    const session = await simulate(pkg, chip);
    const differences = [];
    for (const inputs of [full, drawFeeds(graph.inputs, 7, low, 1)])
      differences.push(firstDifference(await session.run(inputs), await reference.run(inputs)));
    await reference.release();
    await session.release();
    return differences.find((found) => found !== undefined);
  });
  return { difference, flipped: flipped.filter((flip) => flip === 1).length };
}

const dense = matMulModel([3], 150, 19);
const conv = convModel([16, 4, 4], [7, 16, 3, 3]);
const grouped = convModel([6, 4, 4], [9, 2, 2, 2], { group: 3 });
/** All rows of its arrays are used, and all digits of a column are alike. */
const heaviest = skewed(matMulModel([2], 128, 3), 1);

describe('on isaac-128', () => {
  it('random layers give the integers of the reference, with 8 bits and flips as with 9 bits and none', async () => {
    const shape = fc.record({
      rows: fc.integer({ min: 1, max: 200 }),
      columns: fc.integer({ min: 1, max: 9 }),
      skew: fc.double({ min: -1, max: 1, noNaN: true }),
      low: fc.constantFrom(0, -1),
    });
    let flips = 0;
    await fc.assert(
      fc.asyncProperty(shape, async ({ rows, columns, skew, low }) => {
        const graph = skewed(matMulModel([2], rows, columns), skew);
        const flipped = await differing(graph, low, []);
        flips += flipped.flipped;
        expect(flipped.difference).toBeUndefined();
        expect(await differing(graph, low, nineBits)).toEqual({ difference: undefined, flipped: 0 });
      }),
      { numRuns: 15, seed: 1 },
    );
    expect(flips).toBeGreaterThan(100);
  }, 120_000);

  it.each([
    ['a convolution', conv],
    ['groups', grouped],
    ['nothing but heavy columns', heaviest],
  ])('%s', async (_, graph) => {
    expect((await differing(graph, -1, [])).difference).toBeUndefined();
    expect((await differing(graph, 0, [])).difference).toBeUndefined();
    expect((await differing(graph, 0, nineBits)).difference).toBeUndefined();
  });

  it('128 cells of levels 0 to 2 need 9 bits, and 8 where heavy columns are flipped', async () => {
    expect((await differing(heaviest, 0, ['cell.flipped=none'])).difference).toBeDefined();
    expect((await differing(heaviest, 0, ['adc.bits=7'])).difference).toBeDefined();
  });
});

describe('conversion by conversion', () => {
  it.each([
    ['8 bits and flips', []],
    ['9 bits and none', nineBits],
  ])('no converter saturates: %s', async (_, set) => {
    const { target } = await loadTarget('isaac-128', set);
    for (const graph of [dense, skewed(dense, 0.9), skewed(conv, 0.5), grouped, heaviest]) {
      for (const low of [0, -1]) {
        const result = await compareWithDirect({ graph, target, low });
        expect(result.conversions).toBeGreaterThan(0);
        expect(result.saturated).toBe(0);
      }
    }
  });

  it('converters that saturate: flipped columns as the direct product has them', async () => {
    const { target } = await loadTarget('isaac-128', ['adc.bits=4']);
    const graph = skewed(dense, 0.7);
    const result = await compareWithDirect({ graph, target, options: { centredInputs: false }, low: 0 });
    expect(result.saturated).toBeGreaterThan(0);
  });
});

describe('the pass', () => {
  const layer = fc.record({
    groups: fc.integer({ min: 1, max: 4 }),
    rows: fc.integer({ min: 1, max: 40 }),
    columns: fc.integer({ min: 1, max: 9 }),
    slices: fc.integer({ min: 1, max: 6 }),
    weight: fc.integer({ min: -121, max: 121 }),
  });

  it('flips the columns whose codes add up to more than half, and no others', () => {
    fc.assert(
      fc.property(layer, ({ groups, rows, columns, slices, weight }) => {
        const length = groups * rows * columns;
        const most = (3 ** slices - 1) / 2;
        const integers = Int8Array.from({ length }, (_, i) =>
          Math.max(-most, Math.min(most, Math.round(weight + 60 * Math.sin(i * i)), 127)),
        );
        const node = quantizedLayer({ groups, rows, columns, integers });
        const target = sized(64, 64);
        const mapping = place([slicedLayer(node, { encoding: 'offset', radix: 3, slices })], target);
        for (const block of flipColumns.run(mapping).blocks) {
          const own = sumsOfCodes(mapping, block);
          own.forEach((sum, column) => {
            expect(block.places?.flipped[column] ?? 0).toBe(sum > rowsOf(block) ? 1 : 0);
          });
        }
      }),
    );
  });

  it('leaves pairs alone', () => {
    const node = quantizedLayer({ groups: 1, rows: 9, columns: 4, integers: new Int8Array(36).fill(5) });
    const mapping = place([slicedLayer(node)], sized(64, 64));
    expect(flipColumns.run(mapping)).toEqual(mapping);
  });
});

type Block = Mapping['blocks'][number];

const rowsOf = ({ rows }: Block) => rows.end - rows.start;

/** By logical column, what its levels 0 to 2 add up to before any flip, weight by weight. */
function sumsOfCodes({ layers }: Mapping, block: Block): number[] {
  const layer = layers[0]!;
  const { rows, columns } = layer.node;
  const sums: number[] = [];
  for (let group = block.groups.start; group < block.groups.end; group++) {
    for (let column = block.columns.start; column < block.columns.end; column++) {
      let sum = 0;
      for (let row = block.rows.start; row < block.rows.end; row++)
        sum += 1 + digitsOf(layer, block, (group * rows + row) * columns + column, 1)[0]!;
      sums.push(sum);
    }
  }
  return sums;
}
