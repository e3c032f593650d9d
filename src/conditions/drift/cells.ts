/**
 * Drift of phase-change cells (Nandakumar et al. 2019): G(t) = G (1 + t / t0)^-nu, with
 * nu = |clip(exponent + exponentSlope x, exponentMin, exponentMax) + clip(spread + spreadSlope x, spreadMin, spreadMax) xi|
 * and x = ln(G / gReference). A cell has one normal xi for all times, so its conductance moves along one trajectory.
 */
import { openNormals } from '../../math/random.ts';
import type { CellLaws } from '../condition.ts';
import type { Drift } from './model.ts';

/** @param xi standard normal of the cell */
export function drifted(law: Drift, g: number, at: number, xi: number): number {
  return g * (1 + at / law.t0) ** -driftExponent(law, g, xi);
}

export function driftExponent(law: Drift, g: number, xi: number): number {
  const x = Math.log(Math.max(g / law.gReference, 1e-7));
  const mean = clip(law.exponent + law.exponentSlope * x, law.exponentMin, law.exponentMax);
  const sigma = clip(law.spread + law.spreadSlope * x, law.spreadMin, law.spreadMax);
  return Math.abs(mean + sigma * xi);
}

function clip(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export const drifting: CellLaws<Drift>['ageing'] = (law, { seed, array, at }) => {
  const normals = openNormals(seed, 'drift', array);
  return (g, cell) => drifted(law, g, at, normals(cell));
};
