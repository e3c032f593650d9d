/** Relative read noise that grows with time and falls with a power of the conductance, as targets and reports see it. */
import { z } from 'zod';
import { percent } from '../../target/effect.ts';
import { above0, quantity, type Read, real, relative } from '../../target/leaf.ts';
import type { ConditionModel } from '../condition.ts';

const schema = z.strictObject({
  amplitude: relative('Relative standard deviation at gReference'),
  exponent: real('Power of the conductance by which it falls'),
  limit: relative('Largest relative standard deviation, before the factor of time'),
  gReference: quantity('S', 'Conductance to which the amplitude refers', above0),
  t0: quantity('s', 'Time of the first reading, from the end of a pulse'),
  readTime: quantity('s', 'Time of one reading', above0),
});

export type PowerNoise = Read<typeof schema>;

export const powerNoise: ConditionModel<PowerNoise, 'accumulation'> = {
  kind: 'accumulation',
  schema,
  name: 'relative read noise that grows with time',
  law: 'sigma = G min(amplitude (G / gReference)^-exponent, limit) sqrt(ln((t + t0 + readTime) / (2 readTime))); 1/f: white as far as it is faster than a conversion, common to the planes of a product, to its neighbours and to images as far as it is slower',
  print: { amplitude: percent, limit: percent },
};
