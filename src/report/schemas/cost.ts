/** What `cost` prints with `--json`. */
import { z } from 'zod';
import type { Balance } from '../../cost/balance.ts';
import type { Cost, DigitalCost, Efficiency, LayerCost } from '../../cost/cost.ts';
import { type ByPart, type Part, parts } from '../../cost/parts.ts';
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
}) satisfies z.ZodType<
  Cost & {
    readonly package: string;
    readonly target: string;
    readonly model: string;
    readonly balance?: Balance | undefined;
  }
>;
