/**
 * Verifies a package on labelled images: floating point, the integer reference (an ideal chip), and programmed chips, all
 * on the same images. A trial is one chip, programmed with its own seed. Images are streamed, and batches of them spread over
 * threads, as are the arrays and layers of a chip while it is programmed.
 */
import type { Chip } from '../chip/chip.ts';
import type { Dataset } from '../data/dataset.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import { unlessRefused } from '../record/refused-model.ts';
import { fedInputs, spreadSamples } from '../record/samples.ts';
import { isAccelerator } from '../runtime/device.ts';
import { openSession } from '../runtime/session.ts';
import { openDevice } from '../simulate/check-device.ts';
import { availableThreads } from '../threads/pool.ts';
import { checkAboveChance } from './at-chance.ts';
import { conditionsOf, usualWires } from './conditions.ts';
import { checkKnownAnswer, type KnownAnswerCheck } from './known-answer.ts';
import type { ModelFile, OnStage, VerifyOptions } from './options.ts';
import { planVerification } from './plan.ts';
import type { VerifyReport } from './report.ts';
import { type ImageRun, runReferences } from './run-images.ts';
import { summarizeVerification } from './summarize.ts';
import { runTrial, type TrialOutcome } from './trial.ts';

function selfCheck(pkg: Package, onCheck: (done: number, total: number) => void): Promise<KnownAnswerCheck> {
  onCheck(0, 1);
  return runsOf(pkg, 'reference', () => checkKnownAnswer(pkg));
}

/**
 * Verifies a package.
 * @param model the model that the package was compiled from
 * @returns the report; bounds that are not met and warnings are part of it, see `boundsNotMet`
 * @throws the reason of `options.signal` where it is aborted
 * @throws DiagnosticError package/wrong-model, chip/wrong-package, data/* and options/invalid before anything is
 *   programmed, together where they can be told together; device/not-there, device/disagrees
 */
export async function verify(
  pkg: Package,
  model: ModelFile,
  dataset: Dataset,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const start = performance.now();
  const inputs = fedInputs(model.graph, model.file);
  const onProgress = (stage: string, done: number, total: number) => {
    options.signal?.throwIfAborted();
    options.onProgress?.(stage, done, total);
  };
  const report = (stage: string) => (done: number, total: number) => onProgress(stage, done, total);
  // The model as it was read, before any rewriting of ours.
  const float = encodeModel(model.graph);
  const samples = spreadSamples(dataset, inputs, dataset.length);
  if (isAccelerator(options.device)) report('opening the device')(0, 1);
  const device = await openDevice(options.device);
  const { plan, images, knownAnswer, references } = await unlessRefused(model, samples, async () => {
    report('opening the model')(0, 1);
    const probed = await openSession(float, { threads: 1 });
    const planned = await planVerification(pkg, model, dataset, { ...options, onProgress }, probed);
    if (!options.acceptChance)
      await checkAboveChance(model, dataset, planned, probed, report('floating point with other presets'));
    await probed.release();
    const ideal = { bytes: encodeModel(withFloatSums(pkg.reference)) };
    const run: ImageRun = { dataset, plan: planned, threads: options.threads ?? availableThreads() };
    const models = { float: { bytes: float }, ideal };
    return {
      plan: planned,
      images: run,
      knownAnswer: await selfCheck(pkg, report('self check')),
      references: await runReferences(run, models, report('floating point and ideal'), options.store),
    };
  });

  const wires = options.wires ?? usualWires(pkg.manifest.options);
  const conditions = conditionsOf(pkg.loaded.target, options.at, wires);
  const given: readonly (Chip | string | undefined)[] =
    options.chips ?? Array(options.trials ?? 1).fill(undefined);
  const trials: TrialOutcome[] = [];
  for (const [number, chip] of given.entries()) {
    const stage: OnStage = (what) => report(`chip ${number + 1} of ${given.length}: ${what}`);
    const shared = { pkg, images, references, conditions, options, device };
    trials.push(await runTrial(shared, chip, (options.seed ?? 1) + number, stage));
    options.onTrial?.(trials.length, given.length);
  }
  return summarizeVerification({
    pkg,
    model,
    dataset,
    options,
    plan,
    references,
    conditions,
    trials,
    knownAnswer,
    device: device?.report(),
    duration: (performance.now() - start) / 1000,
  });
}
