/** Parameters of write-verify: read, and pulse towards the level until within tolerance, else give up. */
import type { z } from 'zod';
import { above0, integer, quantity, type Read, relative, share } from '../../target/leaf.ts';
import { readBack } from '../read-back.ts';

export const parameters = {
  tolerance: quantity('S', "Accepted distance from the level's conductance", above0),
  maxPulses: integer(1, 1e6, 'Pulses after which a cell is given up'),
  stepGain: share('Mean share of the remaining distance that one pulse covers', above0),
  minStep: quantity('S', 'Smallest mean step that a pulse can make'),
  cycleToCycle: relative('Relative spread of a step from pulse to pulse'),
  deviceToDevice: relative('Relative spread of the step gain from cell to cell'),
  readNoise: quantity('S', 'Standard deviation of one verify reading'),
  ...readBack,
};

export type WriteVerifyProgramming = Read<z.ZodObject<typeof parameters>>;
