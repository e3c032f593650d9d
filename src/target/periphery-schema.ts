/** The schemas of errors of converters and drivers: optional sections of a target file, see periphery.ts. */
import { z } from 'zod';
import { leaf, spread } from './leaf.ts';

const table = z.array(z.number()).min(2);

const adcErrors = z.strictObject({
  gainSpread: spread('Relative spread of the gain from converter to converter'),
  offsetSpread: spread('Spread of the offset from converter to converter, in codes'),
  nonlinearity: leaf(
    table,
    '',
    'Integral nonlinearity in codes: list of its values at equally spaced codes, from the lowest to the highest',
  ),
});

const driverErrors = z.strictObject({
  gainSpread: spread('Relative spread of the voltage from row to row'),
  nonlinearity: leaf(
    table,
    '',
    'Integral nonlinearity in steps: list of its values at equally spaced levels, from 0 to the highest',
  ),
});

export const peripherySections = { adcErrors: adcErrors.optional(), driverErrors: driverErrors.optional() };
