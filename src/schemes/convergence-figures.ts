/**
 * How write loops come to their levels on a bench: turns cells whose loop ends after ever more pulses into their error, and into
 * the share of them that is not settled yet.
 */
import type { Figure, Series } from '../figures/figure.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { evenlyInLog, quantileOf } from '../math/statistics.ts';
import { levelConductance } from '../target/cell.ts';
import { formatQuantity } from '../text/units.ts';
import type { Cells, ProgrammedTarget } from './scheme.ts';

/** Levels that are looked at, cells of each, and numbers of pulses. */
const [mostLevels, cellsPerLevel, numbers] = [32, 50, 28];

export interface Convergence {
  readonly target: ProgrammedTarget<object>;
  readonly tolerance: number;
  readonly uses: readonly string[];
  /** Pulses after which a cell is given up. */
  readonly most: number;
  /** Cells that all respond, and that get no more than so many pulses. The draws of a cell do not depend on their number. */
  readonly open: (pulses: number) => (rows: number, columns: number) => Cells;
  /** Root mean square error after so many pulses (S), by the law itself; undefined where it says nothing. */
  readonly law?: (levels: readonly number[], pulses: number) => number | undefined;
}

export interface Approach {
  readonly pulses: number;
  /** Distances from the level, rising (S). */
  readonly off: Float64Array;
  /** Share of the cells whose loop has not ended. */
  readonly unsettled: number;
}

const levelsOf = ({ cell }: ProgrammedTarget<object>): number[] =>
  evenlySpread(cell.levels, mostLevels).map((code) => levelConductance(cell, code));

/** Every level in cells of its own from RESET, with ever more pulses. */
export function approaches({ target, tolerance, most, open }: Convergence): Approach[] {
  const levels = levelsOf(target);
  const counts = [...new Set(evenlyInLog(1, most, numbers).map(Math.round))];
  return counts.map((pulses) => {
    const cells = open(pulses)(levels.length, cellsPerLevel);
    let unsettled = 0;
    const off = Float64Array.from({ length: levels.length * cellsPerLevel }, (_, cell) => {
      const level = levels[Math.floor(cell / cellsPerLevel)]!;
      const from = cells.reset(cell, cell);
      const write = { cell, event: cell, from, level, tolerance, stuck: undefined };
      const { conductance, accepted } = cells.program!(write);
      if (!accepted) unsettled++;
      return Math.abs(conductance - level);
    });
    return { pulses, off: off.sort(), unsettled: unsettled / off.length };
  });
}

export function convergenceFigures(bench: Convergence): Figure[] {
  const { target, uses, tolerance, law } = bench;
  const all = approaches(bench);
  const levels = levelsOf(target);
  const x = all.map(({ pulses }) => pulses);
  const across = { name: 'pulses at most', unit: '', scale: 'log' } as const;
  const about = `${levels.length} levels in ${cellsPerLevel} cells each from RESET, of cells that respond, with ever more pulses allowed`;
  const rms = all.map(({ off }) => Math.sqrt(off.reduce((sum, d) => sum + d * d, 0) / off.length));
  const at = (share: number) => all.map(({ off }) => Math.max(1e-3 * tolerance, quantileOf(off, share)));
  const expected = x.flatMap((pulses) => {
    const y = law?.(levels, pulses);
    return y === undefined ? [] : [{ pulses, y }];
  });
  const closedForm: Series = {
    name: 'closed form',
    drawn: 'line',
    kind: 'law',
    x: expected.map(({ pulses }) => pulses),
    y: expected.map(({ y }) => y),
  };
  return [
    {
      name: 'write-convergence',
      title: 'Error of programming by the number of pulses',
      about: `${about}: median distance from the level with a band from the 10 % to the 90 % quantile, and its root mean square${expected.length > 0 ? '. Dashed: this in closed form' : ''}. A reading within ${formatQuantity(tolerance, 'S', 3)} ends the loop`,
      uses,
      plot: {
        form: 'chart',
        x: across,
        y: { name: 'distance from the level', unit: 'S', scale: 'log' },
        series: [
          { name: 'median', drawn: 'line', kind: 'measured', x, y: at(0.5), low: at(0.1), high: at(0.9) },
          { name: 'root mean square', drawn: 'dots', kind: 'measured', x, y: rms },
          ...(expected.length > 0 ? [closedForm] : []),
        ],
      },
    },
    {
      name: 'write-unsettled',
      title: 'Cells that are not settled yet',
      about: `${about}: share whose last reading was not within ${formatQuantity(tolerance, 'S', 3)} of the level`,
      uses,
      plot: {
        form: 'chart',
        x: across,
        y: { name: 'share of cells', unit: '%' },
        series: [
          {
            name: 'cells',
            drawn: 'line',
            kind: 'measured',
            x,
            y: all.map(({ unsettled }) => 100 * unsettled),
          },
        ],
      },
    },
  ];
}

export const rmsOf = (squares: readonly number[]): number =>
  Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
