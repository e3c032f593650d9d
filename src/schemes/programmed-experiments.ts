/**
 * What a bench does with any cells that are programmed one by one: turns a target into its staircase of levels, the errors
 * around them and their spread level by level, each beside what the scheme says in closed form.
 */
import type { Figure } from '../figures/figure.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { normalDensity } from '../math/normal.ts';
import { evenly, histogramOf, quantileOf, sigmaOfSample } from '../math/statistics.ts';
import { levelConductance, levelStepOf } from '../target/cell.ts';
import type { Target } from '../target/target.ts';
import { formatQuantity } from '../text/units.ts';
import { schemeOf } from './models.ts';
import type { Cells } from './scheme.ts';
import { sigmaOf } from './spread.ts';

/** Cells of every level, and the most levels that are programmed. */
const [cellsPerLevel, mostLevels] = [400, 64];

interface ProgrammedLevel {
  readonly code: number;
  /** Conductance that it stands for (S). */
  readonly level: number;
  /** Of its cells, rising (S). */
  readonly reached: Float64Array;
}

/** Programs every level, or evenly spread ones of many, in cells of its own that were RESET before. */
export function programLevels(
  target: Target,
  open: (rows: number, columns: number) => Cells,
): ProgrammedLevel[] {
  const { cell } = target;
  const codes = [...new Set([...evenlySpread(cell.levels, mostLevels), cell.levels - 1])];
  const cells = open(codes.length, cellsPerLevel);
  const { tolerance } = schemeOf(target);
  return codes.map((code, row) => {
    const level = levelConductance(cell, code);
    const reached = Float64Array.from({ length: cellsPerLevel }, (_, column) => {
      const at = row * cellsPerLevel + column;
      const from = cells.reset(at, at);
      return cells.program!({ cell: at, event: at, from, level, tolerance, stuck: undefined }).conductance;
    });
    return { code, level, reached: reached.sort() };
  });
}

const about = (count: number) =>
  `${count} levels in ${cellsPerLevel} cells each, programmed from RESET, without stuck cells`;

/** @param open the cells of a bench array */
export function programmedFigures(target: Target, open: (rows: number, columns: number) => Cells): Figure[] {
  const levels = programLevels(target, open);
  const uses = ['cell.levels', 'cell.gUseMin', 'cell.gUseMax', ...shapingFields(target)];
  // Exact cells have no errors.
  if (schemeOf(target).exact) return [{ ...staircase(levels), uses }];
  return [
    { ...staircase(levels), uses },
    { ...errors(target, levels), uses },
    { ...spreads(target, levels), uses },
  ];
}

/** The fields of `programming` that bear on conductances: what a pulse costs does not. */
export const shapingFields = ({ programming }: { readonly programming: object }): string[] =>
  Object.keys(programming)
    .filter((field) => !/(Time|Energy)$/.test(field))
    .map((field) => `programming.${field}`);

type Drawn = Omit<Figure, 'uses'>;

function staircase(levels: readonly ProgrammedLevel[]): Drawn {
  const x = levels.map(({ code }) => code);
  const at = (share: number) => levels.map(({ reached }) => quantileOf(reached, share));
  return {
    name: 'staircase',
    title: 'Staircase of levels',
    about: `${about(levels.length)}: median, and a band that holds 98 % of the cells`,
    plot: {
      form: 'chart',
      x: { name: 'level code', unit: '' },
      y: { name: 'conductance', unit: 'S' },
      series: [
        { name: 'cells', drawn: 'dots', kind: 'measured', x, y: at(0.5), low: at(0.01), high: at(0.99) },
        { name: 'level', drawn: 'line', kind: 'law', x, y: levels.map(({ level }) => level) },
      ],
    },
  };
}

function errors(target: Target, levels: readonly ProgrammedLevel[]): Drawn {
  const off = Float64Array.from(
    levels.flatMap(({ level, reached }) => [...reached].map((g) => g - level)),
  ).sort();
  const step = levelStepOf(target.cell);
  const outer = Math.max(quantileOf(off, 0.998), -quantileOf(off, 0.002), 1e-3 * step);
  const { middles, width, shares } = histogramOf(off, -1.1 * outer, 1.1 * outer, 61);
  const spreadOf = schemeOf(target).spread;
  const laws = levels
    .map(({ level }) => ({ ...spreadOf(level), level }))
    .filter(({ variance }) => variance > 0);
  const density = (error: number) =>
    laws.reduce((sum, { mean, variance, level }) => {
      const sigma = Math.sqrt(variance);
      return sum + normalDensity((error - (mean - level)) / sigma) / sigma;
    }, 0) / levels.length;
  const xs = evenly(-1.1 * outer, 1.1 * outer, 201);
  return {
    name: 'error-histogram',
    title: 'Errors of programming',
    about: `${about(levels.length)}; levels lie ${formatQuantity(step, 'S')} apart. The line is a normal law with the mean and spread of the scheme, level by level`,
    plot: {
      form: 'chart',
      x: { name: 'conductance minus level', unit: 'S' },
      y: { name: 'share of cells', unit: '%' },
      series: [
        { name: 'cells', drawn: 'bars', kind: 'measured', x: middles, y: shares.map((share) => 100 * share) },
        { name: 'normal law', drawn: 'line', kind: 'law', x: xs, y: xs.map((x) => 100 * width * density(x)) },
      ],
    },
  };
}

function spreads(target: Target, levels: readonly ProgrammedLevel[]): Drawn {
  const x = levels.map(({ level }) => level);
  const spreadOf = schemeOf(target).spread;
  return {
    name: 'spread-by-level',
    title: 'Spread of programmed levels',
    about: `${about(levels.length)}: standard deviation of the cells of a level, beside the closed form of the scheme`,
    plot: {
      form: 'chart',
      x: { name: 'conductance of the level', unit: 'S' },
      y: { name: 'standard deviation', unit: 'S' },
      series: [
        {
          name: 'cells',
          drawn: 'dots',
          kind: 'measured',
          x,
          y: levels.map(({ reached }) => sigmaOfSample(reached)),
        },
        { name: 'closed form', drawn: 'line', kind: 'law', x, y: x.map((level) => sigmaOf(spreadOf(level))) },
      ],
    },
  };
}
