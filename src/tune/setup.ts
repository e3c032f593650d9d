/** What every measurement of one tuning shares: the model, its calibration record, the images, and what floating point gives. */

import { compile, lowerModel } from '../compile/compile.ts';
import type { Calibration } from '../compile/compiled.ts';
import type { Dataset } from '../data/dataset.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { Graph } from '../ir/graph.ts';
import type { CompileOptions } from '../ir/options.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { encodeModel } from '../onnx/encode.ts';
import { packageOf } from '../package/package-of.ts';
import { openSession } from '../runtime/session.ts';
import { schemeOf } from '../schemes/models.ts';
import type { LoadedTarget } from '../target/target.ts';
import { availableThreads } from '../threads/pool.ts';
import { checkAboveChance } from '../verify/at-chance.ts';
import type { ModelFile } from '../verify/options.ts';
import { type Plan, planVerification } from '../verify/plan.ts';
import { type ImageRun, type ReferenceRun, runReferences } from '../verify/run-images.ts';
import type { MappingReport } from './loss.ts';
import { defaultImages, defaultTrials, type TuneOptions } from './options.ts';

/** Images that are used together, with what the models without a chip make of them. */
export interface Part {
  readonly images: ImageRun;
  readonly references: ReferenceRun;
}

export interface Setup {
  readonly model: ModelFile;
  readonly loaded: LoadedTarget;
  /** As given. */
  readonly options: CompileOptions;
  readonly record: CalibrationRecord;
  /** The compilation with the options as given. */
  readonly compiled: Compiled;
  /** Its graph before quantization, with `mvm` nodes. */
  readonly real: Graph;
  readonly tuning: Part;
  readonly heldOut: Part;
  /** Images that were left out because calibration saw them. */
  readonly excluded: number;
  readonly trials: number;
  readonly seed: number;
  readonly threads: number;
  readonly report: (stage: string, done: number, total: number) => void;
  /** Mappings that were measured, by all that the measurement depends on: none is measured twice. */
  readonly measured: Map<string, MappingReport>;
}

/** An interval needs two images in each half. */
const fewestImages = 4;

/**
 * Compiles the model as given, and runs floating point and integers on the images: every second one is for tuning, the
 * others are held out.
 * @throws DiagnosticError as `compile` and `planVerification` do; options/invalid for too few images, and where the scored
 *   output is no list of classes
 */
export async function prepare(
  model: ModelFile,
  loaded: LoadedTarget,
  options: CompileOptions,
  calibration: Calibration | undefined,
  dataset: Dataset,
  tuning: TuneOptions,
): Promise<Setup> {
  const report = tuning.onProgress ?? (() => undefined);
  const compiled = await compile(model, loaded, options, calibration, { onProgress: report });
  const threads = tuning.threads ?? availableThreads();
  const pkg = await packageOf(compiled);
  const float = encodeModel(model.graph);
  const probe = await openSession(float, { threads: 1 });
  const wanted = { ...tuning, threads, images: tuning.images ?? defaultImages, excludeCalibration: true };
  const plan = await planVerification(pkg, model, dataset, wanted, probe);
  if (!tuning.acceptChance) {
    const onImages = (done: number, total: number) =>
      report('floating point with other presets', done, total);
    await checkAboveChance(model, dataset, plan, probe, onImages);
  }
  await probe.release();
  checkPlan(plan, dataset);
  const ideal = { bytes: encodeModel(withFloatSums(pkg.reference)) };
  const models = { float: { bytes: float }, ideal };
  const partOf = async (half: 0 | 1, stage: string): Promise<Part> => {
    const images = { dataset, plan: halfOf(plan, half), threads };
    const onImages = (done: number, total: number) => report(stage, done, total);
    return { images, references: await runReferences(images, models, onImages) };
  };
  return {
    model,
    loaded,
    options,
    record: compiled.record,
    compiled,
    real: await lowerModel(model, loaded, options),
    tuning: await partOf(0, 'floating point and integers, tuning images'),
    heldOut: await partOf(1, 'floating point and integers, held-out images'),
    excluded: plan.overlap,
    // Chips without any randomness are all the same.
    trials: schemeOf(loaded.target).exact ? 1 : (tuning.trials ?? defaultTrials),
    seed: tuning.seed ?? 1,
    threads,
    report,
    measured: new Map(),
  };
}

function checkPlan({ indices, targets }: Plan, dataset: Dataset): void {
  if (indices.length < fewestImages)
    raise([
      optionInvalid(
        '--images',
        `${indices.length} images are left; half of them are held out`,
        'Give more images.',
      ),
    ]);
  if (!targets)
    raise([
      optionInvalid(
        dataset.path,
        'the scored output is no list of classes, so there is no accuracy to keep',
        'Choose another output with --score-output.',
      ),
    ]);
}

/** Every second image. */
function halfOf(plan: Plan, half: 0 | 1): Plan {
  return {
    ...plan,
    indices: plan.indices.filter((_, i) => i % 2 === half),
    hashes: plan.hashes.filter((_, i) => i % 2 === half),
    targets: plan.targets?.filter((_, i) => i % 2 === half),
  };
}
