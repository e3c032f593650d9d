/** The sections of a target file that every chip has: schemas, and the SI numbers that they read. */
import { z } from 'zod';
import { above0, choice, integer, quantity, type Read } from './leaf.ts';

export const array = z.strictObject({
  rows: integer(1, 65535, 'Wordlines of one array: its inputs'),
  columns: integer(1, 65535, 'Bitlines of one array: its outputs'),
  arraysPerChip: integer(1, 1e9, 'Arrays on one chip'),
});

export const driver = z.strictObject({
  bits: integer(
    1,
    8,
    'Bits of the digital-to-analogue converter on every row: inputs enter by as many bits at a time',
  ),
  polarity: choice(
    ['unipolar', 'bipolar'],
    'Whether rows are driven with the read voltage only, or with either sign of it: `bipolar` takes inputs of both signs at once',
  ),
  vRead: quantity('V', 'Read voltage of the highest level', above0),
  rowsAtOnce: integer(1, 65535, 'Rows driven in one MVM'),
});

export const adc = z.strictObject({
  bits: integer(1, 16, 'Bits of one conversion'),
  convert: choice(
    ['pair', 'column'],
    'One converter sees the difference of a `pair` of columns, or one `column`',
  ),
  energy: quantity('J', 'Energy of one conversion'),
  time: quantity('s', 'Time of one conversion'),
  sharedBy: integer(1, 65535, 'Columns (or pairs) that share one converter, one after the other'),
});

export type ArraySize = Read<typeof array>;
export type Driver = Read<typeof driver>;
export type Converter = Read<typeof adc>;
