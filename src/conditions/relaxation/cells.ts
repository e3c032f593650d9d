/**
 * Relaxation of cells (Falcone et al. 2025, as fitted in aihwkit): G(t) = G - slope ln(t / t0) + (spread + spreadSlope
 * ln(t / t0)) xi. A cell has one normal xi for all times, so its conductance moves along one trajectory.
 */
import { openNormals } from '../../math/random.ts';
import type { CellLaws } from '../condition.ts';
import type { Relaxation } from './model.ts';

/**
 * @param at seconds after programming, more than 0; times before `validFrom` count as that, because the logarithm has no
 *   value at 0
 * @param xi standard normal of the cell
 */
export function relaxed(law: Relaxation, g: number, at: number, xi: number): number {
  const logTime = Math.log(Math.max(at, law.validFrom) / law.t0);
  // The fitted spread would turn negative at times far below t0.
  const sigma = Math.max(0, law.spread + law.spreadSlope * logTime);
  return Math.max(0, g - law.slope * logTime + sigma * xi);
}

export const relaxing: CellLaws<Relaxation>['ageing'] = (law, { seed, array, at }) => {
  const normals = openNormals(seed, 'relaxation', array);
  return (g, cell) => relaxed(law, g, at, normals(cell));
};
