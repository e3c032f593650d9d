/** The schemas of what happens between programming and reading: optional sections of a target file, see reading.ts. */
import { z } from 'zod';
import { above0, choice, leaf, polynomialInMicro, quantity, share, spread } from './leaf.ts';

const real = (description: string) => leaf(z.number(), '', description);
const any = z.number();

const valid = {
  validFrom: quantity('s', 'Shortest time after programming for which the law was measured'),
  validTo: quantity('s', 'Longest time after programming for which the law was measured'),
  validGMin: quantity('S', 'Lowest conductance for which the law was measured'),
  validGMax: quantity('S', 'Highest conductance for which the law was measured'),
};

const relaxation = z.strictObject({
  slope: quantity('S', 'Mean loss of conductance per factor e of time', any),
  spread: quantity('S', 'Spread of the conductances at t0'),
  spreadSlope: quantity('S', 'Growth of that spread per factor e of time'),
  t0: quantity('s', 'Time after programming at which the logarithm is zero', above0),
  ...valid,
});

const drift = z.strictObject({
  exponent: real('Mean drift exponent at gReference'),
  exponentSlope: real('Its change per factor e of conductance'),
  exponentMin: real('Smallest mean drift exponent'),
  exponentMax: real('Largest mean drift exponent'),
  spread: real('Spread of the exponent from cell to cell at gReference'),
  spreadSlope: real('Its change per factor e of conductance'),
  spreadMin: spread('Smallest spread of the exponent'),
  spreadMax: spread('Largest spread of the exponent'),
  gReference: quantity('S', 'Conductance to which exponent and spread refer', above0),
  t0: quantity('s', 'Time of the first reading, from the end of a pulse', above0),
  ...valid,
});

const readDisturb = z.strictObject({
  change: share('Relative change of the conductance per read pulse'),
  towards: choice(['high', 'low'], 'Where to: `high` or `low` conductance'),
  interval: quantity('s', 'Mean time between two read pulses of a cell', above0),
});

const telegraph = z.strictObject({
  share: share('Share of cells that switch between two conductances'),
  amplitude: share('Difference of the two, relative to their mean'),
  dwellHigh: quantity('s', 'Mean stay at the higher conductance', above0),
  dwellLow: quantity('s', 'Mean stay at the lower conductance', above0),
});

const flicker = z.strictObject({
  amplitude: share('Standard deviation of the conductance, relative to it'),
  shortest: quantity('s', 'Shortest correlation time of the fluctuations', above0),
  longest: quantity('s', 'Longest correlation time of the fluctuations', above0),
});

const readNoise = z.strictObject({
  sigma: leaf(
    polynomialInMicro,
    '',
    'Standard deviation of a reading: list of the coefficients of sigma(G), both in uS, lowest power first',
  ),
});

const logNoise = z.strictObject({
  amplitude: quantity('S', 'Standard deviation per decade of conductance above gReference'),
  gReference: quantity('S', 'Conductance below which there is no such noise', above0),
  readTime: quantity('s', 'Time of one reading', above0),
});

const powerNoise = z.strictObject({
  amplitude: spread('Relative standard deviation at gReference'),
  exponent: real('Power of the conductance by which it falls'),
  limit: spread('Largest relative standard deviation, before the factor of time'),
  gReference: quantity('S', 'Conductance to which the amplitude refers', above0),
  t0: quantity('s', 'Time of the first reading, from the end of a pulse'),
  readTime: quantity('s', 'Time of one reading', above0),
});

const wires = z.strictObject({
  rowSegment: quantity('ohm', 'Resistance of a row between neighbouring cells'),
  columnSegment: quantity('ohm', 'Resistance of a column between neighbouring cells'),
  driver: quantity('ohm', 'Resistance between a driver and the first cell of its row'),
  sense: quantity('ohm', 'Resistance between the last cell of a column and its virtual ground'),
  sides: choice(['one', 'two'], 'Ends of a row that have a driver: `one` or `two`'),
  idleRows: choice(
    ['grounded', 'gated'],
    'Rows beyond the `rowsAtOnce` that are driven: held at 0 V (`grounded`), or their cells cut off (`gated`)',
  ),
  maxDriverCurrent: quantity('A', 'Largest current of one driver', above0),
  maxColumnCurrent: quantity('A', 'Largest current that the converter of a column takes', above0),
});

export const readingSections = {
  relaxation: relaxation.optional(),
  drift: drift.optional(),
  readDisturb: readDisturb.optional(),
  telegraph: telegraph.optional(),
  flicker: flicker.optional(),
  readNoise: readNoise.optional(),
  logNoise: logNoise.optional(),
  powerNoise: powerNoise.optional(),
  wires: wires.optional(),
};
