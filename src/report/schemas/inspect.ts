/** What `inspect` prints with `--json`. */
import { z } from 'zod';
import type { ChipArrayLook } from '../../inspect/inspect-chip.ts';
import type { ArrayLook, ConverterLook } from '../../inspect/inspect-package.ts';
import { layerSummary } from '../../package/summary-schema.ts';
import { amount, count, counters, list, share } from './parts.ts';

const converters = z.strictObject({
  count,
  bits: count,
  convert: z.enum(['pair', 'column']),
  narrowest: amount.describe('S, from the lowest code to the highest'),
  widest: amount.describe('S'),
}) satisfies z.ZodType<ConverterLook>;

const layer = layerSummary.extend({
  name: z.string(),
  onArrays: list(count),
  inputs: z.strictObject({ bits: count, signed: z.boolean(), scale: amount, zero: z.int() }),
  digitStep: amount.describe('S, summed over its repeats'),
  converters,
});

const array = z.strictObject({
  array: count,
  instructions: z.record(z.string(), count).describe('by operation'),
  cellsFormed: count,
  cellsProgrammed: count.describe('that are told a level'),
  pairsWritten: count.describe('that are told a hidden integer or an aim'),
  levels: list(count).describe('cells by level code'),
  layers: list(z.string()),
  rowsUsed: count,
  columnsUsed: count,
  filled: share.describe('of its cells, in blocks'),
}) satisfies z.ZodType<ArrayLook>;

const chipArray = z.strictObject({
  array: count,
  counters,
  conductances: z.strictObject({
    least: amount.describe('S'),
    mean: amount.describe('S'),
    most: amount.describe('S'),
    histogram: list(count).describe('cells in equal steps from least to most'),
  }),
}) satisfies z.ZodType<ChipArrayLook>;

export const inspected = z.strictObject({
  package: z.string().optional(),
  chip: z.string().optional(),
  target: z.string(),
  model: z.string().optional(),
  seed: count.optional().describe('of a chip'),
  layers: list(layer).optional(),
  arrays: list(array).optional(),
  programming: z
    .strictObject({ counters, programmed: count.describe('arrays that it is expected from'), arrays: count })
    .optional(),
  total: counters.optional().describe('of a chip'),
  chipArrays: list(chipArray).optional(),
});
