/** Parameters of one shot into a published distribution: what remains after the write loop of the authors, whatever that was. */
import type { z } from 'zod';
import { choice, leaf, meanCount, polynomialInMicro, quantity, type Read } from '../../target/leaf.ts';
import { readBack } from '../read-back.ts';

export const parameters = {
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
  pulses: meanCount(1e6, 'Mean number of pulses per cell, for time, energy and wear'),
  ...readBack,
};

export type ErrorLawProgramming = Read<z.ZodObject<typeof parameters>>;
