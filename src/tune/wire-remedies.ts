/**
 * What may be done about the resistance of wires for a whole mapping, from the cheapest on: every remedy is measured on
 * programmed chips until one meets the bound. Layers are tuned from there.
 */
import { defined } from '../defined.ts';
import type { CompileOptions } from '../ir/options.ts';
import type { Target } from '../target/target.ts';
import { wires } from '../target/wires.ts';
import { type LossReport, lossOf, type MappingReport } from './loss.ts';
import { asGivenStep, comparedRuns, measureMapping, runsWithout } from './measure.ts';
import type { Setup } from './setup.ts';

/** Options of a compilation that bear on wires. */
type Remedy = Pick<CompileOptions, 'wireCorrection' | 'rowOrder' | 'rowsAtOnce' | 'window'>;

interface RemedyReport extends MappingReport {
  readonly remedy: Remedy;
  readonly met: boolean;
}

export interface TriedRemedies {
  /** In the order of the measurements; empty for a target without wires. */
  readonly tried: readonly RemedyReport[];
  /** The mapping as given, as if wires had no resistance; where it misses the bound. */
  readonly without?: LossReport;
  readonly taken: Remedy;
}

/** Share of the window, and rows, that a remedy uses. */
const [narrow, fewer, fewest] = [0.1, 4, 8];

/**
 * The mapping as given first; nothing else where the target has no wires. Levels are corrected with rows by magnitude, which
 * costs nothing, and without a correction brings little.
 */
export function remediesFor(target: Target, given: Remedy): readonly Remedy[] {
  const { wireCorrection, rowOrder, rowsAtOnce, window } = given;
  const own = { wireCorrection, rowOrder, rowsAtOnce, window };
  if (!target.wires) return [own];
  const rows = Math.min(rowsAtOnce ?? target.driver.rowsAtOnce, target.array.rows);
  const levels: Remedy = { ...own, wireCorrection: 'levels', rowOrder: 'magnitude' };
  const few = (share: number) => ({ ...levels, rowsAtOnce: Math.max(1, Math.floor(rows / share)) });
  const smaller = target.hidden ? {} : { window: narrow * (window ?? 1) };
  const all: Remedy[] = [
    own,
    levels,
    { ...levels, ...smaller },
    few(fewer),
    { ...few(fewer), ...smaller },
    { ...few(fewest), ...smaller },
  ];
  return all.filter((remedy, i) => all.findIndex((other) => sameRemedy(other, remedy)) === i);
}

const sameRemedy = (a: Remedy, b: Remedy) => JSON.stringify(a) === JSON.stringify(b);

/** What is tuned once a remedy is taken: a compilation with its options. */
export async function withRemedy(setup: Setup, taken: Remedy): Promise<Setup> {
  const options = { ...setup.options, ...taken };
  if (sameRemedy(taken, remediesFor(setup.loaded.target, setup.options)[0]!)) return setup;
  return { ...setup, options, compiled: (await setup.chips.map(options, setup.on('mapping'))).compiled };
}

/** Share of the output's error energy from which on wires are worth a remedy. */
const noticed = 0.1;

/**
 * Measures remedies until one meets the bound; where none does, the one with the least error is taken. None is tried where the
 * mapping errs about as much without wires.
 */
export async function tryRemedies(setup: Setup, maxDrop: number): Promise<TriedRemedies> {
  const remedies = remediesFor(setup.loaded.target, setup.options);
  const tried: RemedyReport[] = [];
  const [given] = remedies as [Remedy];
  if (remedies.length === 1) return { tried, taken: given };
  const { tuning: part, seed } = setup;
  let without: LossReport | undefined;
  for (const remedy of remedies) {
    if (remedy !== given && setup.isOver()) break;
    const options = { ...setup.options, ...remedy };
    const what = remedy === given ? asGivenStep : `wires: ${remedyName(remedy)}`;
    const bound = remedy === given ? {} : { bound: maxDrop };
    const measured = await measureMapping(setup, options, { what, part, seed, ...bound });
    const { report } = measured;
    const met = report.loss.points <= maxDrop && report.arrays <= setup.options.arrays;
    tried.push({ remedy, met, ...report });
    if (met) break;
    if (remedy !== given) continue;
    const start = performance.now();
    const runs = comparedRuns(measured);
    const unwired = await runsWithout(setup, options, { part, seed, chips: runs.length }, wires.name);
    without = lossOf(unwired, part.references);
    const seconds = (performance.now() - start) / 1000;
    setup.tell({ what: `without ${wires.name}`, ...without, trials: runs.length, seconds });
    if (lossOf(runs, part.references).noise - without.noise < noticed * report.noise) break;
  }
  const best = tried.find(({ met }) => met) ?? tried.toSorted((a, b) => a.noise - b.noise)[0]!;
  return defined({ tried, taken: best.remedy, without });
}

/** Such as `levels corrected, 64 rows at once, 10 % of the window`. */
export function remedyName({ wireCorrection, rowOrder, rowsAtOnce, window }: Remedy): string {
  return [
    ...(wireCorrection === 'none' ? [] : [`${wireCorrection} corrected`]),
    ...(rowOrder === 'magnitude' ? ['rows by magnitude'] : []),
    ...(rowsAtOnce === undefined ? [] : [`${rowsAtOnce} rows at once`]),
    ...(window === undefined ? [] : [`${Number((100 * window).toPrecision(3))} % of the window`]),
  ].join(', ');
}
