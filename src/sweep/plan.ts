/**
 * What a study comes to once everything that it names has been read: designs, the conditions under which their chips are read, and
 * tasks, as plain data. A sweep is known by the hash of its plan; paths are no part of it.
 */
import { z } from 'zod';
import { canonicalJson } from '../files/canonical-json.ts';
import { sha256 } from '../files/hash.ts';
import { sha256Schema } from '../files/sha256-schema.ts';
import { metricNames, stopSchema } from './study.ts';
import { conditionsSchema, type ImageRange, imagesSchema } from './task.ts';

const plannedModel = z.strictObject({
  name: z.string(),
  sha256: sha256Schema,
  output: z.string().optional(),
  preprocessing: z.record(z.string(), z.unknown()),
  labelled: z.boolean(),
  calibration: sha256Schema.optional().describe('of the samples or the record'),
  images: imagesSchema,
});

/** A model on a target with options: what is compiled once. */
const design = z.strictObject({
  model: z.int().min(0),
  target: z.string(),
  fingerprint: sha256Schema,
  set: z.array(z.string()).describe('overrides of fields of the target'),
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).describe('by axis'),
  options: z.record(z.string(), z.unknown()),
  conditions: z.array(conditionsSchema).min(1),
});

export const planSchema = z.strictObject({
  crossloom: z.string(),
  title: z.string(),
  axes: z.array(z.string()).describe('over fields of the targets, then over those of the options'),
  models: z.array(plannedModel).min(1),
  designs: z.array(design).min(1),
  seeds: z.array(z.int()).min(1),
  imagesPerTask: z.int().min(1).optional(),
  metrics: z.array(z.enum(metricNames)).min(1),
  stop: stopSchema.optional(),
});

export type SweepPlan = z.infer<typeof planSchema>;
export type Design = SweepPlan['designs'][number];

/** What a sweep is known by. */
export function studyHash(plan: SweepPlan): string {
  return sha256(canonicalJson(plan));
}

/** The images of one chip under one condition, cut into tasks. */
export function rangesOf(plan: SweepPlan, model: number): readonly ImageRange[] {
  const { of, from, to } = plan.models[model]!.images;
  const size = plan.imagesPerTask ?? to - from;
  return Array.from({ length: Math.ceil((to - from) / size) }, (_, i) => ({
    of,
    from: from + i * size,
    to: Math.min(to, from + (i + 1) * size),
  }));
}

/** Place of a point: a design under one of its conditions. */
export interface PointPlace {
  readonly design: number;
  readonly condition: number;
}

/** Of all points, those of a design one after the other. */
export function pointsOf({ designs }: Pick<SweepPlan, 'designs'>): readonly PointPlace[] {
  return designs.flatMap(({ conditions }, design) =>
    conditions.map((_, condition) => ({ design, condition })),
  );
}

/** Place of a task: a point, a chip by its number, and a range of images by its number. */
export interface TaskPlace extends PointPlace {
  readonly chip: number;
  readonly range: number;
}

/**
 * All tasks, in the order of results: design by design, and chip by chip, so that a package is opened and a chip programmed for
 * all of its tasks.
 */
export function* placesOf(plan: SweepPlan): Generator<TaskPlace, void, undefined> {
  for (const [design, { model, conditions }] of plan.designs.entries()) {
    const ranges = rangesOf(plan, model).length;
    for (let chip = 0; chip < plan.seeds.length; chip++)
      for (let condition = 0; condition < conditions.length; condition++)
        for (let range = 0; range < ranges; range++) yield { design, condition, chip, range };
  }
}

export function countTasks(plan: SweepPlan): number {
  return plan.designs.reduce(
    (sum, { model, conditions }) =>
      sum + plan.seeds.length * conditions.length * rangesOf(plan, model).length,
    0,
  );
}
