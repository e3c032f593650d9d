/** Layers, each with its compared variants -> the mappings that were measured on programmed chips, and the one to take. */
import type { CompileOptions } from '../ir/options.ts';
import { type Compared, candidatesOf, digitalOrder } from './compare.ts';
import type { MappingReport } from './loss.ts';
import { type Measurement, measureMapping } from './measure.ts';
import type { Limits } from './options.ts';
import { mappingAfter, pathOf } from './path.ts';
import { type Assignment, type Measured, type SearchResult, search, type Why } from './search.ts';
import type { Unit } from './sensitivity.ts';
import type { Setup } from './setup.ts';

/** What is known of a mapping that was tried. */
export interface TuneMeasured extends Measured {
  readonly report: MappingReport;
  readonly runs: Measurement['runs'];
}

export async function searchMappings(
  setup: Setup,
  units: readonly Unit[],
  compared: readonly (readonly Compared[])[],
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
  const measureWith = (seed: number) => async (assignment: Assignment, why?: Why) => {
    const { report, runs } = await measureMapping(setup, optionsOf(assignment), {
      what: why ? `mapping: ${why}` : 'the same on other chips',
      part: setup.tuning,
      seed,
      // What is measured first is looked at closely if it fails.
      ...(why !== 'as given' && { bound: maxDrop }),
    });
    const fits = report.arrays <= setup.options.arrays;
    return {
      report,
      runs,
      drop: report.loss.points,
      noise: report.noise,
      fits,
      met: fits && report.loss.points <= maxDrop,
      digital: digitalShare(units, assignment),
      cost: report.arrays / arrays + report.conversions / conversions,
    };
  };
  const given = units.map(() => 0);
  return search(given, path, digital, {
    measure: measureWith(setup.seed),
    confirm: measureWith(setup.seed + setup.trials),
    isOver: setup.isOver,
  });
}

function digitalShare(units: readonly Unit[], assignment: Assignment): number {
  const sum = (some: readonly Unit[]) => some.reduce((total, unit) => total + unit.multiplications, 0);
  return sum(units.filter((_, unit) => assignment[unit] === 'digital')) / sum(units);
}
