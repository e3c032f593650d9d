/** What `sweep --json` prints. */
import { z } from 'zod';
import { compensations } from '../../correct/compensate.ts';
import { metricNames, stopSchema } from '../../sweep/study.ts';
import { amount, count, list, percent } from './parts.ts';

const figure = z
  .strictObject({ value: z.number(), low: z.number().exactOptional(), high: z.number().exactOptional() })
  .describe('percent, points or dB, with its 95 % interval');

const shard = z.strictObject({ number: count, of: count });

const point = z.strictObject({
  model: z.string(),
  target: z.string(),
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).describe('by axis'),
  at: amount.describe('s after programming'),
  wires: z.boolean(),
  compensate: z.enum(compensations),
  images: count,
  measured: z
    .strictObject({
      chips: count,
      figures: z.partialRecord(z.enum(metricNames), figure),
      shares: list(percent).exactOptional().describe('of each chip'),
      float: percent.exactOptional(),
      ideal: percent.exactOptional(),
      cost: z.strictObject({
        arrays: count,
        chips: count,
        conversions: count,
        conversionEnergy: amount.describe('J'),
        conversionTime: amount.describe('s'),
        energy: amount.exactOptional().describe('J'),
        latency: amount.exactOptional().describe('s'),
        area: amount.exactOptional().describe('m2'),
      }),
    })
    .exactOptional(),
  problem: z.string().exactOptional().describe('why it cannot be compiled'),
});

const report = z.strictObject({
  crossloom: z.string(),
  study: z.string().describe('SHA-256 of the plan'),
  title: z.string(),
  axes: list(z.string()),
  metrics: list(z.enum(metricNames)),
  share: z.enum(['top1', 'agreement']),
  stop: stopSchema.exactOptional(),
  mostChips: count,
  points: list(point),
});

export const sweepOutcome = z.strictObject({
  crossloom: z.string(),
  folder: z.string(),
  shard: shard.describe('1 of 1: all of it'),
  report: report.exactOptional().describe('once no task is missing'),
  missing: count.exactOptional(),
  all: count.exactOptional(),
  parts: list(z.strictObject({ shard, missing: count })).exactOptional(),
});

export const sweepEstimate = z.strictObject({
  crossloom: z.string(),
  title: z.string(),
  designs: count,
  points: count,
  tasks: count.describe('at most, with a stop rule'),
  threads: count,
  compileTime: amount.describe('s, of one design'),
  taskTime: amount.describe('s, of one task on one thread'),
  taskMemory: amount.describe('bytes'),
  sharedMemory: amount.describe('bytes'),
  time: amount.describe('s, of all'),
  memory: amount.describe('bytes, of all'),
});
