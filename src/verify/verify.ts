/**
 * Verifies a package on labelled images: floating point, the integer reference (an ideal chip), and programmed chips, all
 * on the same images. A trial is one chip, programmed with its own seed. Images are streamed, and batches of them spread over
 * threads, as are the arrays and layers of a chip while it is programmed.
 */
import type { Chip } from '../chip/chip.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import { unlessRefused } from '../record/refused-model.ts';
import { fedInputs, spreadSamples } from '../record/samples.ts';
import { openSession } from '../runtime/session.ts';
import { availableThreads } from '../threads/pool.ts';
import { conditionName, conditionsOf, usualWires } from './conditions.ts';
import { checkKnownAnswer } from './known-answer.ts';
import { addLayerNoise, type LayerNoise } from './layers.ts';
import { defaultStates, type ModelFile, type VerifyOptions } from './options.ts';
import { planVerification } from './plan.ts';
import { openReading } from './read-chip.ts';
import type { VerifyReport } from './report.ts';
import { type ChipRun, type ImageRun, runReferences, runStates } from './run-images.ts';
import { costOf, summarizeVerification } from './summarize.ts';
import { runTrial, type Trial } from './trial.ts';

/**
 * Verifies a package.
 * @param model the model that the package was compiled from
 * @returns the report; bounds that are not met and warnings are part of it, see `boundsNotMet`
 * @throws DiagnosticError package/wrong-model, chip/wrong-package, data/* and options/invalid before anything is
 *   programmed, together where they can be told together
 */
export async function verify(
  pkg: Package,
  model: ModelFile,
  dataset: Dataset,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const start = performance.now();
  const inputs = fedInputs(model.graph, model.file);
  const report = (stage: string) => (done: number, total: number) => options.onProgress?.(stage, done, total);
  // The model as it was read, before any rewriting of ours.
  const float = encodeModel(model.graph);
  const samples = spreadSamples(dataset, inputs, dataset.length);
  const { plan, images, knownAnswer, references } = await unlessRefused(model, samples, async () => {
    const probed = await openSession(float, { threads: 1 });
    const planned = await planVerification(pkg, model, dataset, options, probed);
    await probed.release();
    const ideal = { bytes: encodeModel(pkg.reference) };
    const run: ImageRun = { dataset, plan: planned, threads: options.threads ?? availableThreads() };
    const models = { float: { bytes: float }, ideal };
    return {
      plan: planned,
      images: run,
      knownAnswer: await runsOf(pkg, 'reference', () => checkKnownAnswer(pkg)),
      references: await runReferences(run, models, report('floating point and ideal')),
    };
  });

  const layers: LayerNoise = new Map();
  const wires = options.wires ?? usualWires(pkg.manifest.options);
  const conditions = conditionsOf(pkg.loaded.target, options.at, wires);
  const given: readonly (Chip | string | undefined)[] =
    options.chips ?? Array(options.trials ?? 1).fill(undefined);
  const trials: Trial[] = [];
  let currents: readonly Diagnostic[] = [];
  for (const [number, chip] of given.entries()) {
    const stage = (what: string) => report(`chip ${number + 1} of ${given.length}: ${what}`);
    trials.push(
      await runTrial(pkg, chip, (options.seed ?? 1) + number, options, stage, async (programmed, own) => {
        const runs: ChipRun[] = [];
        for (const condition of conditions) {
          const reading = await openReading(own, programmed, plan, costOf(own).conversionTime, {
            condition,
            compensate: options.compensate ?? 'none',
            noise: options.noise ?? true,
            states: options.noiseStates ?? defaultStates,
            threads: images.threads,
            onRead: ({ warnings }) => {
              if (warnings.length > currents.length) currents = warnings;
            },
          });
          if (condition === conditions[0])
            await runsOf(own, 'host', () => addLayerNoise(own, reading, images, layers));
          const what =
            conditions.length > 1 ? `simulate ${conditionName(condition, pkg.loaded.target)}` : 'simulate';
          const ofStates = () => runStates(images, reading.states, references, stage(what));
          runs.push(await runsOf(own, 'host', ofStates));
        }
        return runs;
      }),
    );
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
    layers,
    knownAnswer,
    currents,
    duration: (performance.now() - start) / 1000,
  });
}
