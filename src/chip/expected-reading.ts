/**
 * How cells are expected to conduct when they are read: programming, what happens to them until then, and read noise, all by the
 * target's own laws. What happens is seen on a thousand cells of a chip that is never made, so right to 3 %: it moves a cell with the
 * mean of its level, and what programming scatters as far as a small change of a cell is left. It changes little from level to level,
 * and is looked at for some of them.
 */
import { bandAt } from '../conditions/accumulated.ts';
import { accumulations, densities, moves, varianceAt } from '../conditions/cells.ts';
import type { CellReading, CellReadings } from '../ir/cell-readings.ts';
import { atKnots, interpolated } from '../math/knots.ts';
import { covarianceOf } from '../math/one-over-f.ts';
import { openNormals } from '../math/random.ts';
import { remembered } from '../remembered.ts';
import { levelSpread, unusedSpread } from '../schemes/level-sigma.ts';
import { asProgrammed, schemeOf } from '../schemes/models.ts';
import type { Spread } from '../schemes/spread.ts';
import type { Target } from '../target/target.ts';

const cells = 1000;
/** Levels that are looked at, closer to each other where they conduct little. */
const knots = 16;

/** What becomes of programmed cells. */
interface Fate {
  /** Mean change (S). */
  readonly shift: number;
  /** Share of a small change that is left. */
  readonly left: number;
  /** Variance of what becomes of a cell with the mean of the level (S^2). */
  readonly scattered: number;
  readonly white: number;
  readonly densities: readonly number[];
}

/** @param at seconds after programming @param noise whether readings have any. Default: true */
export function cellReadings(target: Target, at: number, noise = true): CellReadings {
  const fateOf = fatesOf(target, at, noise);
  const { gUseMin, gUseMax } = target.cell;
  const fates = atKnots(gUseMin, gUseMax, knots, (level) => fateOf(levelSpread(target, level)));
  const between = (level: number): Fate => {
    const { low: a, high: b, weight } = fates(level);
    const mix = (x: number, y: number) => interpolated(x, y, weight);
    return {
      shift: mix(a.shift, b.shift),
      left: mix(a.left, b.left),
      scattered: mix(a.scattered, b.scattered),
      white: mix(a.white, b.white),
      densities: a.densities.map((density, law) => mix(density, b.densities[law]!)),
    };
  };
  return {
    bands: noise ? accumulations(target).map(({ clock }) => bandAt(clock, at)) : [],
    of: remembered((level: number) => readingOf(levelSpread(target, level), between(level))),
    unused: unusedReading(target, fateOf),
  };
}

/** The same with levels chosen so that programming leaves cells where they should be on average. */
export function aimed(readings: CellReadings, target: Target): CellReadings {
  const { mean } = schemeOf(target);
  if (!mean) return readings;
  const of = remembered((level: number): CellReading => {
    const reading = readings.of(level);
    return { ...reading, mean: reading.mean - (mean(level) - level) };
  });
  return { ...readings, of };
}

function readingOf({ mean, variance }: Spread, fate: Fate): CellReading {
  const { shift, left, scattered, white, densities: slow } = fate;
  return { mean: mean + shift, lasting: left ** 2 * variance + scattered, white, densities: slow };
}

/** Looks at cells that are programmed to a spread. */
function fatesOf(target: Target, at: number, noise: boolean): (programmed: Spread) => Fate {
  const nowhere = { seed: 0, array: 0 };
  const laws = moves(asProgrammed(target), { ...nowhere, window: target.cell, at, times: [0, at] });
  const whiteOf = noise ? varianceAt(target, at) : undefined;
  const slow = noise ? densities(target) : [];
  const normals = openNormals(nowhere.seed, 'expected-reading', nowhere.array);
  const xi = Float64Array.from({ length: cells }, (_, cell) => normals(cell));
  const moved = (g: number, cell: number) => laws.reduce((now, move) => move(now, cell), g);
  return ({ mean, variance }) => {
    const sigma = Math.sqrt(variance);
    const [low, high] = [Math.max(0, mean - sigma), mean + sigma];
    let [sum, squares, lowest, highest, white] = [0, 0, 0, 0, 0];
    const sums = slow.map(() => 0);
    for (let cell = 0; cell < cells; cell++) {
      const off = moved(mean, cell) - mean;
      sum += off / cells;
      squares += off ** 2 / cells;
      lowest += moved(low, cell) / cells;
      highest += moved(high, cell) / cells;
      const programmed = Math.max(0, mean + sigma * xi[cell]!);
      const g = moved(programmed, cell);
      white += (whiteOf?.(g, programmed) ?? 0) / cells;
      for (const [law, density] of slow.entries()) sums[law]! += density(g, programmed) / cells;
    }
    return {
      shift: sum,
      left: high > low ? (highest - lowest) / (high - low) : 1,
      scattered: Math.max(0, squares - sum ** 2),
      white,
      densities: sums,
    };
  };
}

/** A cell that was never formed has no filament that could drift or fluctuate. */
function unusedReading(target: Target, fateOf: (programmed: Spread) => Fate): CellReading {
  const spread = unusedSpread(target);
  if (target.cell.unused === 'reset') return readingOf(spread, fateOf(spread));
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
