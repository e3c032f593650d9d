/** Parameters of predicted pulses: a law of pulses by amplitude, a staircase that measures it, and a few pulses per cell. */
import { z } from 'zod';
import { above0, choice, integer, quantity, type Read, relative, share, spread } from '../../target/leaf.ts';
import { readBack } from '../read-back.ts';

const direction = (steps: string, from: string) =>
  z.strictObject({
    vFull: quantity(
      'V',
      `Amplitude of the ${steps} that would cross the window if its rate stayed what it is at ${from}`,
      above0,
    ),
    vScale: quantity('V', 'Amplitude by which the rate grows e-fold', above0),
    gamma: share('Share of the rate that is lost at the other end of the window'),
  });

const amplitude = z.strictObject({
  min: quantity('V', 'Smallest amplitude that the write driver gives, in either polarity'),
  max: quantity('V', 'Largest amplitude that it gives', above0),
  bits: integer(2, 16, 'Bits of its amplitude code'),
});

const training = z.strictObject({
  per: choice(
    ['device', 'array', 'die'],
    'What a training staircase speaks for: the `device` that it is measured on, the `array` or the `die` beside whose cells its test device lies',
  ),
  pulses: integer(4, 1000, 'Pulses of the staircase in each direction, at most'),
  swing: quantity('V', 'Distance of its two amplitudes, which take turns, from their middle', above0),
});

export const parameters = {
  potentiation: direction('SET', 'gMin'),
  depression: direction('RESET pulse', 'gMax'),
  cycleToCycle: relative('Relative spread of the rate from pulse to pulse'),
  deviceToDevice: spread('Spread of the logarithm of the rate from device to device'),
  arrayToArray: spread('Spread of the logarithm of the rate from array to array'),
  amplitude,
  training,
  tolerance: quantity(
    'S',
    "Distance from the level's conductance within which a reading ends the pulses",
    above0,
  ),
  retries: integer(0, 1000, 'Pulses that may follow the first'),
  readNoise: quantity('S', 'Standard deviation of one reading'),
  ...readBack,
};

export type FeedforwardProgramming = Read<z.ZodObject<typeof parameters>>;
/** How a pulse of one polarity moves a cell. */
export type PulseDirection = FeedforwardProgramming['potentiation'];
