/**
 * Tunes a mapping: the cheapest way of storing every layer with which a network loses no more than a bound. Sensitivities are
 * measured layer by layer, mappings as a whole on programmed chips; path.ts and search.ts have the method.
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
import { compareVariants, variantsIn } from './compare.ts';
import { asGivenStep, measureMapping } from './measure.ts';
import type { TuneOptions } from './options.ts';
import type { TuneReport } from './report.ts';
import type { Assignment } from './search.ts';
import { searchMappings } from './search-mappings.ts';
import { unitsOf } from './sensitivity.ts';
import { prepare } from './setup.ts';
import { reportTuning } from './summarize.ts';
import { cheaper, moreExact } from './useful.ts';
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
  const met = asGiven.report.loss.points <= limits.maxDrop;
  const ofGiven = met ? undefined : await blame(setup, setup.options, asGiven);
  const isUseful = ofGiven ? moreExact(loaded.target, ofGiven, asGiven) : cheaper;
  const units = unitsOf(setup.compiled);
  const compared = await compareVariants(setup, units, isUseful);
  const optionsOf = (assignment: Assignment) =>
    applyVariants(setup.options, loaded.target, units, variantsIn(compared, assignment));
  const found = await searchMappings(setup, units, compared, optionsOf, limits);

  const { tried, chosen, best } = found;
  const taken = chosen ?? best;
  const stopped = setup.isOver();
  const ofBest =
    chosen || best === tried[0] || stopped
      ? undefined
      : await blame(setup, optionsOf(best.assignment), best.measured);
  const heldOut = await measureMapping(setup, optionsOf(taken.assignment), {
    what: 'on held-out images and other chips',
    part: setup.heldOut,
    seed: seed + 2 * setup.trials,
  });
  return reportTuning(
    {
      ...{ setup, limits, units, compared, found, remedies, stopped },
      blame: ofBest ? { mapping: tried.indexOf(best) + 1, ...ofBest } : ofGiven && { mapping: 1, ...ofGiven },
      options: optionsOf(taken.assignment),
      heldOut: heldOut.report,
    },
    (performance.now() - start) / 1000,
  );
}
