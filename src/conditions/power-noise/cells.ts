/**
 * 1/f noise of phase-change cells (Nandakumar et al. 2019): G min(amplitude (G0 / gReference)^-exponent, limit) per square root
 * of a factor e of time, with G0 the conductance right after programming.
 */
import type { CellLaws } from '../condition.ts';
import type { PowerNoise } from './model.ts';

export const relativeNoise: CellLaws<PowerNoise>['accumulation'] = ({
  amplitude,
  exponent,
  limit,
  gReference,
  t0,
  readTime,
}) => ({
  clock: { readTime, t0 },
  sigma: (g, programmed) => g * Math.min(limit, amplitude * (programmed / gReference) ** -exponent),
});
