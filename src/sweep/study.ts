/** A study: what a sweep varies, and what it measures. The fields are described in docs/sweep.md. */
import { z } from 'zod';
import { corrections, defaultCorrection } from '../column-correction.ts';
import { compensations, usualCompensation } from '../correct/compensate.ts';
import { presetNames } from '../data/presets.ts';
import { parseTime } from '../text/time.ts';
import { wiresRead } from '../verify/conditions.ts';
import { defaultStates } from '../verify/options.ts';
import { axisSchema } from './axes.ts';

const path = z.string().min(1).max(4096);
/** Seeds of chips, as flags take them. */
const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);
const mostChips = 100_000;

const time = z
  .union([z.number(), z.string()])
  .transform((text, context) => {
    const seconds = parseTime(String(text));
    if (seconds !== undefined && seconds >= 0) return seconds;
    context.issues.push({
      ...{ code: 'custom', input: text },
      message: `'${text}' is no time after programming, such as 0, 1s, 1h, 1d or 10y`,
    });
    return z.NEVER;
  })
  .describe('time after programming, such as 1s, 1h, 1d or 10y');

/** One, or several. */
const some = <T extends z.ZodType>(item: T) =>
  z.union([item.transform((one) => [one]), z.array(item).min(1)]);

const model = z
  .strictObject({
    file: path.describe('the ONNX file'),
    name: z.string().min(1).max(200).optional().describe('in tables and plots; default: that of the file'),
    data: path.describe('samples that are scored, as docs/data.md lists their formats'),
    labels: path.optional().describe('their labels, where these are not found by name'),
    calibrate: path.optional().describe('sample inputs for calibration'),
    calibration: path.optional().describe('calibration.npz of an earlier package, or that package'),
    preset: z.enum(presetNames).optional().describe('how samples become inputs, as published'),
    preprocess: path.optional().describe('how samples become inputs: a file'),
    output: z.string().min(1).optional().describe('that is scored; default: the first with classes'),
    acceptChance: z
      .boolean()
      .default(false)
      .describe('go on where floating point does no better than guessing'),
  })
  .refine(({ calibrate, calibration }) => calibrate === undefined || calibration === undefined, {
    ...{ path: ['calibration'], message: 'give samples (calibrate) or an earlier record, and not both' },
  })
  .refine(({ preset, preprocess }) => preset === undefined || preprocess === undefined, {
    ...{ path: ['preprocess'], message: 'give a preset or a file, and not both' },
  });

/** Figures of a point, in the order of tables. */
export const metricNames = ['top1', 'top5', 'agreement', 'difference', 'snr'] as const;
export type MetricName = (typeof metricNames)[number];
/** Those in percent or points, whose intervals can stop a point. */
const shares = ['top1', 'top5', 'agreement', 'difference'] as const;

export const stopSchema = z.strictObject({
  metric: z.enum(shares).default('difference').describe('whose 95 % interval is looked at'),
  narrowerThan: z.number().positive().max(100).describe('points from end to end of the interval'),
  atLeast: z.int().min(2).max(mostChips).default(3).describe('chips before a point may end'),
});

export const studySchema = z
  .strictObject({
    title: z.string().min(1).max(200).optional().describe('of the report'),
    models: z.array(model).min(1).max(1000),
    targets: z.array(path).min(1).max(1000).optional().describe('names of bundled targets, or files'),
    set: z.record(z.string(), axisSchema).default({}).describe('axes over fields of the targets'),
    optionsFile: path.optional().describe('options that all points start from'),
    options: z.record(z.string(), axisSchema).default({}).describe('axes over fields of the options'),
    chips: z.int().min(1).max(mostChips).optional().describe('chips of a point, with the seeds 1, 2, ...'),
    seeds: z
      .union([
        z.array(seed).min(1).max(mostChips),
        z
          .strictObject({ from: seed, to: seed })
          .refine(({ from, to }) => from <= to && to - from < mostChips, 'expected from <= to')
          .transform(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
      ])
      .optional()
      .describe('seeds of the chips, instead of their number'),
    times: some(time).default([0]).describe('at which chips are read'),
    wires: z.enum(wiresRead).default('on').describe('read through the wires of a target, without, or both'),
    compensate: some(z.enum(compensations)).default([usualCompensation]),
    calibratedAt: time.optional().describe('of a calibration that all readings have'),
    correction: z.enum(corrections).default(defaultCorrection),
    noise: z.boolean().default(true).describe('of readings'),
    noiseStates: z.int().min(1).max(1e6).default(defaultStates).describe('of slow noise, for each task'),
    images: z
      .union([
        z.int().min(1),
        z
          .strictObject({ from: z.int().min(0), to: z.int().min(1) })
          .refine(({ from, to }) => from < to, 'expected from < to'),
      ])
      .optional()
      .describe('number of images, evenly spread over the data; or a range of them. Default: all'),
    imagesPerTask: z.int().min(1).optional().describe('at most; default: all'),
    metrics: z.array(z.enum(metricNames)).min(1).optional(),
    stop: stopSchema.optional().describe('adds no chips to a point whose interval is narrow enough'),
  })
  .refine(({ chips, seeds }) => chips === undefined || seeds === undefined, {
    ...{ path: ['seeds'], message: 'give the number of chips or their seeds, and not both' },
  })
  .refine(({ seeds }) => seeds === undefined || new Set(seeds).size === seeds.length, {
    ...{ path: ['seeds'], message: 'there is the same seed twice' },
  });

export type Study = z.output<typeof studySchema>;
export type StudyModel = Study['models'][number];

/** Chips of a point where nothing else is said. */
const usualChips = 3;

export function seedsOf({ chips = usualChips, seeds }: Pick<Study, 'chips' | 'seeds'>): readonly number[] {
  return seeds ?? Array.from({ length: chips }, (_, i) => i + 1);
}

/** The JSON Schema (draft 2020-12) of study files, for editors. */
export function studyJsonSchema(): object {
  return { title: 'Crossloom study', ...z.toJSONSchema(studySchema, { io: 'input', reused: 'ref' }) };
}
