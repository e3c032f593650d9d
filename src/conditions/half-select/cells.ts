/**
 * Half-select disturb of cells: g = G (1 + (disturbDrift + spread xi) n / pulses) after n pulses to other cells of the row
 * and column, each of which puts half of the voltage across the cell. One xi per cell.
 */
import { openNormals } from '../../math/random.ts';
import type { CellLaws } from '../condition.ts';
import type { HalfSelect } from './model.ts';

/**
 * @param pulses half-select pulses since the cell was programmed
 * @param xi standard normal of the cell
 * @returns S, not below 0
 */
export function halfSelected(law: HalfSelect, g: number, pulses: number, xi: number): number {
  return Math.max(0, g * (1 + ((law.disturbDrift + law.spread * xi) * pulses) / law.pulses));
}

export const halfSelecting: CellLaws<HalfSelect>['disturb'] = (law, { seed, array, pulses }) => {
  const normals = openNormals(seed, 'disturb', array);
  return (g, cell) => {
    const seen = pulses(cell);
    return seen === 0 ? g : halfSelected(law, g, seen, normals(cell));
  };
};
