/**
 * What may be done about the resistance of wires for a whole mapping, from the cheapest on: every remedy is measured on
 * programmed chips until one meets the bound. Layers are tuned from there.
 */
import { defined } from '../defined.ts';
import type { CompileOptions } from '../ir/options.ts';
import type { Target } from '../target/target.ts';
import type { MappingReport } from './loss.ts';
import { compileFor, measureMapping, withTarget } from './measure.ts';
import type { Setup } from './setup.ts';

export { remedyName } from '../ir/remedy-name.ts';

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
  readonly without?: MappingReport;
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
  return { ...setup, options, compiled: await compileFor(setup, options) };
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
  const { loaded, tuning: part, seed } = setup;
  let without: MappingReport | undefined;
  for (const [number, remedy] of remedies.entries()) {
    setup.report('remedies for the wires', number, remedies.length);
    const measured = await measureMapping(setup, { ...setup.options, ...remedy }, { part, seed });
    const met = measured.loss.points <= maxDrop && measured.arrays <= setup.options.arrays;
    tried.push({ remedy, met, ...measured });
    if (met) break;
    if (remedy !== given) continue;
    const wireless = withTarget(loaded, { ...loaded.target, wires: undefined });
    without = await measureMapping(setup, setup.options, { part, seed, loaded: wireless });
    if (measured.noise - without.noise < noticed * measured.noise) break;
  }
  const best = tried.find(({ met }) => met) ?? tried.toSorted((a, b) => a.noise - b.noise)[0]!;
  return defined({ tried, taken: best.remedy, without });
}
