/** What `where` prints with `--json`. */
import { z } from 'zod';
import type { BlockPlace, CellPlace, Weight } from '../../inspect/where.ts';
import { amount, count, list } from './parts.ts';

const span = z.strictObject({ start: count, end: count.describe('one past the last') });

const block = z.strictObject({
  layer: z.string(),
  block: count.describe('number in host.onnx'),
  array: count,
  rows: span.describe('of cells'),
  columns: span.describe('of cells'),
  slice: count,
  copy: count,
  groups: span.describe("of the layer's matrix"),
  inputs: span.describe('rows of the matrix'),
  outputs: span.describe('columns of the matrix'),
}) satisfies z.ZodType<BlockPlace>;

const cell = z.strictObject({
  array: count,
  row: count,
  column: count,
  slice: count,
  copy: count,
  sign: z.union([z.literal(-1), z.literal(0), z.literal(1)]).describe('0 in spare columns'),
  digit: z.int().exactOptional(),
  level: count.exactOptional().describe('level code that it is told'),
  pair: z.int().exactOptional().describe('hidden integer, or aim, that its pair is told'),
  instructions: list(z.strictObject({ number: count.describe("in its array's program"), op: z.string() })),
}) satisfies z.ZodType<Omit<CellPlace, 'instructions'>>;

const chipCell = cell.extend({ conductance: amount.exactOptional().describe('S, on the chip') });

const weight = z.strictObject({
  index: list(count),
  integer: z.int(),
  weightMax: count,
  value: z.number().describe('in units of the model'),
}) satisfies z.ZodType<Weight>;

export const places = z.strictObject({
  package: z.string(),
  chip: z.string().optional(),
  layer: z.string().optional(),
  dims: list(count).optional().describe('sizes of the index of a weight'),
  blocks: list(block).optional(),
  weight: weight.optional(),
  cells: list(chipCell).optional(),
});
