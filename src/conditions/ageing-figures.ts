/**
 * What cells do with time on a bench: turns a law of ageing into the median and the spread of many cells by time, each beside
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

export interface AgeingBench {
  /** Of the files, and the head of the pictures. */
  readonly name: string;
  readonly title: string;
  readonly uses: readonly string[];
  /** What is looked at of a cell that has come from one conductance to another (S). */
  readonly y: Axis;
  readonly seen: (from: number, to: number) => number;
  /** What the cells are programmed to (S). */
  readonly levels: readonly number[];
  /** Seconds after programming. */
  readonly times: readonly number[];
  readonly ageing: (at: number) => Move;
  /** Quantiles of what is looked at, by the law itself. */
  readonly law: (level: number, at: number) => Quantiles;
}

/** Median by time with its band; and half of the band's width, where there is any. */
export function ageingFigures(bench: AgeingBench): Figure[] {
  const { name, title, uses, y, levels, times } = bench;
  const x: Axis = { name: 'time after programming', unit: 's', scale: 'log' };
  const measured = levels.map((level, number) => measuredQuantiles(bench, level, number));
  const laws = levels.map((level) => times.map((at) => bench.law(level, at)));
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
        x: times,
        y: own.map(of),
        ...(withBand && { low: own.map(({ low }) => low), high: own.map(({ high }) => high) }),
      };
      const law: Series = {
        name: 'closed form',
        drawn: 'line',
        kind: 'law',
        colour,
        x: times,
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
function measuredQuantiles({ times, ageing, seen }: AgeingBench, level: number, number: number): Quantiles[] {
  return times.map((at) => {
    const move = ageing(at);
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
