/**
 * How cells are expected to conduct when they are read: programming, what happens to them until then, and read noise, all by the
 * target's own laws. What happens is seen on a thousand cells of a chip that is never made, so right to 3 %: it moves a cell with the
 * mean of its level, and what programming scatters as far as a small change of a cell is left.
 */
import { bandAt } from '../conditions/accumulated.ts';
import { accumulations, densities, moves, varianceAt } from '../conditions/cells.ts';
import type { CellReading, CellReadings } from '../ir/cell-readings.ts';
import { covarianceOf } from '../math/one-over-f.ts';
import { openNormals } from '../math/random.ts';
import { levelSpread, unusedSpread } from '../schemes/level-sigma.ts';
import type { Spread } from '../schemes/spread.ts';
import type { Target } from '../target/target.ts';

const cells = 1000;

/** @param at seconds after programming @param noise whether readings have any. Default: true */
export function cellReadings(target: Target, at: number, noise = true): CellReadings {
  const nowhere = { seed: 0, array: 0 };
  const laws = moves(target, { ...nowhere, window: target.cell, at, times: [0, at] });
  const white = noise ? varianceAt(target, at) : undefined;
  const slow = noise ? densities(target) : [];
  const normals = openNormals(nowhere.seed, 'expected-reading', nowhere.array);
  const xi = Float64Array.from({ length: cells }, (_, cell) => normals(cell));
  const moved = (g: number, cell: number) => laws.reduce((now, move) => move(now, cell), g);
  const readingOf = ({ mean, variance }: Spread): CellReading => {
    const sigma = Math.sqrt(variance);
    const [low, high] = [Math.max(0, mean - sigma), mean + sigma];
    let [sum, squares, lowest, highest, whites] = [0, 0, 0, 0, 0];
    const densitySums = slow.map(() => 0);
    for (let cell = 0; cell < cells; cell++) {
      const off = moved(mean, cell) - mean;
      sum += off;
      squares += off ** 2;
      lowest += moved(low, cell);
      highest += moved(high, cell);
      const programmed = Math.max(0, mean + sigma * xi[cell]!);
      const g = moved(programmed, cell);
      whites += white?.(g, programmed) ?? 0;
      for (const [law, density] of slow.entries()) densitySums[law]! += density(g, programmed);
    }
    const left = high > low ? (highest - lowest) / cells / (high - low) : 1;
    return {
      mean: mean + sum / cells,
      lasting: left ** 2 * variance + squares / cells - (sum / cells) ** 2,
      white: whites / cells,
      densities: densitySums.map((density) => density / cells),
    };
  };
  const known = new Map<number, CellReading>();
  return {
    bands: noise ? accumulations(target).map(({ clock }) => bandAt(clock, at)) : [],
    of: (level) => {
      const found = known.get(level) ?? readingOf(levelSpread(target, level));
      known.set(level, found);
      return found;
    },
    unused: unusedReading(target, readingOf),
  };
}

/** A cell that was never formed has no filament that could drift or fluctuate. */
function unusedReading(target: Target, readingOf: (spread: Spread) => CellReading): CellReading {
  const spread = unusedSpread(target);
  if (target.cell.unused === 'reset') return readingOf(spread);
  return { mean: spread.mean, lasting: spread.variance, white: 0, densities: [] };
}

/** @param at seconds after programming @returns standard deviation of the cells that are programmed to a level (S) */
export function readingSigma(target: Target, at: number): (level: number) => number {
  const { bands, of } = cellReadings(target, at);
  const scales = bands.map((band) => covarianceOf(band, 0));
  return (level) => {
    const { lasting, white, densities: slow } = of(level);
    return Math.sqrt(slow.reduce((sum, density, law) => sum + scales[law]! * density, lasting + white));
  };
}
