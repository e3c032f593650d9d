/**
 * What moves cells on a bench: turns what many of them do by time, or by pulses, into their median and their spread, each beside
 * its closed form.
 */
import type { Axis, Figure, Series } from '../figures/figure.ts';
import { normalBelow } from '../math/normal.ts';
import { quantileOf } from '../math/statistics.ts';
import { formatQuantity } from '../text/units.ts';
import type { Move } from './condition.ts';

/** Cells of every level. */
const cellsPerLevel = 1000;

/** Shares of the cells below what a normal law has one standard deviation under its median, there, and above. */
export const shares = { low: normalBelow(-1), middle: 0.5, high: normalBelow(1) } as const;

/** Quantiles of what is looked at, for those shares. */
export interface Quantiles {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

export const timeAfterProgramming: Axis = { name: 'time after programming', unit: 's', scale: 'log' };

export interface PopulationBench {
  /** Of the files, and the head of the pictures. */
  readonly name: string;
  readonly title: string;
  readonly uses: readonly string[];
  /** What moves them: time after programming, or pulses; and where it is looked at. */
  readonly x: Axis;
  readonly places: readonly number[];
  readonly movedBy: (place: number) => Move;
  /** What is looked at of a cell that has come from one conductance to another (S). */
  readonly y: Axis;
  readonly seen: (from: number, to: number) => number;
  /** What the cells are programmed to (S). */
  readonly levels: readonly number[];
  /** Quantiles of what is looked at, by the law itself. */
  readonly law: (level: number, place: number) => Quantiles;
}

/** The median with its band; and half of the band's width, where there is any. */
export function populationFigures(bench: PopulationBench): Figure[] {
  const { name, title, uses, x, places, y, levels } = bench;
  const measured = levels.map((level, number) => measuredQuantiles(bench, level, number));
  const laws = levels.map((level) => places.map((place) => bench.law(level, place)));
  const about = `${cellsPerLevel} cells of ${levels.length > 1 ? 'each level' : `${formatQuantity(levels[0]!, 'S', 3)}`}`;
  const band = 'from the 16 % to the 84 % quantile';
  const beside = (of: (q: Quantiles) => number, withBand: boolean): Series[] =>
    levels.flatMap((level, colour) => {
      const own = measured[colour]!;
      const cells: Series = {
        name: levels.length > 1 ? formatQuantity(level, 'S', 3) : 'cells',
        drawn: 'dots',
        kind: 'measured',
        colour,
        x: places,
        y: own.map(of),
        ...(withBand && { low: own.map(({ low }) => low), high: own.map(({ high }) => high) }),
      };
      const law: Series = {
        name: 'closed form',
        drawn: 'line',
        kind: 'law',
        colour,
        x: places,
        y: laws[colour]!.map(of),
      };
      return [cells, law];
    });
  const median: Figure = {
    name,
    title,
    about: `${about}: median, and a band ${band}. Dashed: the median in closed form`,
    uses,
    plot: { form: 'chart', x, y, series: beside(({ middle }) => middle, true) },
  };
  const widths = ({ low, high }: Quantiles) => (high - low) / 2;
  if (measured.every((of) => of.every((q) => widths(q) === 0))) return [median];
  const spread: Figure = {
    name: `${name}-spread`,
    title: `${title}: spread`,
    about: `${about}: half of the distance ${band}, which is the standard deviation of a normal law. Dashed: closed form`,
    uses,
    plot: { form: 'chart', x, y: { ...y, name: `spread of ${y.name}` }, series: beside(widths, false) },
  };
  return [median, spread];
}

/** @param number of the level: its cells come after those of the levels before */
function measuredQuantiles(
  { places, movedBy, seen }: PopulationBench,
  level: number,
  number: number,
): Quantiles[] {
  return places.map((place) => {
    const move = movedBy(place);
    const all = Float64Array.from({ length: cellsPerLevel }, (_, cell) =>
      seen(level, move(level, number * cellsPerLevel + cell)),
    ).sort();
    return {
      low: quantileOf(all, shares.low),
      middle: quantileOf(all, shares.middle),
      high: quantileOf(all, shares.high),
    };
  });
}
