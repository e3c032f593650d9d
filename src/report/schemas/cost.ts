/** What `cost` prints with `--json`. */
import { z } from 'zod';
import type { Balance } from '../../cost/balance.ts';
import type { Cost, DigitalCost, Efficiency, LayerCost } from '../../cost/cost.ts';
import { type ByPart, type Part, parts } from '../../cost/parts.ts';
import type { PassesCost, Way } from '../../cost/passes.ts';
import { amount, count, list } from './parts.ts';

const joules = amount.describe('J');
const seconds = amount.describe('s');
const area = amount.describe('m2');
const byPart = (of: z.ZodType<number>) =>
  z.strictObject(Object.fromEntries(parts.map((part) => [part, of])) as Record<Part, z.ZodType<number>>);

const layer = z.strictObject({
  name: z.string(),
  arrays: count,
  macs: count.describe('products of a weight and an input'),
  energy: joules,
  parts: byPart(joules) satisfies z.ZodType<ByPart>,
  time: seconds.describe('s, its arrays at once'),
  rows: count.describe('of positions, of which replicas could take a share each'),
  programming: z.strictObject({ energy: joules, time: seconds }).describe('its share, by its cells'),
}) satisfies z.ZodType<LayerCost>;

const digital = z.strictObject({
  operations: amount,
  energy: joules,
  time: seconds,
  nodes: list(z.strictObject({ name: z.string(), op: z.string(), operations: amount })),
}) satisfies z.ZodType<DigitalCost>;

const efficiency = z.strictObject({
  rate: amount.describe('operations per second, two for every product'),
  perJoule: amount.describe('operations per second and watt'),
  perArea: amount.describe('operations per second and square metre'),
}) satisfies z.ZodType<Efficiency>;

const way = z.strictObject({
  arrays: count,
  chips: count,
  onArrays: amount.describe('share of the products that arrays compute'),
  energy: joules.describe('J, of one inference with its share of what is written for a batch'),
  time: seconds.describe('s, the same, one inference and one layer after the other'),
}) satisfies z.ZodType<Way>;

const passes = z.strictObject({
  kept: count.describe('arrays that are written once'),
  each: list(count).describe('arrays that every pass writes'),
  bytes: count.describe('of one inference that wait between passes'),
  batch: count,
  writing: z
    .strictObject({
      cells: count,
      energy: joules,
      time: seconds.describe('s, one array after the other'),
      wear: z
        .strictObject({ memristor: count, fecap: count })
        .describe('cycles of the one with the most, of the arrays that were written'),
      written: count.describe('arrays of the chip that it is expected from'),
      arrays: count.describe('arrays of the chip that passes write'),
    })
    .describe('for every batch'),
  waiting: count.describe('bytes of a batch'),
  batchForTenth: count.describe('batch from which on writing takes a tenth of the time at most'),
  batches: count.exactOptional().describe('until the endurance that the target states is used up'),
  ways: z.strictObject({ passes: way, digital: way, enough: way }),
  digitalLayers: list(z.string()),
}) satisfies z.ZodType<PassesCost>;

export const costs = z.strictObject({
  package: z.string(),
  target: z.string(),
  model: z.string(),
  balance: z
    .strictObject({
      arrays: count,
      interval: seconds.describe('s, of the slowest layer'),
      replicas: list(z.strictObject({ name: z.string(), replicas: count })),
    })
    .optional()
    .describe('replicas of layers for a number of arrays'),
  circuits: z.string().describe('target whose circuits are counted'),
  layers: list(layer),
  digital: digital.describe('nodes that stay digital; scale and bias of a layer count as its own'),
  inference: z.strictObject({
    macs: count,
    energy: joules,
    parts: byPart(joules),
    latency: seconds.describe('s, each layer beginning when all of its inputs are there'),
    pipelined: seconds.describe('s, each layer beginning as soon as it has what its first output needs'),
    interval: seconds.describe('s, from one inference to the next where layers work on several'),
  }),
  area: z.strictObject({
    arrays: count,
    chips: count,
    perArray: area,
    parts: byPart(area),
    transfer: area.describe('m2, FeCAPs and what transfers them'),
    used: area.describe('m2, of the arrays that are used'),
    whole: area.describe('m2, of whole chips'),
  }),
  programming: z.strictObject({
    energy: joules,
    time: seconds.describe('s, one array after the other'),
    parts: z.record(
      z.string(),
      z.strictObject({ operations: count, devices: count, time: seconds, energy: joules }),
    ),
    programmed: count.describe('arrays that it is expected from'),
  }),
  efficiency: z.strictObject({
    network: efficiency,
    peak: efficiency.describe('of a chip all of whose arrays are full and always at work'),
    weightBits: count,
    inputBits: count,
  }),
  assumed: z.strictObject({
    energy: list(z.enum(parts)),
    area: list(z.enum(parts)),
    time: z.boolean(),
    programming: z.boolean(),
    fields: list(z.string()),
  }),
  passes: passes.exactOptional().describe('where layers take passes'),
}) satisfies z.ZodType<
  Cost & {
    readonly package: string;
    readonly target: string;
    readonly model: string;
    readonly balance?: Balance | undefined;
  }
>;
