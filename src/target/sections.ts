/** The arrays of a target: a section of its file, and the numbers that it reads. */
import { z } from 'zod';
import { integer, type Read } from './leaf.ts';

export const array = z.strictObject({
  rows: integer(1, 65535, 'Wordlines of one array: its inputs'),
  columns: integer(1, 65535, 'Bitlines of one array: its outputs'),
  arraysPerChip: integer(1, 1e9, 'Arrays on one chip'),
});

export type ArraySize = Read<typeof array>;
