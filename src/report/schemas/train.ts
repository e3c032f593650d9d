/** What `train --json` prints. */
import { z } from 'zod';
import { amount, count, list, percent } from './parts.ts';

const endurance = z.strictObject({
  cycles: amount.describe('of the most used device'),
  limit: amount
    .nullable()
    .optional()
    .describe('null where there is none; absent where the target does not say'),
});

const hidden = z.strictObject({
  transfers: count,
  signErrors: count,
  setPulses: count,
  resetPulses: count,
  fecapReads: count,
  updateWrites: count,
  restoreWrites: count,
  time: amount.describe('s'),
  memristorEnergy: amount.describe('J'),
  fecapEnergy: amount.describe('J'),
});

const pulses = z.strictObject({
  updates: count.describe('of a layer, all of its cells at once'),
  setPulses: count.describe('steps up of cells'),
  resetPulses: count.describe('steps down'),
  halfSelects: count.describe('pulses on half-selected cells'),
  reads: count.describe('of a row, all of its columns at once'),
  time: amount.describe('s'),
  stepEnergy: amount.describe('J'),
  halfSelectEnergy: amount.describe('J'),
});

export const training = z.strictObject({
  package: z.string().describe('its folder'),
  target: z.string(),
  layers: list(z.strictObject({ name: z.string(), inputs: count, outputs: count })),
  samples: z.strictObject({ training: count, test: count }),
  inputs: count.describe('learnt from, over all epochs'),
  epochs: list(z.strictObject({ loss: z.number(), training: percent, test: percent, float: percent })),
  synapses: count,
  arrays: count,
  chips: count,
  endurance: z.strictObject({ memristor: endurance, fecap: endurance.optional() }),
  transfers: count.optional().describe('of every synapse; absent where nothing is transferred'),
  costs: z.union([hidden, pulses]),
});
