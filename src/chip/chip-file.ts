/**
 * A saved chip: a folder with `chip.json` and the numbers beside it as .npy files, which NumPy reads as they are.
 * This file holds what save and load share: the schema of chip.json, and name, element type and axes of every array.
 */
import { z } from 'zod';
import { corrections } from '../column-correction.ts';
import type { NpyType } from '../files/npy.ts';
import { sha256Schema } from '../files/sha256-schema.ts';
import { type ArrayCounters, type ArrayHistory, countFields } from './chip.ts';

export const chipJson = 'chip.json';

/** What the lengths of axes follow from: those of the chip, its converters, and what its calibration corrects. */
export interface Extent {
  readonly header: ChipJson['header'];
  readonly converters: number;
  readonly corrected: number;
  /** Coefficients and directions of the sums of inputs that it adds. */
  readonly coefficients: number;
  readonly directions: number;
}

export interface ArrayFile {
  readonly name: `${string}.npy`;
  readonly type: NpyType;
  dims(extent: Extent): readonly number[];
}

const cells = ({ header }: Extent) => [header.arrays, header.rows, header.columns];
const pairs = ({ header }: Extent) => [header.arrays, header.rows, header.columns >> 1];
const fecaps = (extent: Extent) => [...pairs(extent), extent.header.hiddenBits];
const lines = ({ header }: Extent) => [header.arrays, header.rows];
const converters = (extent: Extent) => [extent.converters];
const corrected = (extent: Extent) => [extent.corrected];
const coefficients = (extent: Extent) => [extent.coefficients];
const directions = (extent: Extent) => [extent.directions];

/** Units and meanings stand in FORMAT.md of src/package. */
export const arrayFiles = {
  conductances: { name: 'conductances.npy', type: 'float32', dims: cells },
  hidden: { name: 'hidden-integers.npy', type: 'int16', dims: pairs },
  traps: { name: 'cell-traps.npy', type: 'uint32', dims: cells },
  operations: { name: 'cell-operations.npy', type: 'uint32', dims: cells },
  cycles: { name: 'cell-cycles.npy', type: 'uint32', dims: cells },
  levels: { name: 'level-codes.npy', type: 'int32', dims: cells },
  formed: { name: 'formed.npy', type: 'uint8', dims: cells },
  fecapWrites: { name: 'fecap-writes.npy', type: 'uint32', dims: fecaps },
  wakeUps: { name: 'wake-ups.npy', type: 'uint32', dims: lines },
  passes: { name: 'cell-passes.npy', type: 'uint8', dims: cells },
  zeros: { name: 'converter-zeros.npy', type: 'int32', dims: converters },
  steps: { name: 'converter-steps.npy', type: 'float32', dims: converters },
  gains: { name: 'correction-gains.npy', type: 'float32', dims: corrected },
  biases: { name: 'correction-biases.npy', type: 'float32', dims: corrected },
  coefficients: { name: 'correction-coefficients.npy', type: 'float32', dims: coefficients },
  directions: { name: 'correction-directions.npy', type: 'float32', dims: directions },
} as const satisfies Readonly<Record<string, ArrayFile>>;

/** The delta of a pass over the chip, counted from 1. */
export const deltaName = (pass: number) => `rewrite-${pass}.xbs`;

/** The files of what cells have been through, which a chip has all of or none. */
export const historyFields = [
  'operations',
  'cycles',
  'levels',
  'formed',
  'fecapWrites',
  'wakeUps',
] as const satisfies readonly (keyof ArrayHistory)[];

export type Numbers = Float32Array | Int32Array | Int16Array | Uint32Array | Uint8Array;

/** The bytes of an array, without copying. */
export function bytesOf(numbers: Numbers): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const counted = countFields.map((field) => [field, field === 'time' || field === 'energy' ? amount : count]);
const counters = z.strictObject(Object.fromEntries(counted) as Record<keyof ArrayCounters, z.ZodNumber>);

export const chipSchema = z.strictObject({
  format: z.literal('crossloom-chip'),
  version: z
    .literal([2, 3, 4])
    .describe(
      '3: layers calibrated each by itself, no cells written again; 2: without sums of inputs besides',
    ),
  header: z.strictObject({
    rows: z.int().positive(),
    columns: z.int().positive(),
    levels: z.int().positive(),
    hiddenBits: count.max(16),
    updates: z.literal(true).optional(),
    arrays: z.int().positive(),
    target: z.string(),
    fingerprint: sha256Schema,
  }),
  seed: z.int(),
  bitstream: z.string(),
  passes: z
    .strictObject({ kept: count, each: z.array(z.int().positive()).min(2) })
    .describe('where layers took passes: arrays that stayed, and those of every pass')
    .optional(),
  drivers: z.array(z.strictObject({ bits: count, vRead: z.number() }).nullable()),
  converters: z.array(
    z.strictObject({ block: count, bits: count, convert: z.enum(['pair', 'column']), count }),
  ),
  counters: z.array(counters),
  failed: z.array(
    z.strictObject({ array: count, row: count, column: count, target: z.number(), reached: z.number() }),
  ),
  wear: z.strictObject({ memristor: count, fecap: count }),
  calibration: z
    .strictObject({
      at: amount,
      wires: z.boolean(),
      correction: z.enum(corrections).default('columns'),
      sequential: z.boolean().default(false),
      layers: z.array(
        z.strictObject({
          output: z.string(),
          columns: count,
          sums: z.strictObject({ rank: z.int().positive(), directions: count }).optional(),
        }),
      ),
    })
    .describe('when the chip was read for it (s after programming), and whether through its wires')
    .optional(),
  rewritten: z
    .strictObject({
      wait: amount,
      at: amount,
      rounds: z.array(
        z.strictObject({ cells: count, reads: count, time: amount, energy: amount, bitstream: sha256Schema }),
      ),
      writes: z.strictObject({ cells: count, all: count, most: count }),
      layers: z.array(z.strictObject({ output: z.string(), before: amount, after: amount })),
    })
    .describe('of a chip that was written again')
    .optional(),
  files: z.record(z.string(), z.strictObject({ bytes: count, sha256: sha256Schema })),
});

export type ChipJson = z.infer<typeof chipSchema>;
