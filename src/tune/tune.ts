/**
 * Tunes a mapping: the cheapest way of storing every class of layers with which a network loses no more than a bound. What each layer
 * costs the output is measured once; what other forms of it would cost is estimated, and mappings as a whole are measured on
 * programmed chips. forms.ts, path.ts and search.ts have the method.
 */
import type { Calibration } from '../compile/compiled.ts';
import type { Dataset } from '../data/dataset.ts';
import type { CompileOptions } from '../ir/options.ts';
import { unlessRefused } from '../record/refused-model.ts';
import { fedInputs, spreadSamples } from '../record/samples.ts';
import type { LoadedTarget } from '../target/target.ts';
import type { ModelFile } from '../verify/options.ts';
import { applyVariants } from './apply.ts';
import { blame } from './blame.ts';
import { formsOf, takenIn } from './forms.ts';
import type { MappingReport } from './loss.ts';
import { asGivenStep, measureMapping } from './measure.ts';
import type { Limits, TuneOptions } from './options.ts';
import type { Choices } from './path.ts';
import type { TuneReport } from './report.ts';
import { searchMappings } from './search-mappings.ts';
import { measureUnits, unitsOf } from './sensitivity.ts';
import { prepare, type Setup } from './setup.ts';
import { reportTuning } from './summarize.ts';
import { tryRemedies, withRemedy } from './wire-remedies.ts';

/**
 * @param options what is not tuned, and the mapping from which tuning starts
 * @param calibration as for `compile`; its samples are left out of the images
 * @param dataset labelled images
 * @returns the report; without a mapping that meets the bound it has no `chosen`, and the options are those of the best
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
  const images = spreadSamples(dataset, fedInputs(model.graph, model.file), dataset.length);
  const prepared = await unlessRefused(model, images, () =>
    prepare(model, loaded, options, calibration, dataset, { ...tuning, ...limits }),
  );
  const remedies = await tryRemedies(prepared, limits.maxDrop);
  const setup = await withRemedy(prepared, remedies.taken);
  const { tuning: part, seed } = setup;
  const asGiven = await measureMapping(setup, setup.options, { what: asGivenStep, part, seed });
  const units = unitsOf(setup.compiled);
  const errors = await measureUnits(setup, units);
  const mostDigital = mostDigitalIn(setup, limits, asGiven.report);
  const classes = await formsOf(setup, { units, errors }, mostDigital);
  const optionsOf = (choices: Choices) =>
    applyVariants(setup.options, loaded.target, units, takenIn(classes, choices, units.length));
  const found = await searchMappings(setup, classes, optionsOf, { ...limits, mostDigital }, asGiven.report);

  const { tried, chosen, best } = found;
  const taken = chosen ?? best;
  // What costs the accuracy that there is none of, or that was bought.
  const blamed = chosen ? tried[0]! : best;
  const lossy = blamed.measured.report.loss.points > limits.maxDrop;
  const cause =
    lossy && setup.clock.allows('chip', blamed.measured.report.arrays)
      ? {
          mapping: tried.indexOf(blamed) + 1,
          ...(await blame(setup, optionsOf(blamed.choices), blamed.measured)),
        }
      : undefined;
  const stopped = setup.clock.hasDenied();
  const heldOut = await measureMapping(setup, optionsOf(taken.choices), {
    what: 'on held-out images and other chips',
    part: setup.heldOut,
    seed: seed + 2 * setup.trials,
  });
  return reportTuning(
    {
      ...{ setup, limits, units, errors, classes, found, remedies, stopped },
      blame: cause,
      options: optionsOf(taken.choices),
      heldOut: heldOut.report,
    },
    (performance.now() - start) / 1000,
  );
}

/** Share of the multiplications that layers may take off crossbars: corrections have some of it already. */
function mostDigitalIn({ options }: Setup, { maxDigital }: Limits, { corrections }: MappingReport): number {
  // The record holds inputs as they are after equalization, which a layer that goes digital would change.
  return options.equalization ? 0 : Math.max(0, maxDigital / 100 - corrections);
}
