/** Repeats of digits down their columns: blocks, arrays and turns, and what a faulty cell among them costs. */
import { describe, expect, it } from 'vitest';
import { blockFaults, faultyLayers } from '../../../passes/map/fault-costs.ts';
import { findEncodingProblems } from '../../../passes/map/slice-weights.ts';
import { conversionsInSequence, conversionsPerDrive } from '../../../src/ir/conversions.ts';
import type { FaultMap } from '../../../src/ir/fault-map.ts';
import { blockColumns, blockRows, type SlicedLayer } from '../../../src/ir/mapping.ts';
import { verifyMapping } from '../../../src/ir/verify-mapping.ts';
import { convGeometry, mvmLayer, place, quantizedLayer, recordFor, sized, slicedLayer } from '../layers.ts';

const target = sized(256, 256);
const depthwise = (groups: number, changes: Partial<SlicedLayer> = {}) =>
  slicedLayer(quantizedLayer({ groups, rows: 9, columns: 1, geometry: convGeometry(3, 3) }), changes);

/** Arrays, size of the first block, conversions of a drive, and how often an array's rows are driven for it. */
function costs(layer: SlicedLayer) {
  const mapping = place([layer], target);
  verifyMapping(mapping, target);
  const [first] = mapping.blocks;
  return [
    mapping.arrays,
    `${blockRows(first!)} x ${blockColumns(first!, layer.encoding)}`,
    conversionsPerDrive(layer, mapping.blocks, target.adc),
    conversionsInSequence(layer, mapping.blocks, target.adc),
  ];
}

describe('112 channels of nine weights on one array of 256 x 256 cells', () => {
  it.each([
    ['once, 28 channels to a block', {}, [1, '252 x 56', 112, 4]],
    ['repeated 4 times, 7 channels to a block', { repeats: 4 }, [1, '252 x 14', 112, 16]],
    ['repeated 28 times, a block of its own each', { repeats: 28 }, [1, '252 x 2', 112, 112]],
    ['in 2 copies of two rows, one below the other', { copies: 2, repeats: 2 }, [1, '126 x 14', 224, 32]],
  ] as const)('%s', (_, changes, expected) => {
    expect(costs(depthwise(112, changes))).toEqual(expected);
  });
});

it('copies of channels take no more arrays than one, and as many more turns at most', () => {
  const [arrays, size, conversions, turns] = costs(depthwise(112, { copies: 4 }));
  expect([arrays, size, conversions]).toEqual([1, '63 x 14', 4 * 112]);
  // Some copies of a pack lie side by side, where one drive serves both.
  expect(turns).toBeGreaterThan(16);
  expect(turns).toBeLessThanOrEqual(64);
});

describe('a dense layer', () => {
  it.each([
    ['of 64 rows is repeated 4 times in 256', 64, 4, ['256 x 20']],
    ['of 100 rows is cut to leave room for repeats', 100, 4, ['200 x 20', '200 x 20']],
    ['of any size holds a row at least', 2, 200, ['200 x 20', '200 x 20']],
  ])('%s', (_, rows, repeats, sizes) => {
    const layer = slicedLayer(quantizedLayer({ groups: 1, rows, columns: 10 }), { repeats });
    const { blocks } = place([layer], target);
    expect(blocks.map((b) => `${blockRows(b)} x ${blockColumns(b, layer.encoding)}`)).toEqual(sizes);
  });

  it('is not repeated more often than rows can be driven at once', () => {
    const choice = {
      encoding: 'differential',
      slices: 1,
      copies: 1,
      residual: false,
      inputNumbers: 'binary',
    } as const;
    const problems = (repeats: number) =>
      findEncodingProblems([mvmLayer(3, 1, [1, 2, 3], [0])], sized(16, 16, 12), () => ({
        ...choice,
        repeats,
      }));
    expect(problems(12)).toEqual([]);
    expect(problems(13)).toMatchObject([
      { code: 'options/invalid', message: expect.stringContaining('13 rows are more than the 12') },
    ]);
  });
});

it('a cell stuck in one of n repeats is off by an n-th, and its noise by the square of that', () => {
  const stuck = (repeats: number) => {
    const layer = depthwise(3, { repeats });
    const { blocks, arrays } = place([layer], target);
    const faults: FaultMap = {
      rows: 256,
      columns: 256,
      // In the last repeat of the second row of the first channel.
      arrays: Array.from({ length: arrays }, () => [
        { row: 9 * (repeats - 1) + 1, column: 0, conductance: 127 },
      ]),
    };
    const on = faultyLayers([layer], { faults, record: recordFor([layer]), target })(0);
    const { byPlace, costOf } = blockFaults(blocks[0]!, on);
    expect(byPlace[0]!.length).toBe(1);
    return costOf(0, false, byPlace[0]!);
  };
  expect(stuck(1)).toBeGreaterThan(0);
  expect(stuck(4)).toBeCloseTo(stuck(1) / 16, 12);
  expect(stuck(7)).toBeCloseTo(stuck(1) / 49, 12);
});
