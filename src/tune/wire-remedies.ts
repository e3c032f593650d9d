/**
 * What may be done about the resistance of wires for a whole mapping, from the cheapest on: of the remedies that are expected to
 * help, one after the other is measured on programmed chips until one meets the bound. Layers are tuned from there.
 */
import { expectRemedies } from '../compile/expect-remedies.ts';
import { defined } from '../defined.ts';
import { recalled } from '../files/result-store.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { ExpectedSignal, Remedy, RemedyEstimate } from '../ir/expected-signal.ts';
import type { CompileOptions } from '../ir/options.ts';
import { remedyName } from '../ir/remedy-name.ts';
import { sumOf } from '../math/sum.ts';
import type { Target } from '../target/target.ts';
import { wires } from '../target/wires.ts';
import { withWorkers } from '../threads/pool.ts';
import { type LossReport, lossOf, type MappingReport, noticed } from './loss.ts';
import { asGivenStep, comparedRuns, measureMapping, runsWithout } from './measure.ts';
import type { Setup } from './setup.ts';

interface RemedyReport extends MappingReport {
  readonly remedy: Remedy;
  readonly met: boolean;
}

interface RuledOut {
  readonly remedy: Remedy;
  readonly expected: number;
  readonly than: number;
  /** Arrays with a line that it asks for more than its limit, where the mapping as given asks none. */
  readonly over?: number;
}

export interface TriedRemedies {
  /** In the order of the measurements; empty for a target without wires. */
  readonly tried: readonly RemedyReport[];
  /** Where the options left to the compiler what is done, and it is not put in question by measurements. */
  readonly leftOpen?: true;
  /** Share of what errs in layers as given that their wires are expected to make up; where the mapping misses the bound. */
  readonly share?: number;
  /** The mapping as given, as if wires had no resistance; where it misses the bound, and that share is not negligible. */
  readonly without?: LossReport;
  /** What was not measured, because the estimate expects no more of it than of what had been: signal over error (dB). */
  readonly ruledOut: readonly RuledOut[];
  readonly taken: Remedy;
}

/** Share of the window, and rows, that a remedy uses. */
const [narrow, fewer, fewest] = [0.1, 4, 8];

/**
 * The mapping as given first; nothing else where the target has no wires. Levels are corrected with rows by magnitude, which
 * costs nothing, and without a correction brings little. Half the columns take twice the arrays, and come last.
 */
export function remediesFor(target: Target, given: CompileOptions): readonly Remedy[] {
  const own = remedyIn(given);
  if (!target.wires) return [own];
  const { rowsAtOnce, window } = own;
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
    ...(halvable(target, given)
      ? [{ ...few(fewest), ...smaller, columnsUsed: target.array.columns >> 1 }]
      : []),
  ];
  return all.filter((remedy, i) => all.findIndex((other) => sameRemedy(other, remedy)) === i);
}

/** Whether half the columns are less to load wires with, and room enough for whatever lies side by side. */
function halvable({ cell }: Target, { columnsUsed, residual, layers }: CompileOptions): boolean {
  const beside = residual || layers.some((layer) => layer.residual);
  return cell.unused === 'unformed' && columnsUsed === undefined && !beside;
}

/** What the options of a compilation came to. */
function remedyIn(options: CompileOptions): Remedy {
  const { wireCorrection, rowOrder = 'given', rowsAtOnce, rowsUsed, columnsUsed, window } = options;
  return {
    wireCorrection: wireCorrection === 'auto' ? 'none' : wireCorrection,
    rowOrder,
    ...defined({ rowsAtOnce, rowsUsed, columnsUsed, window }),
  };
}

const sameRemedy = (a: Remedy, b: Remedy) => JSON.stringify(a) === JSON.stringify(b);

/** What is tuned once a remedy is taken: a compilation with its options. */
export async function withRemedy(setup: Setup, taken: Remedy): Promise<Setup> {
  if (sameRemedy(taken, remedyIn(setup.options))) return setup;
  const { compiled } = await setup.chips.map({ ...setup.options, ...taken }, setup.on('mapping'));
  return { ...setup, options: { ...setup.options, ...taken }, compiled };
}

/** What more of the signal a remedy has to promise (dB). */
const worthwhile = 1;

