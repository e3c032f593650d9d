/** The schemas of a target file's `programming`, one per scheme. */
import { z } from 'zod';
import { access } from './ferroelectric-schema.ts';
import { above0, choice, integer, leaf, polynomialInMicro, quantity, share, spread } from './leaf.ts';
import { type Programming, pulsePresets, stepModels } from './programming.ts';

const scheme = <const S extends Programming['scheme']>(name: S) =>
  leaf(
    z.literal(name),
    '',
    'How conductances are set: `exact`, `write-verify`, `error-law`, `pulse-verify` or `transfer`',
  );

export const exact = z.strictObject({ scheme: scheme('exact') });

const resetSpread = quantity('S', 'Spread of the conductance right after RESET');
const forming = {
  formTime: quantity('s', 'Time of forming one cell'),
  formEnergy: quantity('J', 'Energy of forming one cell'),
};

/** Fields of the schemes that program cell by cell and read back. */
const readBack = {
  unresponsive: share('Share of cells that no pulse moves'),
  resetSpread,
  pulseTime: quantity('s', 'Time of one programming pulse'),
  pulseEnergy: quantity('J', 'Energy of one programming pulse'),
  readTime: quantity('s', 'Time of one verify reading'),
  readEnergy: quantity('J', 'Energy of one verify reading'),
  ...forming,
};

export const writeVerify = z.strictObject({
  scheme: scheme('write-verify'),
  tolerance: quantity('S', "Accepted distance from the level's conductance", above0),
  maxPulses: integer(1, 1e6, 'Pulses after which a cell is given up'),
  stepGain: leaf(above0.max(1), '', 'Mean share of the remaining distance that one pulse covers'),
  minStep: quantity('S', 'Smallest mean step that a pulse can make'),
  cycleToCycle: spread('Relative spread of a step from pulse to pulse'),
  deviceToDevice: spread('Relative spread of the step gain from cell to cell'),
  readNoise: quantity('S', 'Standard deviation of one verify reading'),
  ...readBack,
});

export const errorLaw = z.strictObject({
  scheme: scheme('error-law'),
  distribution: choice(
    ['normal', 'log-normal', 'uniform'],
    "Distribution of a conductance, with the level's as its mean: `normal`, `log-normal` or `uniform`",
  ),
  sigma: leaf(
    polynomialInMicro,
    '',
    'Its standard deviation: list of the coefficients of sigma(G), both in uS, lowest power first',
  ),
  validFrom: quantity('S', 'Lowest conductance for which sigma(G) was fitted'),
  validTo: quantity('S', 'Highest conductance for which sigma(G) was fitted'),
  pulses: integer(0, 1e6, 'Mean number of pulses per cell, for time, energy and wear'),
  ...readBack,
});

const plain = (description: string) => leaf(z.number(), '', description).optional();
const plainSpread = (description: string) => spread(description).optional();

const pulse = z.strictObject({
  model: choice(
    [...stepModels, ...pulsePresets],
    'A step model, whose parameters follow, or the name of a preset, which has its own',
  ),
  stepSize: leaf(above0, '', 'Mean step at w = 0, where w runs from boundMin to boundMax').optional(),
  stepSpread: plainSpread('Spread of the step from device to device'),
  stepLaw: choice(
    ['normal', 'log-normal'],
    'That spread is relative (`normal`), or of the logarithm (`log-normal`)',
  ).optional(),
  upDown: plain(
    'Asymmetry: steps up are smaller by this share where it is negative, steps down where positive',
  ),
  upDownSpread: plainSpread('Spread of the asymmetry from device to device'),
  boundMax: leaf(above0, '', 'w at gMax').optional(),
  boundMin: leaf(z.number().max(0), '', 'w at gMin').optional(),
  boundMaxSpread: plainSpread('Relative spread of the upper bound from device to device'),
  boundMinSpread: plainSpread('Relative spread of the lower bound from device to device'),
  cycleToCycle: plainSpread('Spread of a step from pulse to pulse, in steps'),
  writeNoise: plainSpread('Noise that every pulse draws anew, in steps, above a state that it leaves alone'),
  noise: choice(
    ['multiplicative', 'additive'],
    'cycleToCycle is a share of the step at w (`multiplicative`) or at w = 0 (`additive`)',
  ).optional(),
  gammaUp: plain('Share of the step up that is lost at the bound; in `exponential-step` its steepness'),
  gammaDown: plain('The same for steps down'),
  gammaUpSpread: plainSpread('Spread of gammaUp from device to device'),
  gammaDownSpread: plainSpread('Spread of gammaDown from device to device'),
  slopeBound: choice(
    ['mean', 'own'],
    "The slope refers to the `mean` bound, or to the device's `own`",
  ).optional(),
  aUp: plain('Weight of the exponential in a step up'),
  aDown: plain('Weight of the exponential in a step down'),
  scale: plain('Factor on w in the exponent'),
  offset: plain('Offset of the exponent'),
  noiseFloor: plainSpread('Constant that is added to the step of which cycleToCycle is a share'),
  noiseSlope: plainSpread('The same per unit of w'),
});

const ladder = z.strictObject({
  after: integer(
    1,
    1e6,
    'Pulses in one direction, each moving the reading by less than the tolerance, after which the amplitude rises',
  ),
  growth: leaf(z.number().gt(1), '', 'Factor on the step by one rise'),
  limit: leaf(z.number().gt(1), '', 'Largest factor that all rises make'),
});

export const pulseVerify = z.strictObject({
  scheme: scheme('pulse-verify'),
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
  slowGain: leaf(above0.max(1), '', 'Factor on the steps of slow cells'),
  ladder: ladder.optional(),
  ...readBack,
});

export const transfer = z.strictObject({
  scheme: scheme('transfer'),
  cycleToCycle: spread("Relative spread of a level's conductance from SET to SET"),
  resetSpread,
  setTime: quantity('s', 'Time of one SET'),
  setEnergy: quantity('J', 'Energy of one SET'),
  resetTime: quantity('s', 'Time of one RESET'),
  resetEnergy: quantity('J', 'Energy of one RESET'),
  ...forming,
  access: access.optional(),
});
