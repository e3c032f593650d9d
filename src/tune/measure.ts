/**
 * A mapping of the whole network -> what it costs, and what it loses on chips that are really programmed; with all errors of the
 * target, or without one. What was measured once, by this run or by an earlier one, is not measured again.
 */

import { correctionCost } from '../correct/correction-cost.ts';
import { defined } from '../defined.ts';
import { recalled } from '../files/result-store.ts';
import type { CompileOptions } from '../ir/options.ts';
import { sumOf } from '../math/sum.ts';
import { costOf } from '../verify/cost.ts';
import { defaultStates } from '../verify/options.ts';
import { openReading } from '../verify/read-chip.ts';
import { type ChipRun, runStates } from '../verify/run-images.ts';
import type { OnPart, Programmed } from './chips.ts';
import { lossOf, type MappingReport } from './loss.ts';
import { manyArrays } from './options.ts';
import type { Part, Setup } from './setup.ts';

/** How the mapping as given is called for who watches. */
export const asGivenStep = 'mapping: as given';

interface MeasureOptions {
  /** What is measured, in words for who watches. */
  readonly what: string;
  readonly part: Part;
  /** Seed of the first chip. */
  readonly seed: number;
  /** No more chips are programmed once these lose so much that their mean cannot come below this bound (points). */
  readonly bound?: number;
}

export interface Measurement {
  readonly report: MappingReport;
  /** One per chip. */
  readonly runs: readonly TunedRun[];
}

/** One chip over the images. */
export interface TunedRun extends ChipRun {
  /** Digital multiplications that its corrections add, as a share of those of all crossbar layers. */
  readonly corrections: number;
}

/** What a mapping costs, and what it loses on `trials` chips; once time is over, on one. */
export async function measureMapping(
  setup: Setup,
  options: CompileOptions,
  { what, part, seed, bound = Number.POSITIVE_INFINITY }: MeasureOptions,
): Promise<Measurement> {
  const start = performance.now();
  const before = setup.work.runs.size;
  const cost = await mappingCost(setup, options, what);
  const runs: TunedRun[] = [];
  let lost = 0;
  for (let trial = 0; trial < setup.trials; trial++) {
    if (trial > 0 && (lost > setup.trials * Math.max(0, bound) || !setup.clock.allows('chip', cost.arrays)))
      break;
    const run = await runOf(setup, options, { what: `${what}, chip ${trial + 1}`, part, seed: seed + trial });
    runs.push(run);
    // Other chips would have to be better than floating point to make up for it.
    lost += Math.max(0, lossOf([run], part.references).loss.points);
  }
  const corrections = sumOf(runs.map((run) => run.corrections)) / runs.length;
  const report = { ...lossOf(runs, part.references), ...cost, corrections, trials: runs.length };
  if (part === setup.tuning && seed === setup.seed) setup.compete(options, report);
  if (setup.work.runs.size > before)
    setup.tell({ what, ...report, seconds: (performance.now() - start) / 1000 });
  return { report, runs };
}

/** The chips of a measurement that are run once more without an error: of many arrays, one has to do. */
export function comparedRuns({ report, runs }: Measurement): Measurement['runs'] {
  return report.arrays > manyArrays ? runs.slice(0, 1) : runs;
}

/** The chips of a measurement once more, each without one error of the target, by its name. */
export async function runsWithout(
  setup: Setup,
  options: CompileOptions,
  { part, seed, chips }: Pick<MeasureOptions, 'part' | 'seed'> & { readonly chips: number },
  error: string,
): Promise<readonly TunedRun[]> {
  const runs: TunedRun[] = [];
  for (let trial = 0; trial < chips; trial++) {
    const what = `without ${error}, chip ${trial + 1}`;
    runs.push(await runOf(setup, options, { what, part, seed: seed + trial }, error));
  }
  return runs;
}

/** What a mapping takes: arrays, chips that hold them, and conversions per inference. */
function mappingCost(
  setup: Setup,
  options: CompileOptions,
  what: string,
): Promise<Pick<MappingReport, 'arrays' | 'chips' | 'conversions'>> {
  setup.work.mappings.add(JSON.stringify(options));
  return recalled(setup.store, 'tune-cost', { ...setup.identity, options }, async () => {
    const { arrays, chips, conversions } = (await setup.chips.map(options, setup.on(what))).compiled.summary;
    return { arrays, chips, conversions };
  });
}

/** Programs one chip and runs it. */
function runOf(
  setup: Setup,
  options: CompileOptions,
  { what, part, seed }: Pick<MeasureOptions, 'what' | 'part' | 'seed'>,
  without?: string,
): Promise<TunedRun> {
  const { chips, identity, at, compensate, clock } = setup;
  const { indices } = part.images.plan;
  setup.work.runs.set(JSON.stringify([options, indices, seed, without]), indices.length);
  const of = { ...identity, options, indices, seed, at, compensate, ...defined({ without }) };
  return recalled(setup.store, 'tune-run', of, async () => {
    const on = setup.on(what);
    const mapped = await chips.map(options, on);
    const before = clock.left();
    const programmed = without
      ? await chips.programWithout(mapped, without, seed, on)
      : await chips.program(mapped, seed, on);
    const run = await runChip(setup, part, programmed, on('simulate'));
    clock.ran(before - clock.left(), mapped.compiled.mapping.arrays);
    return run;
  });
}

/** As `verify` runs it. */
async function runChip(
  { at, compensate, threads, device }: Setup,
  { images, references }: Part,
  { pkg, chip }: Programmed,
  onImages: ReturnType<OnPart>,
): Promise<TunedRun> {
  const { states, corrections } = await openReading(pkg, chip, images.plan, costOf(pkg).conversionTime, {
    condition: { at, wires: pkg.loaded.target.wires !== undefined },
    compensate,
    noise: true,
    states: defaultStates,
    threads,
    device,
  });
  const { share } = correctionCost(pkg, corrections.calibration);
  return { ...(await runStates(images, states, references, onImages)), corrections: share };
}
