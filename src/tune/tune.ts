/**
 * Tunes a mapping: the cheapest way of storing every layer with which a network loses no more than a bound. Sensitivities are
 * measured layer by layer, mappings as a whole on programmed chips; path.ts and search.ts have the method.
 */
import type { Calibration } from '../compile/compiled.ts';
import type { Dataset } from '../data/dataset.ts';
import type { CompileOptions } from '../options.ts';
import type { LoadedTarget } from '../target/target.ts';
import type { ModelFile } from '../verify/verify.ts';
import { applyVariants } from './apply.ts';
import { type Blame, blame } from './blame.ts';
import { type Compared, candidatesOf, compareVariants, digitalOrder, variantsIn } from './compare.ts';
import { type MappingReport, measureMapping } from './measure.ts';
import { mappingAfter, pathOf } from './path.ts';
import type { TuneReport } from './report.ts';
import { type Assignment, type Measured, type SearchResult, search } from './search.ts';
import { type Unit, unitsOf } from './sensitivity.ts';
import { prepare, type Setup } from './setup.ts';
import { reportTuning } from './summarize.ts';
import { type TriedRemedies, tryRemedies, withRemedy } from './wire-remedies.ts';

export interface TuneOptions {
  /** Largest accepted loss of top-1 against floating point (points), mean over chips. Default: 1. */
  readonly maxDrop?: number;
  /** Largest share of the multiplications that may stay digital (percent). Default: 10. */
  readonly maxDigital?: number;
  /** Images used at most, half of them held out. Default: 500. */
  readonly images?: number;
  /** Chips per measurement. Default: 2. */
  readonly trials?: number;
  /** Seed of the first chip. Default: 1. */
  readonly seed?: number;
  readonly threads?: number;
  readonly scoreOutput?: string;
  /** Called when a stage starts, and as it goes on. */
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/** Most loss and most digital multiplications, in percent. */
export interface Limits {
  readonly maxDrop: number;
  readonly maxDigital: number;
}

/** What is known of a mapping that was tried. */
export interface TuneMeasured extends Measured {
  readonly report: MappingReport;
}

/** All that a tuning measured. */
export interface Tuning {
  readonly setup: Setup;
  readonly limits: Limits;
  readonly units: readonly Unit[];
  readonly compared: readonly (readonly Compared[])[];
  readonly found: SearchResult<TuneMeasured>;
  /** What was tried against the resistance of wires before anything else. */
  readonly wires: TriedRemedies;
  /** Of the mapping as given, where it does not meet the bound. */
  readonly blame?: Blame;
  /** Of the best mapping, where none meets the bound. */
  readonly remaining?: Blame;
  readonly heldOut?: MappingReport;
  readonly options?: CompileOptions;
}

/**
 * @param options what is not tuned, and the mapping from which tuning starts
 * @param calibration as for `compile`; its samples are left out of the images
 * @param dataset labelled images
 * @returns the report; without a mapping that meets the bound, it has no `chosen`
 * @throws DiagnosticError of `compile`, and of checking the data
 */
export async function tune(
  model: ModelFile,
  loaded: LoadedTarget,
  options: CompileOptions,
  calibration: Calibration | undefined,
  dataset: Dataset,
  tuning: TuneOptions = {},
): Promise<TuneReport> {
  const start = performance.now();
  const limits = { maxDrop: tuning.maxDrop ?? 1, maxDigital: tuning.maxDigital ?? 10 };
  const prepared = await prepare(model, loaded, options, calibration, dataset, { ...tuning, ...limits });
  const wires = await tryRemedies(prepared, limits.maxDrop);
  const setup = await withRemedy(prepared, wires.taken);
  const units = unitsOf(setup.compiled);
  const compared = await compareVariants(setup, units);
  const optionsOf = (assignment: Assignment) =>
    applyVariants(setup.options, loaded.target, units, variantsIn(compared, assignment));
  const found = await searchMappings(setup, units, compared, optionsOf, limits);

  const [given] = found.tried;
  const { chosen, best } = found;
  const blameOf = (tried: typeof best) => blame(setup, optionsOf(tried.assignment), tried.measured.report);
  const ofGiven = given!.measured.met ? undefined : await blameOf(given!);
  const ofBest = chosen ? undefined : best === given ? ofGiven : await blameOf(best);
  const chosenOptions = chosen && optionsOf(chosen.assignment);
  const heldOut =
    chosenOptions &&
    (await measureMapping(setup, chosenOptions, {
      part: setup.heldOut,
      seed: setup.seed + 2 * setup.trials,
    }));
  return reportTuning(
    {
      setup,
      limits,
      units,
      compared,
      found,
      wires,
      ...(ofGiven && { blame: ofGiven }),
      ...(ofBest && { remaining: ofBest }),
      ...(chosenOptions && { options: chosenOptions }),
      ...(heldOut && { heldOut }),
    },
    (performance.now() - start) / 1000,
  );
}

async function searchMappings(
  setup: Setup,
  units: readonly Unit[],
  compared: Tuning['compared'],
  optionsOf: (assignment: Assignment) => CompileOptions,
  { maxDrop, maxDigital }: Limits,
): Promise<SearchResult<TuneMeasured>> {
  const candidates = candidatesOf(compared);
  const path = pathOf(candidates);
  const exact = mappingAfter(path, path.steps.length);
  const digital = digitalOrder(
    units,
    exact.map((candidate, unit) => candidates[unit]![candidate]!.noise),
    // The record holds inputs as they are after equalization, which a layer that goes digital would change.
    setup.options.equalization ? 0 : maxDigital / 100,
  );
  const { arrays, conversions } = setup.compiled.summary;
  // As given, most exact, cheapest, bisection in between, and the chosen one on other chips.
  const expected = 4 + Math.ceil(Math.log2(path.steps.length + 1));
  let done = 0;
  const measureWith = (seed: number) => async (assignment: Assignment) => {
    setup.report('mappings as a whole', done++, expected);
    const report = await measureMapping(setup, optionsOf(assignment), { part: setup.tuning, seed });
    return {
      report,
      drop: report.loss.points,
      noise: report.noise,
      met: report.loss.points <= maxDrop && report.arrays <= setup.options.arrays,
      digital: digitalShare(units, assignment),
      cost: report.arrays / arrays + report.conversions / conversions,
    };
  };
  const given = units.map(() => 0);
  return search(given, path, digital, {
    measure: measureWith(setup.seed),
    confirm: measureWith(setup.seed + setup.trials),
  });
}

function digitalShare(units: readonly Unit[], assignment: Assignment): number {
  const sum = (some: readonly Unit[]) => some.reduce((total, unit) => total + unit.multiplications, 0);
  return sum(units.filter((_, unit) => assignment[unit] === 'digital')) / sum(units);
}