/**
 * Measures remedies until one meets the bound; where none does, the one with the least error is taken. None is tried where wires are
 * expected to make up next to nothing of the error, where the mapping errs about as much without wires, nor one that is not expected to err less than what was measured before it.
 */
export async function tryRemedies(setup: Setup, maxDrop: number): Promise<TriedRemedies> {
  const [given, ...others] = remediesFor(setup.loaded.target, setup.options) as [Remedy, ...Remedy[]];
  if (others.length === 0) return { tried: [], ruledOut: [], taken: given };
  const measure = async (remedy: Remedy, what: string, bound?: number) => {
    const how = { what, part: setup.tuning, seed: setup.seed, ...defined({ bound }) };
    const measured = await measureMapping(setup, { ...setup.options, ...remedy }, how);
    const { report } = measured;
    const met = report.loss.points <= maxDrop && report.arrays <= setup.options.arrays;
    return { measured, report: { remedy, met, ...report } };
  };
  const first = await measure(given, asGivenStep);
  const tried = [first.report];
  if (first.report.met) return { tried, ruledOut: [], taken: given };
  const share = wiredShare(setup.compiled);
  const known = { tried, ...defined({ share }), ruledOut: [], taken: given };
  // The compiler has chosen among more than is tried here, from the same estimates.
  if (setup.wiresLeftOpen) return { ...known, leftOpen: true };
  if (share !== undefined && share < negligible) return known;
  const without = await measureUnwired(setup, comparedRuns(first.measured).length);
  const { noise } = lossOf(comparedRuns(first.measured), setup.tuning.references);
  if (noise - without.noise < noticed * noise) return { ...known, without };

  const [own, ...expected] = await expectations(setup, [given, ...others]);
  const ruledOut: TriedRemedies['ruledOut'][number][] = [];
  let than = own!.snr;
  for (const [i, remedy] of others.entries()) {
    const { snr, over, arrays } = expected[i]!;
    const limited = own!.over === 0 && over > 0;
    if (limited || snr < than + worthwhile) {
      ruledOut.push({ remedy, expected: snr, than, ...(limited && { over }) });
      continue;
    }
    // As much is left for the layers.
    if (!setup.clock.allows('mapping', 2 * arrays)) break;
    than = snr;
    const { report } = await measure(remedy, `wires: ${remedyName(remedy)}`, maxDrop);
    tried.push(report);
    if (report.met) break;
  }
  const best = tried.find(({ met }) => met) ?? tried.toSorted((a, b) => a.noise - b.noise)[0]!;
  return { tried, without, ...defined({ share }), ruledOut, taken: best.remedy };
}

/** Share of the expected error below which nothing is measured about wires. */
const negligible = 0.02;

/** Share of what errs in the layers that the compiler expects something of. */
function wiredShare({ expected }: Pick<Compiled, 'expected'>): number | undefined {
  if (!expected) return undefined;
  const errs = (of: (layer: ExpectedSignal) => number) =>
    sumOf(expected.layers.map((layer) => 1 / (1 + 10 ** (of(layer) / 10))));
  const all = errs(({ snr }) => snr);
  return all > 0 ? Math.max(0, 1 - errs(({ unwired }) => unwired) / all) : 0;
}

async function measureUnwired(setup: Setup, chips: number): Promise<LossReport> {
  const start = performance.now();
  const { tuning: part, seed, options } = setup;
  const runs = await runsWithout(setup, options, { part, seed, chips }, wires.name);
  const without = lossOf(runs, part.references);
  const seconds = (performance.now() - start) / 1000;
  setup.tell({ what: `without ${wires.name}`, ...without, trials: chips, seconds });
  return without;
}

/** Signal over error that every remedy is expected to leave (dB), and arrays with a line over its limit. */
function expectations(
  setup: Setup,
  remedies: readonly Remedy[],
): Promise<readonly Pick<RemedyEstimate, 'snr' | 'over' | 'arrays'>[]> {
  const { compiled, loaded, threads, options } = setup;
  return recalled(setup.store, 'tune-expected', { ...setup.identity, options, remedies }, () =>
    withWorkers(threads, async (pool) =>
      (await expectRemedies(compiled, loaded, remedies, pool)).map(({ snr, over, arrays }) => ({
        ...{ snr, over, arrays },
      })),
    ),
  );
}
