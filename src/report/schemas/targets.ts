/** What `targets` prints with `--json`. */
import { z } from 'zod';
import type { StaircaseLevel } from '../../schemes/transfer/staircase.ts';
import { amount, count, list, share } from './parts.ts';

const about = { name: z.string(), fingerprint: z.string() };
const counted = { values: count, assumed: count.describe('values without a source') };

export const targetList = z.strictObject({
  targets: list(
    z
      .looseObject({ ...about, ...counted, title: z.string() })
      .describe('and the sections of the target, in SI units'),
  ),
});

export const targetFields = z.strictObject({
  ...about,
  title: z.string(),
  overrides: list(z.string()),
  fields: list(
    z.strictObject({
      field: z.string(),
      text: z.string().describe('as it is written'),
      from: z.enum(['paper', 'source', 'measured', 'derived', 'assumed', 'override']),
      source: z.string(),
      value: z.unknown().describe('in SI units'),
      unit: z.string().optional(),
      description: z.string().optional(),
    }),
  ),
});

export const targetChecked = z.strictObject({ ok: z.literal(true), ...about, ...counted });

export const targetImported = z.strictObject({
  ...about,
  ...counted,
  file: z.string(),
  format: z.string().describe('of the file, by its tool'),
  like: z.string().describe('bundled target whose values stand for what the file does not say'),
  fields: list(
    z.strictObject({
      field: z.string(),
      from: z.enum(['paper', 'source', 'measured', 'derived', 'assumed', 'override']),
      source: z.string(),
      value: z.unknown().describe('as it is written'),
    }),
  ),
  lost: list(z.strictObject({ field: z.string(), value: z.string(), reason: z.string() })).describe(
    'fields of the file that the target does not have',
  ),
});

const spread = z.strictObject({ mean: z.number(), sigma: amount }).describe('of G+ - G- (S)');

const level = z.strictObject({
  digit: z.int(),
  ideal: z.number(),
  all: spread,
  alone: z.strictObject({
    sign: spread,
    charge: spread,
    line: spread,
    threshold: spread,
    set: spread,
    reset: spread,
  }),
  signErrors: share,
}) satisfies z.ZodType<StaircaseLevel>;

const physics = {
  chargeShare: share,
  window: z.number().describe('V'),
  worstWindow: z.number().describe('V'),
  film: z
    .strictObject({
      charge: z.number(),
      energy: z.number(),
      window: z.number(),
      voltage: z.number(),
      remanence: z.number(),
      coerciveVoltage: z.number(),
      loop: list(z.strictObject({ voltage: z.number(), polarization: z.number() })),
    })
    .exactOptional(),
  access: z
    .strictObject({
      lineStep: z.number(),
      lineCapacitance: z.number().optional(),
      highest: z.number(),
      saturated: z.boolean(),
      setEnergy: amount,
      formEnergy: amount,
    })
    .exactOptional(),
};

export const staircase = z.strictObject({
  name: z.string(),
  overrides: list(z.string()),
  circuits: count,
  transfers: count,
  seed: count,
  ...physics,
  levels: list(level),
});
