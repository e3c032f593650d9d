/** What all runs of an explanation share: images, on a model that is worth explaining, and what floating point and integers make of them. */
import { usualCompensation } from '../correct/compensate.ts';
import type { Dataset } from '../data/dataset.ts';
import { defined } from '../defined.ts';
import { labelsMissing, optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { noStore } from '../files/result-store.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { unlessRefused } from '../record/refused-model.ts';
import { fedInputs, spreadSamples } from '../record/samples.ts';
import { openSession } from '../runtime/session.ts';
import { availableThreads } from '../threads/pool.ts';
import { manyArrays } from '../tune/options.ts';
import { checkAboveChance } from '../verify/at-chance.ts';
import type { ModelFile } from '../verify/options.ts';
import { type Plan, planVerification } from '../verify/plan.ts';
import { type ImageRun, type ReferenceRun, runReferences } from '../verify/run-images.ts';
import { fewFirst, fewOf } from './few-images.ts';
import { raiseNoClasses } from './no-classes.ts';
import { defaultImages, type ExplainOptions } from './options.ts';
import type { HowRead } from './reading.ts';

export interface Subject extends HowRead {
  readonly images: ImageRun;
  readonly references: ReferenceRun;
  /** How many of the images, the first, have to do where few will. */
  readonly few: number;
}

type OnProgress = NonNullable<ExplainOptions['onProgress']>;

/** @throws DiagnosticError as `explain` does */
export async function openSubject(
  pkg: Package,
  model: ModelFile,
  dataset: Dataset,
  options: ExplainOptions,
  report: OnProgress,
): Promise<Subject> {
  const { at = 0, compensate = usualCompensation, threads = availableThreads(), store = noStore } = options;
  const samples = spreadSamples(dataset, fedInputs(model.graph, model.file), dataset.length);
  return unlessRefused(model, samples, async () => {
    const whole = await planned(pkg, model, dataset, options, report);
    const large = pkg.manifest.summary.arrays > manyArrays;
    const plan = large ? fewFirst(whole) : whole;
    const few = large ? fewOf(plan) : plan.indices.length;
    const images: ImageRun = { dataset, plan, threads };
    const models = {
      float: { bytes: encodeModel(model.graph) },
      ideal: { bytes: encodeModel(withFloatSums(pkg.reference)) },
    };
    const onImages = (done: number, total: number) => report('floating point and integers', done, total);
    const references = await runReferences(images, models, onImages, store);
    return { images, references, few, at, compensate };
  });
}

/** The images, on a model that is worth explaining. */
async function planned(
  pkg: Package,
  model: ModelFile,
  dataset: Dataset,
  options: ExplainOptions,
  onProgress: OnProgress,
): Promise<Plan> {
  const { seed, trials, scoreOutput, at = 0, images = defaultImages } = options;
  const probe = await openSession(encodeModel(model.graph), { threads: 1 });
  const wanted = { ...defined({ seed, trials, scoreOutput }), images, at: [at], excludeCalibration: true };
  const plan = await planVerification(pkg, model, dataset, { ...wanted, onProgress }, probe);
  if (!dataset.labels) raise([labelsMissing(dataset.path)]);
  if (!plan.targets) raiseNoClasses(dataset);
  if (plan.indices.length < 2)
    raise([optionInvalid('--images', 'an interval needs two images', 'Give more images.')]);
  const onImages = (done: number, total: number) =>
    onProgress('floating point with other presets', done, total);
  if (!options.acceptChance) await checkAboveChance(model, dataset, plan, probe, onImages);
  await probe.release();
  return plan;
}
