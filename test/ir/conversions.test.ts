/** How many conversions a drive takes, and how many of them wait for each other, by hand. */
import { expect, it } from 'vitest';
import { conversionsInSequence, conversionsPerDrive } from '../../src/ir/conversions.ts';
import type { PlacedBlock } from '../../src/ir/mapping.ts';
import { summarize } from '../../src/ir/summary.ts';
import { place, quantizedLayer, recordOf, sized, slicedLayer } from '../passes/layers.ts';

const span = (end: number) => ({ start: 0, end });
const next = { start: 1, end: 2 };

function block(
  columns: number,
  place: Partial<Pick<PlacedBlock, 'array' | 'row' | 'column' | 'groups' | 'columns'>> = {},
): PlacedBlock {
  const at = { array: 0, row: 0, column: 0, ...place };
  return {
    layer: 0,
    slice: 0,
    copy: 0,
    groups: span(1),
    rows: span(4),
    columns: span(columns),
    repeats: 1,
    ...at,
  };
}

it.each([
  ['pairs with a converter each', 'differential', 'pair', 1, [block(16)], 1, 16],
  ['eight pairs to a converter', 'differential', 'pair', 8, [block(16)], 8, 16],
  ['fewer pairs than share one', 'differential', 'pair', 8, [block(3)], 3, 3],
  ['both columns of every pair', 'differential', 'column', 8, [block(3)], 6, 6],
  ['columns over a converter border', 'differential', 'column', 8, [block(3, { column: 6 })], 4, 6],
  ['columns beside a reference', 'offset', 'pair', 8, [block(7)], 7, 7],
  ['and that reference too', 'offset', 'column', 8, [block(7)], 8, 8],
  ['two parts side by side', 'differential', 'pair', 8, [block(2), block(2, { column: 4 })], 4, 4],
  ['two tiles with a reference each', 'offset', 'column', 1, [block(7), block(5, { array: 1 })], 1, 14],
  [
    'two column tiles side by side',
    'differential',
    'pair',
    1,
    [block(2), block(2, { column: 4, columns: { start: 2, end: 4 } })],
    1,
    4,
  ],
  [
    'two groups side by side, on the rows of both',
    'differential',
    'pair',
    1,
    [block(2), block(2, { column: 4, groups: next })],
    2,
    4,
  ],
  [
    'two groups in two arrays',
    'differential',
    'pair',
    1,
    [block(2), block(2, { array: 1, groups: next })],
    1,
    4,
  ],
  ['two row tiles in one array', 'differential', 'pair', 8, [block(5), block(4, { row: 4 })], 9, 9],
  ['two row tiles in two arrays', 'differential', 'pair', 8, [block(5), block(4, { array: 1 })], 5, 9],
] as const)('%s', (_, encoding, convert, sharedBy, blocks, inSequence, all) => {
  expect(conversionsInSequence({ encoding }, blocks, { convert, sharedBy })).toBe(inSequence);
  expect(conversionsPerDrive({ encoding }, blocks, { convert })).toBe(all);
});

it('counts, times and pays for the conversion of a reference column once per drive', () => {
  // 10 rows on arrays of 4 rows: three tiles, each of 6 columns beside a reference. 5 positions of 8 bits are 40 drives.
  const plain = sized(4, 8);
  const adc = { ...plain.adc, convert: 'column', sharedBy: 1, energy: 2e-12, time: 1e-8 } as const;
  const target = { ...plain, adc };
  const layer = slicedLayer(quantizedLayer({ groups: 1, rows: 10, columns: 6 }), { encoding: 'offset' });
  const record = recordOf({ y: { positions: 5 } });
  const decisions = { ruleOf: () => '', encodingOf: () => undefined, digital: [] };
  const summary = summarize(place([layer], target), record, target, decisions);
  expect(summary.layers[0]).toMatchObject({ blocks: 3, drives: 40, inSequence: 1 });
  expect(summary.conversions).toBe(40 * 3 * (6 + 1));
  expect(summary.conversionEnergy).toBeCloseTo(840 * 2e-12, 20);
  expect(summary.conversionTime).toBeCloseTo(40 * 1e-8, 14);
});
