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
  transfers: count,
  costs: z.strictObject({
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
  }),
  endurance: z.strictObject({ memristor: endurance, fecap: endurance.optional() }),
});
