/** Parameters of a closed loop with identical SET and RESET pulses, whose steps a pulse model gives. */
import { z } from 'zod';
import { above0, choice, integer, leaf, quantity, type Read, share } from '../../target/leaf.ts';
import { readBack } from '../read-back.ts';
import { pulse } from './pulse.ts';

const ladder = z.strictObject({
  after: integer(
    1,
    1e6,
    'Pulses in one direction, each moving the reading by less than the tolerance, after which the amplitude rises',
  ),
  growth: leaf(z.number().gt(1), '', 'Factor on the step by one rise'),
  limit: leaf(z.number().gt(1), '', 'Largest factor that all rises make'),
});

export const parameters = {
  pulse,
  tolerance: quantity('S', 'Accepted distance from the conductance of the highest level', above0),
  toleranceLaw: choice(
    ['absolute', 'relative'],
    'Lower levels have the same tolerance (`absolute`), or one in proportion to their conductance (`relative`)',
  ),
  maxPulses: integer(1, 1e6, 'Pulses after which a cell is given up'),
  readNoise: quantity('S', 'Standard deviation of one verify reading'),
  rechecks: integer(0, 100, 'Waits after which an accepted cell is read, and if need be pulsed, again'),
  relaxTime: quantity('s', 'Time of one such wait; all cells of an array wait together'),
  relaxShift: quantity('S', 'Mean change of a conductance during that wait', z.number()),
  relaxSpread: quantity('S', 'Spread of that change'),
  slow: share('Share of cells whose steps are smaller'),
  slowGain: share('Factor on the steps of slow cells', above0),
  ladder: ladder.optional(),
  ...readBack,
};

export type PulseVerifyProgramming = Read<z.ZodObject<typeof parameters>>;
