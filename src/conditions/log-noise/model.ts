/** Read noise that grows with time and with the logarithm of the conductance, as targets and reports see it. */
import { z } from 'zod';
import { above0, quantity, type Read } from '../../target/leaf.ts';
import type { ConditionModel } from '../condition.ts';

const schema = z.strictObject({
  amplitude: quantity('S', 'Standard deviation per decade of conductance above gReference'),
  gReference: quantity('S', 'Conductance below which there is no such noise', above0),
  readTime: quantity('s', 'Time of one reading', above0),
});

export type LogNoise = Read<typeof schema>;

export const logNoise: ConditionModel<LogNoise, 'accumulation'> = {
  kind: 'accumulation',
  schema,
  name: 'read noise that grows with time',
  law: 'sigma = amplitude log10(G / gReference) sqrt(ln((t + readTime) / (2 readTime))); 1/f: white as far as it is faster than a conversion, common to the planes of a product, to its neighbours and to images as far as it is slower',
};
