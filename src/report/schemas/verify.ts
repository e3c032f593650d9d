/** What `verify --json` prints, without the name of its schema. */
import { z } from 'zod';
import { compensations } from '../../correct/compensate.ts';
import { origin } from '../../package/summary-schema.ts';
import type { VerifyReport } from '../../verify/report.ts';
import {
  amount,
  corrections,
  count,
  counters,
  device,
  diagnostic,
  list,
  modelFile,
  percent,
  rewriting,
  share,
  snr,
} from './parts.ts';

const scores = {
  top1: percent.exactOptional(),
  top5: percent.exactOptional(),
  words: percent.exactOptional().describe('texts read without a mistake'),
  symbolErrors: amount
    .exactOptional()
    .describe('symbols to change, % of those written, or read by floating point where no texts were given'),
  rmse: amount.exactOptional().describe('of values, in their unit'),
  r2: z.number().exactOptional(),
  agreement: percent.exactOptional().describe('images with the class, or text, of floating point'),
};
const ofRun = { ...scores, snrToFloat: snr, snrToIdeal: snr };

const difference = z.strictObject({
  points: z.number(),
  low: z.number(),
  high: z.number(),
  standardError: amount,
});

const spreadOf = (mean: z.ZodNumber) =>
  z.strictObject({
    mean,
    deviation: amount.exactOptional().describe('of the sample; absent for one trial'),
  });
const spread = spreadOf(percent);

const mapped = {
  top1: spread.exactOptional(),
  top5: spread.exactOptional(),
  words: spread.exactOptional(),
  symbolErrors: spreadOf(amount).exactOptional(),
  rmse: spreadOf(amount).exactOptional(),
  r2: spreadOf(z.number()).exactOptional(),
  agreement: spread.exactOptional(),
  difference: difference.exactOptional(),
  snrToFloat: snr,
  snrToIdeal: snr,
};

const calibratedAt = amount.exactOptional();

const reading = z.strictObject({
  ...mapped,
  at: amount.describe('s after programming'),
  wires: z.boolean(),
  compensated: z.enum(compensations),
  calibratedAt: calibratedAt.describe(
    's after programming; absent where nothing is calibrated, or chips differ in it',
  ),
  sequential: z
    .boolean()
    .exactOptional()
    .describe('layer after layer, on what those before give; false: each by itself'),
  trials: list(z.strictObject({ ...ofRun, calibratedAt: calibratedAt.describe('s after programming') })),
});

const trial = z.strictObject({
  ...ofRun,
  seed: count,
  chip: z.string().exactOptional().describe('folder of a chip that was programmed before'),
  calibrated: z.boolean(),
  corrections,
  programming: counters,
  rewritten: rewriting.exactOptional(),
  pulsesPerCell: amount.exactOptional(),
  duration: z.strictObject({ program: amount, simulate: amount }),
});

const data = z.strictObject({
  name: z.string(),
  path: z.string(),
  images: count,
  labelled: z.boolean(),
  metric: z.enum(['classes', 'ctc', 'regression']).exactOptional(),
  classes: count.exactOptional(),
  labelOffset: z.int(),
  calibrationOverlap: count,
  calibrationExcluded: z.boolean(),
  preprocessing: z.unknown(),
});

const bound = z.strictObject({
  flag: z.enum(['--min-accuracy', '--max-drop']),
  limit: z.number(),
  measured: z.number(),
  met: z.boolean(),
});

const cost = z.strictObject({
  arrays: count,
  chips: count,
  mvms: count,
  conversions: count,
  conversionEnergy: amount.describe('J per inference'),
  conversionTime: amount.describe('s per inference'),
});

const reads = {
  vectors: count.describe('inputs that are put on the rows, of whole samples too'),
  conversions: count,
  time: amount.describe('s, of the conversions'),
  energy: amount.describe('J, in the converters'),
};
const calibration = z.strictObject({
  ...reads,
  samples: count.describe('that go through the chip as a whole'),
  layers: list(z.strictObject({ origin, output: z.string(), ...reads })),
});

const effect = z.strictObject({
  name: z.string(),
  applied: z.boolean(),
  parameters: z.record(z.string(), z.string()),
  law: z.string(),
});

const layer = z.strictObject({ origin, output: z.string(), snr, own: snr, saturated: share });
const assumed = z.strictObject({ field: z.string(), text: z.string(), source: z.string() });

export const verifyReport = z.strictObject({
  crossloom: z.string(),
  model: modelFile,
  package: z.strictObject({ folder: z.string(), bitstream: z.string() }),
  target: z.strictObject({
    name: z.string(),
    title: z.string(),
    fingerprint: z.string(),
    overrides: list(z.string()),
  }),
  data,
  output: z.string(),
  seeds: list(count),
  float: z.strictObject(scores),
  ideal: z.strictObject({ ...scores, snrToFloat: snr, difference: difference.exactOptional() }),
  recalledReferences: list(z.enum(['float', 'ideal'])).describe(
    'those whose outputs an earlier run has kept',
  ),
  mapped: reading.describe('the first of the readings'),
  readings: list(reading),
  refresh: z
    .strictObject({
      maxDrop: z.number(),
      calibratedAt: calibratedAt.describe('of all readings; absent where each has its own'),
      within: amount.exactOptional(),
      beyond: amount.exactOptional(),
    })
    .exactOptional(),
  calibration: calibration.exactOptional().describe('what calibrating one chip takes'),
  trials: list(trial),
  recalledTrials: count.describe('trials that an earlier verification has kept'),
  snrImages: count,
  layers: z.strictObject({ images: count, snr: list(layer) }),
  cost,
  effects: list(effect),
  notModelled: list(z.string()),
  readsAlike: z.boolean(),
  assumed: z.strictObject({ of: count, values: list(assumed) }),
  knownAnswer: z.strictObject({ maxDifference: amount, largest: amount }),
  device: device.exactOptional(),
  bounds: list(bound),
  warnings: list(diagnostic),
  duration: amount.describe('s of this computer'),
}) satisfies z.ZodType<VerifyReport>;
