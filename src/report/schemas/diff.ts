/** What `diff` prints with `--json`. */
import { z } from 'zod';
import type { CellsDiff } from '../../inspect/diff-cells.ts';
import type { ChipArrayDiff } from '../../inspect/diff-chips.ts';
import type { LayerDiff } from '../../inspect/diff-layers.ts';
import type { ArrayDiff } from '../../inspect/diff-programs.ts';
import { amount, count, list } from './parts.ts';

const sizes = {
  cells: count.describe('that differ'),
  alone: count.describe('of these, with a value in one alone'),
  mean: amount.describe('of the differences, in level codes or integers; on chips S'),
  most: amount,
};
const cells = z.strictObject({ ...sizes, rows: count, columns: count }) satisfies z.ZodType<CellsDiff>;
const layer = z.strictObject({ layer: z.string(), ...sizes }) satisfies z.ZodType<LayerDiff>;

const array = z.strictObject({
  array: count,
  levels: cells,
  pairs: cells,
  converters: list(count).describe('blocks with other converters'),
  others: count.describe('other instructions that stand in one alone'),
}) satisfies z.ZodType<ArrayDiff>;

const chipArray = z.strictObject({
  array: count,
  conductances: cells,
  pairs: cells,
}) satisfies z.ZodType<ChipArrayDiff>;

export const difference = z.strictObject({
  before: z.string(),
  after: z.string(),
  of: z.enum(['bitstreams', 'chips']),
  header: list(z.strictObject({ field: z.string(), before: z.string(), after: z.string() })),
  same: count.describe('arrays'),
  onlyBefore: list(count).describe('arrays'),
  onlyAfter: list(count).describe('arrays'),
  arrays: z.union([list(array), list(chipArray)]),
  layers: list(layer).optional(),
  converters: list(count).optional().describe('on chips: blocks with other converters'),
  calibration: z.enum(['same', 'different']).optional(),
});
