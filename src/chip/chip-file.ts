/**
 * A saved chip: a folder with `chip.json` and the numbers beside it in little-endian binary files, array after array.
 * This file holds what save and load share: the schema of chip.json, the file names and the order of their numbers.
 *
 *   conductances.f32   conductances of every array (S)
 *   hidden.i16         hidden integers of every array; only on chips with hidden planes
 *   converters.i32     zero codes, block after block
 *   converters.f32     steps (S), block after block
 *   operations.u32, cycles.u32, levels.i32, formed.u8, fecap-writes.u32, wake-ups.u32
 *                      what the cells have been through: see ArrayHistory; only on chips that keep it
 *   calibration.f32    gain, then bias, layer after layer; only on calibrated chips
 */
import { z } from 'zod';
import { type ArrayCounters, type ArrayHistory, countFields } from './chip.ts';

export const chipJson = 'chip.json';

export const fileNames = {
  conductances: 'conductances.f32',
  hidden: 'hidden.i16',
  operations: 'operations.u32',
  cycles: 'cycles.u32',
  levels: 'levels.i32',
  formed: 'formed.u8',
  fecapWrites: 'fecap-writes.u32',
  wakeUps: 'wake-ups.u32',
  zeros: 'converters.i32',
  steps: 'converters.f32',
  calibration: 'calibration.f32',
} as const;

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
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const counted = countFields.map((field) => [field, field === 'time' || field === 'energy' ? amount : count]);
const counters = z.strictObject(Object.fromEntries(counted) as Record<keyof ArrayCounters, z.ZodNumber>);

export const chipSchema = z.strictObject({
  format: z.literal('crossloom-chip'),
  version: z.literal(1),
  header: z.strictObject({
    rows: z.int().positive(),
    columns: z.int().positive(),
    levels: z.int().positive(),
    hiddenBits: count.max(16),
    arrays: z.int().positive(),
    target: z.string(),
    fingerprint: hash,
  }),
  seed: z.int(),
  bitstream: z.string(),
  drivers: z.array(z.strictObject({ bits: count, vRead: z.number() }).nullable()),
  converters: z.array(
    z.strictObject({ block: count, bits: count, convert: z.enum(['pair', 'column']), count }),
  ),
  counters: z.array(counters),
  failed: z.array(
    z.strictObject({ array: count, row: count, column: count, target: z.number(), reached: z.number() }),
  ),
  wear: z.strictObject({ memristor: count, fecap: count }),
  calibration: z.array(z.strictObject({ output: z.string(), columns: count })).optional(),
  calibratedUnder: z
    .strictObject({ at: amount, wires: z.boolean() })
    .optional()
    .describe('when the chip was read for it (s after programming), and whether through its wires'),
  files: z.record(z.string(), z.strictObject({ bytes: count, sha256: hash })),
});

export type ChipJson = z.infer<typeof chipSchema>;
