/** The arrays of a target and the faults of its cells: sections of its file, and the SI numbers that they read. */
import { z } from 'zod';
import { above0, integer, leaf, type Read, share } from './leaf.ts';

export const array = z.strictObject({
  rows: integer(1, 65535, 'Wordlines of one array: its inputs'),
  columns: integer(1, 65535, 'Bitlines of one array: its outputs'),
  arraysPerChip: integer(1, 1e9, 'Arrays on one chip'),
});

/** Cells that do not do as they are told. */
export const faults = z.strictObject({
  stuckLow: share('Share of cells that conduct gMin whatever is done'),
  stuckHigh: share('Share of cells that conduct gMax whatever is done'),
  endurance: leaf(above0, '', 'Pulses that a memristor endures'),
  spent: leaf(z.number().min(0), '', 'Pulses that every memristor has seen before'),
});

export type ArraySize = Read<typeof array>;
export type Faults = Read<typeof faults>;
