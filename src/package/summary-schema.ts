/** The parts of a manifest that tell what a compilation came to, as they are read back: the table of layers, and faults. */
import { z } from 'zod';
import type { FaultReport } from '../ir/fault-report.ts';
import type { MappingSummary } from '../ir/summary.ts';

export const count = z.int().nonnegative();
export const hash = z.string().regex(/^[0-9a-f]{64}$/, 'this is not a SHA-256');
const amount = z.number().nonnegative();
const share = amount.max(1);

export const origin = z.strictObject({ name: z.string(), op: z.string(), index: count });

/** In dB; JSON has no Infinity, which a ratio to nothing is. */
const ratio = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.POSITIVE_INFINITY);
const estimate = z.strictObject({
  cells: count,
  writeSnr: ratio,
  roundingSnr: ratio,
  wireSnr: ratio,
  snr: ratio,
});

export const layerSummary = z.strictObject({
  origin,
  uses: z.int().positive(),
  shape: z.string(),
  rule: z.string(),
  slices: z.int().positive(),
  copies: z.int().positive(),
  digitsPerOne: z.int().positive().exactOptional(),
  repeats: z.int().positive().default(1),
  residual: z.boolean(),
  encoding: z.enum(['differential', 'offset']),
  encodingChoice: z
    .strictObject({
      reason: z.string(),
      estimates: z.strictObject({
        differential: estimate.exactOptional(),
        offset: estimate.exactOptional(),
      }),
    })
    .exactOptional(),
  blocks: z.int().positive(),
  arrays: z.int().positive(),
  utilization: share,
  mvms: count,
  drives: count,
  conversions: count,
  inSequence: count,
  expected: z.strictObject({ snr: ratio, unwired: ratio }).exactOptional(),
});

export const remedySchema = z.strictObject({
  wireCorrection: z.enum(['none', 'gains', 'levels']),
  rowOrder: z.enum(['given', 'magnitude']),
  window: share.exactOptional(),
  rowsAtOnce: z.int().positive().exactOptional(),
  rowsUsed: z.int().positive().exactOptional(),
  columnsUsed: z.int().positive().exactOptional(),
});

const remedyEstimate = z.strictObject({
  remedy: remedySchema,
  snr: ratio,
  unwired: ratio,
  least: ratio,
  arrays: count,
  conversions: count,
  over: count,
});

export const summarySchema = z.strictObject({
  layers: z.array(layerSummary).readonly(),
  digital: z.array(z.strictObject({ origin, weights: count, reason: z.string() })).readonly(),
  weights: count,
  cells: count,
  arrays: count,
  chips: count,
  passes: z
    .strictObject({ kept: count, each: z.array(z.int().positive()).min(2).readonly(), bytes: count })
    .describe('present where layers take passes')
    .exactOptional(),
  utilization: share,
  mvms: count,
  conversions: count,
  conversionEnergy: amount,
  conversionTime: amount,
  wireChoice: z
    .strictObject({ taken: remedyEstimate, tried: z.array(remedyEstimate).readonly() })
    .exactOptional(),
  copiesWorth: z
    .strictObject({ error: amount, once: amount, arrays: count, arraysOnce: count })
    .exactOptional(),
}) satisfies z.ZodType<MappingSummary>;

const damage = z.strictObject({ cells: count, noise: amount });

export const faultReportSchema = z.strictObject({
  sha256: hash,
  faulty: count,
  before: damage,
  after: damage,
  flipped: count,
  moved: count,
  rows: count,
  spare: count,
  worst: z
    .array(
      z.strictObject({
        layer: z.string(),
        array: count,
        row: count,
        column: count,
        wanted: z.number(),
        stuck: z.number(),
        noise: amount,
      }),
    )
    .readonly(),
}) satisfies z.ZodType<FaultReport>;
