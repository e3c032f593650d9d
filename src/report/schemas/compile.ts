/** What `compile`, `program`, `run` and `ops` print with `--json`. */
import { z } from 'zod';
import { faultReportSchema, origin, summarySchema } from '../../package/summary-schema.ts';
import {
  amount,
  corrections,
  count,
  counters,
  device,
  diagnostic,
  list,
  modelFile,
  rewriting,
  share,
} from './parts.ts';

const overLimit = z.strictObject({
  array: count,
  line: z.enum(['driver', 'column']),
  index: count,
  current: amount.describe('A'),
  limit: amount.describe('A'),
});

export const compilation = z.strictObject({
  package: z.string().describe('its folder'),
  bytes: count.describe('of all its files'),
  model: modelFile,
  target: z.strictObject({ name: z.string(), fingerprint: z.string(), overrides: list(z.string()) }),
  options: z.record(z.string(), z.unknown()).describe('as docs/options.md lists them'),
  files: z.record(z.string(), z.string()).describe('SHA-256 by file'),
  summary: summarySchema,
  faults: faultReportSchema.optional(),
  overLimit: list(overLimit).optional().describe('arrays that can be asked for more than a line may carry'),
});

const failedCell = z.strictObject({
  array: count,
  row: count,
  column: count,
  target: amount.describe('S'),
  reached: amount.describe('S'),
});

export const programming = z.strictObject({
  chip: z.string().describe('its folder'),
  package: z.string(),
  target: z.string(),
  seed: count,
  arrays: count,
  counters,
  pulsesPerCell: amount,
  failed: list(failedCell).describe('the first hundred'),
  wear: z.strictObject({ memristor: count, fecap: count }),
  enduranceUsed: z.strictObject({ memristor: amount.optional(), fecap: amount.optional() }),
  calibratedLayers: count,
  corrections,
  warnings: list(diagnostic),
  rewritten: rewriting.optional(),
  onto: z.string().optional().describe('the chip that went on'),
  delta: counters.optional().describe('what the delta alone took'),
});

const score = z.strictObject({ class: count, name: z.string().exactOptional(), score: z.number() });

export const inference = z.strictObject({
  package: z.string(),
  chip: z.string().optional(),
  seed: count,
  at: amount.describe('s after programming'),
  calibratedAt: amount.exactOptional().describe('s after programming; absent where nothing is calibrated'),
  device: device.exactOptional(),
  input: z.string(),
  sample: z.string(),
  results: list(
    z.strictObject({
      name: z.string(),
      dims: list(count),
      probabilities: z.boolean(),
      top: list(score).exactOptional(),
    }),
  ),
});

const damage = faultReportSchema.shape.before;

export const dies = z.strictObject({
  package: z.string(),
  maxNoise: amount,
  yield: z.strictObject({ before: share, after: share }),
  dies: list(
    z.strictObject({ seed: count, ...faultReportSchema.omit({ worst: true }).shape, before: damage }),
  ),
});

export const surveyed = z.strictObject({
  map: z.string().describe('file of the fault map'),
  target: z.string(),
  seed: count,
  arrays: count,
  cells: count,
  faults: count,
  sha256: z.string(),
});

export const operators = z.strictObject({
  model: z.string(),
  counts: z.strictObject({ crossbar: count, digital: count, folded: count }),
  nodes: list(origin.extend({ place: z.enum(['crossbar', 'digital', 'folded']), rule: z.string() })),
});
