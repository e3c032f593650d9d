/**
 * One task of a sweep, and its result, as plain data: a chip under one condition on some images. A result follows from the task, and
 * from files that the task knows by their hashes, wherever it is executed.
 */
import { z } from 'zod';
import { corrections } from '../column-correction.ts';
import { compensations } from '../correct/compensate.ts';
import { canonicalJson } from '../files/canonical-json.ts';
import { sha256 } from '../files/hash.ts';
import { areFlags } from './flags.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
/** A name without a folder in it. */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected the name of a file');
const count = z.int().min(0).max(1e9);

export const conditionsSchema = z.strictObject({
  at: z.number().min(0).describe('seconds after programming'),
  wires: z.boolean().describe('through the wires of the target, or as if they had no resistance'),
  compensate: z.enum(compensations),
  calibratedAt: z.number().min(0).optional().describe('seconds after programming; absent: as it is read'),
  correction: z.enum(corrections),
  noise: z.boolean().describe('of readings'),
  noiseStates: z.int().min(1).max(1e6).describe('of slow noise over the images of the task, at most'),
});

export const imagesSchema = z
  .strictObject({
    of: z.int().min(1).max(1e9).describe('images that the sweep takes, evenly spread over the data'),
    from: count.describe('number of the first of them'),
    to: count.describe('number of the one behind the last'),
  })
  .refine(({ of, from, to }) => from < to && to <= of, 'expected from < to <= of');

export type Conditions = z.infer<typeof conditionsSchema>;
export type ImageRange = z.infer<typeof imagesSchema>;

export const sweepTask = z.strictObject({
  crossloom: z.string().max(100).describe('version that the task was made by, and that executes it'),
  study: hash.describe('of the study'),
  model: z.strictObject({
    sha256: hash.describe('of the model, as packages name it'),
    file: hash.describe('SHA-256 of its file, which holds all of its tensors'),
    output: z.string().max(1e4).optional().describe('that is scored; absent: the first with classes'),
  }),
  package: z.strictObject({
    sha256: hash.describe('of the manifest'),
    files: z.record(fileName, hash).describe('SHA-256 of all of its files'),
  }),
  chip: z.int().min(0).describe('seed'),
  conditions: conditionsSchema,
  images: imagesSchema,
  data: z.strictObject({
    sha256: hash.describe('of the images of the task and their labels: dataHash'),
    preprocessing: z.record(z.string(), z.unknown()).describe('how they become inputs, with every field'),
  }),
});

export type SweepTask = z.infer<typeof sweepTask>;

const flags = z.string().max(2e8).describe('1 or 0 per image: eight images a byte, base64');
const scores = z.strictObject({
  top1: flags.optional().describe('absent without labels'),
  top5: flags.optional().describe('absent without labels, and with five classes or fewer'),
});
const energies = z
  .strictObject({ signal: z.number().min(0), noise: z.number().min(0) })
  .describe('sums of squares of the outputs, and of what the chip errs, to six digits');

export const sweepResult = z
  .strictObject({
    task: hash.describe('key of the task'),
    images: z.int().min(1).max(1e9),
    chip: scores.extend({
      agreement: flags.optional().describe('images that get the class that floating point gives them'),
      toFloat: energies,
      toIdeal: energies,
    }),
    float: scores.describe('the model in floating point'),
    ideal: scores.describe('the integer reference'),
  })
  .refine(
    ({ images: length, chip, float, ideal }) =>
      [chip.top1, chip.top5, chip.agreement, float.top1, float.top5, ideal.top1, ideal.top5].every(
        (text) => text === undefined || areFlags(text, length),
      ),
    'expected flags of as many images',
  );

export type SweepResult = z.infer<typeof sweepResult>;

/** SHA-256 of a task's canonical JSON: what its result is known by. */
export function taskKey(task: SweepTask): string {
  return sha256(canonicalJson(task));
}

/** SHA-256 of every file that a task is executed with, the images apart. The calibration record is a file of the package. */
export function blobsOf({ model, package: { files } }: SweepTask): readonly string[] {
  return [...new Set([model.file, ...Object.values(files)])].sort();
}
