/**
 * How far the cells of a level are expected to lie from each other when they are read: programming, what happens to cells until
 * then, and read noise, all by the target's own laws. Over a thousand cells of a chip that is never made, so right to 3 %.
 */
import { bandAt } from '../conditions/accumulated.ts';
import { accumulations, densities, moves, varianceAt } from '../conditions/cells.ts';
import { covarianceOf } from '../math/one-over-f.ts';
import { openNormals } from '../math/random.ts';
import { levelSigma } from '../schemes/level-sigma.ts';
import type { Target } from '../target/target.ts';

const cells = 1000;

/** @param at seconds after programming @returns standard deviation of the cells that are programmed to a level (S) */
export function readingSigma(target: Target, at: number): (level: number) => number {
  const nowhere = { seed: 0, array: 0 };
  const laws = moves(target, { ...nowhere, window: target.cell, at, times: [0, at] });
  const white = varianceAt(target, at);
  const slow = densities(target);
  const scales = accumulations(target).map(({ clock }) => covarianceOf(bandAt(clock, at), 0));
  const varianceOf = (g: number, programmed: number) =>
    slow.reduce(
      (sum, density, law) => sum + scales[law]! * density(g, programmed),
      white?.(g, programmed) ?? 0,
    );
  const normals = openNormals(nowhere.seed, 'expected-reading', nowhere.array);
  const xi = Float64Array.from({ length: cells }, (_, cell) => normals(cell));
  const known = new Map<number, number>();
  return (level) => {
    const earlier = known.get(level);
    if (earlier !== undefined) return earlier;
    const sigma = levelSigma(target, level);
    let [sum, squares, noise] = [0, 0, 0];
    for (let cell = 0; cell < cells; cell++) {
      const programmed = Math.max(0, level + sigma * xi[cell]!);
      const g = laws.reduce((moved, move) => move(moved, cell), programmed);
      sum += g - level;
      squares += (g - level) ** 2;
      noise += varianceOf(g, programmed);
    }
    const found = Math.sqrt((squares + noise - sum ** 2 / cells) / cells);
    known.set(level, found);
    return found;
  };
}
