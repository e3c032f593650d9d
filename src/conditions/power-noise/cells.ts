/**
 * Read noise of phase-change cells (Nandakumar et al. 2019): G min(amplitude (G0 / gReference)^-exponent, limit)
 * sqrt(ln((t + t0 + readTime) / (2 readTime))), with G0 the conductance right after programming.
 */
import { accumulated } from '../accumulated.ts';
import type { CellLaws } from '../condition.ts';
import type { PowerNoise } from './model.ts';

export const relativeNoise: CellLaws<PowerNoise>['noise'] = (
  { amplitude, exponent, limit, gReference, t0, readTime },
  at,
) => {
  const growth = accumulated(at + t0, readTime);
  return (g, programmed) => {
    const share = Math.min(limit, amplitude * (programmed / gReference) ** -exponent);
    return g * share * growth;
  };
};
