/** How many conversions wait for each other, by hand. */
import { expect, it } from 'vitest';
import { conversionsInSequence } from '../../src/ir/conversion-time.ts';
import type { PlacedBlock } from '../../src/ir/mapping.ts';

const span = (end: number) => ({ start: 0, end });

function block(columns: number, place: { array?: number; row?: number; column?: number } = {}): PlacedBlock {
  const at = { array: 0, row: 0, column: 0, ...place };
  return { layer: 0, slice: 0, copy: 0, groups: span(1), rows: span(4), columns: span(columns), ...at };
}

it.each([
  ['pairs with a converter each', 'differential', 'pair', 1, [block(16)], 1],
  ['eight pairs to a converter', 'differential', 'pair', 8, [block(16)], 8],
  ['fewer pairs than share one', 'differential', 'pair', 8, [block(3)], 3],
  ['both columns of every pair', 'differential', 'column', 8, [block(3)], 6],
  ['columns over a converter border', 'differential', 'column', 8, [block(3, { column: 6 })], 4],
  ['columns beside a reference', 'offset', 'pair', 8, [block(7)], 7],
  ['and that reference too', 'offset', 'column', 8, [block(7)], 8],
  ['two parts side by side', 'differential', 'pair', 8, [block(2), block(2, { column: 4 })], 4],
  ['two row tiles in one array', 'differential', 'pair', 8, [block(5), block(4, { row: 4 })], 9],
  ['two row tiles in two arrays', 'differential', 'pair', 8, [block(5), block(4, { array: 1 })], 5],
] as const)('%s', (_, encoding, convert, sharedBy, blocks, wanted) => {
  expect(conversionsInSequence({ encoding }, blocks, { convert, sharedBy })).toBe(wanted);
});
