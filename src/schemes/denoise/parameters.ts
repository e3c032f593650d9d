/** Parameters of denoised writes: write coarsely, take the telegraph noise away by pulses too weak to write, then trim. */
import { z } from 'zod';
import { above0, integer, quantity, type Read, relative, share } from '../../target/leaf.ts';
import { readBack } from '../read-back.ts';

const look = z.strictObject({
  reads: integer(4, 4096, 'Readings of one look at a cell'),
  interval: quantity('s', 'Time from one of them to the next', above0),
  quiet: quantity(
    'S',
    'Standard deviation of these readings beyond which a cell is taken to fluctuate',
    above0,
  ),
});

const weak = z.strictObject({
  vMin: quantity('V', 'Amplitude of the weakest pulses below the threshold of writing', above0),
  vMax: quantity('V', 'Amplitude of the strongest', above0),
  amplitudes: integer(2, 64, 'Amplitudes from the weakest to the strongest, evenly spread'),
  vFreeze: quantity('V', 'Amplitude at which a pulse freezes a trap with probability 1 - 1/e', above0),
  vScale: quantity('V', 'Amplitude by which the logarithm of 1 minus that probability grows e-fold', above0),
  shift: quantity(
    'S',
    'Mean move of a cell by the strongest pulse; by vScale less of amplitude it is e times smaller',
  ),
  pulseEnergy: quantity('J', 'Energy of one such pulse'),
});

export const parameters = {
  tolerance: quantity('S', "Accepted distance of a reading from the level's conductance", above0),
  coarse: quantity('S', 'Distance of a reading from the level within which the coarse write ends', above0),
  aim: quantity('S', 'Distance of the mean of a look from the level within which a cell is done', above0),
  maxPulses: integer(1, 1e6, 'Write pulses after which a cell is given up'),
  restarts: integer(0, 1000, 'RESETs of a cell that the strongest of the weak pulses has left fluctuating'),
  stepGain: share('Mean share of the remaining distance that one pulse covers', above0),
  minStep: quantity('S', 'Smallest mean step that a write pulse can make'),
  cycleToCycle: relative('Relative spread of a step from pulse to pulse'),
  deviceToDevice: relative('Relative spread of the step gain from cell to cell'),
  renewal: quantity(
    'S',
    'Move of a cell by one pulse that draws its traps anew with probability 1 - 1/e',
    above0,
  ),
  readNoise: quantity('S', 'Standard deviation of one reading of a cell without traps'),
  look,
  weak,
  ...readBack,
};

export type DenoiseProgramming = Read<z.ZodObject<typeof parameters>>;
