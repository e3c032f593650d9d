/** What every measurement of one tuning shares: the model, its calibration record, the images, and what floating point gives. */

import { compile, lowerAsRecorded } from '../compile/compile.ts';
import type { Calibration } from '../compile/compiled.ts';
import { type Compensation, fitsAnew, usualCompensation } from '../correct/compensate.ts';
import type { Dataset } from '../data/dataset.ts';
import { defined } from '../defined.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { sha256 } from '../files/hash.ts';
import { noStore, type ResultStore } from '../files/result-store.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { Graph } from '../ir/graph.ts';
import type { CompileOptions } from '../ir/options.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { encodeModel } from '../onnx/encode.ts';
import { packageOf } from '../package/package-of.ts';
import { ownOfLayer } from '../record/own-range.ts';
import { encodeRecord } from '../record/record-file.ts';
import { isAccelerator } from '../runtime/device.ts';
import { openSession } from '../runtime/session.ts';
import { schemeOf } from '../schemes/models.ts';
import { type OpenDevice, openDevice } from '../simulate/check-device.ts';
import { readsAlike } from '../target/reads-alike.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { availableThreads } from '../threads/pool.ts';
import { checkAboveChance } from '../verify/at-chance.ts';
import type { ModelFile } from '../verify/options.ts';
import { type Plan, planVerification } from '../verify/plan.ts';
import { type ImageRun, type ReferenceRun, runReferences } from '../verify/run-images.ts';
import { type Chips, type OnPart, openChips } from './chips.ts';
import { type Clock, openClock } from './clock.ts';
import type { MappingReport } from './loss.ts';
import { withMemory } from './memo.ts';
import {
  defaultBudget,
  defaultImages,
  defaultTrials,
  type MeasuredStep,
  manyArrays,
  type TuneOptions,
} from './options.ts';

/** Images that are used together, with what the models without a chip make of them. */
export interface Part {
  readonly images: ImageRun;
  readonly references: ReferenceRun;
}

export interface Setup {
  readonly model: ModelFile;
  readonly loaded: LoadedTarget;
  /** As given, and settled where they left open what to do about wires. */
  readonly options: CompileOptions;
  readonly record: CalibrationRecord;
  /** The compilation with the options as given. */
  readonly compiled: Compiled;
  /** Whether what is done about wires was left to the compiler. */
  readonly wiresLeftOpen: boolean;
  /** Its graph before quantization, with `mvm` nodes. */
  readonly real: Graph;
  readonly tuning: Part;
  readonly heldOut: Part;
  /** Images that were left out because calibration saw them. */
  readonly excluded: number;
  readonly trials: number;
  readonly seed: number;
  readonly threads: number;
  /** Where chips run; undefined: on the processor. */
  readonly device: OpenDevice | undefined;
  /** Seconds after programming at which chips are read, and what is done about drift then. */
  readonly at: number;
  readonly compensate: Compensation;
  /** Whether inputs can be recorded anew with other codes: samples are there, and the model has no codes of its own. */
  readonly codesAreFree: boolean;
  readonly chips: Chips;
  /** What all measurements follow from, besides the mapping, the chip and the images of each. */
  readonly identity: Readonly<Record<string, unknown>>;
  readonly store: ResultStore;
  /** What the measurements came to, each once: mappings, and by chip the number of its images. */
  readonly work: { readonly mappings: Set<string>; readonly runs: Map<string, number> };
  /** Says how far the parts of a measurement are, by its name. */
  readonly on: (what: string) => OnPart;
  readonly tell: (measured: Omit<MeasuredStep, 'left'>) => void;
  /** Takes note of a mapping that was measured on the tuning images and the first chips. */
  readonly compete: (options: CompileOptions, report: MappingReport) => void;
  readonly clock: Clock;
  /** Says what a search along so many mappings may come to. */
  readonly tellPlan: (mappings: number) => void;
}

/** An interval needs two images in each half. */
const fewestImages = 4;

/**
 * Compiles the model as given, and runs floating point and integers on the images: every second one is for tuning, the
 * others are held out.
 * @throws DiagnosticError as `compile` and `planVerification` do; options/invalid for too few images, and where the scored
 *   output is no list of classes; device/not-there, device/disagrees
 */
export async function prepare(
  model: ModelFile,
  loaded: LoadedTarget,
  options: CompileOptions,
  calibration: Calibration | undefined,
  dataset: Dataset,
  tuning: TuneOptions,
): Promise<Setup> {
  const clock = openClock(tuning.budget ?? defaultBudget);
  const report = tuning.onProgress ?? (() => undefined);
  if (isAccelerator(tuning.device)) report('opening the device', 0, 1);
  const device = await openDevice(tuning.device);
  let calibrated = clock.left();
  const compiled = await compile(model, loaded, options, calibration, {
    onProgress(stage, done, total) {
      // What comes before is done once.
      if (stage === 'lower' || stage === 'calibrate') calibrated = clock.left();
      report(stage, done, total);
    },
  });
  clock.compiled(calibrated - clock.left());
  const threads = tuning.threads ?? availableThreads();
  const pkg = await packageOf(compiled);
  const float = encodeModel(model.graph);
  const probe = await openSession(float, { threads: 1 });
  const images = tuning.images ?? defaultImages;
  const { at = 0, compensate = usualCompensation, store = noStore } = tuning;
  const calibratedAt = fitsAnew(compensate) ? at : 0;
  const sequential = compensate === 'sequential';
  const { seed, trials: chips, scoreOutput, maxDrop } = tuning;
  const wanted = {
    ...defined({ seed, trials: chips, scoreOutput, maxDrop, device: device?.name }),
    ...{ threads, images, at: [at], excludeCalibration: true, onProgress: report },
  };
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
    const run = { dataset, plan: halfOf(plan, half), threads };
    const onImages = (done: number, total: number) => report(stage, done, total);
    return { images: run, references: await runReferences(run, models, onImages, store) };
  };
  const usual = compiled.mapping.arrays > manyArrays ? 1 : defaultTrials;
  const real = await lowerAsRecorded(model, loaded, options, compiled.record);
  const samples = calibration?.kind === 'samples' ? calibration.samples : undefined;
  const trials = isRandom(loaded.target) ? (chips ?? usual) : 1;
  const { record } = compiled;
  const kept = withMemory(store);
  const identity = {
    model: model.sha256,
    target: loaded.fingerprint,
    record: sha256(encodeRecord(record)),
    images: hashOf(plan),
    output: plan.output,
    batch: plan.batchSize,
    ...(device && { device: device.name }),
  };
  if (tuning.resume && !(await kept.recall('tune-begun', { ...identity, options: compiled.options })))
    raise([
      optionInvalid('--resume', 'no earlier run with these inputs left any measurements', 'Leave it away.'),
    ]);
  await kept.keep('tune-begun', { ...identity, options: compiled.options }, true);
  return {
    model,
    loaded,
    // What the compiler was to choose for all layers together is settled.
    options: compiled.options,
    record,
    compiled,
    wiresLeftOpen: options.wireCorrection === 'auto',
    real,
    tuning: await partOf(0, 'floating point and integers, tuning images'),
    heldOut: await partOf(1, 'floating point and integers, held-out images'),
    excluded: plan.overlap,
    trials,
    seed: seed ?? 1,
    threads,
    device,
    at,
    compensate,
    codesAreFree: samples !== undefined && !hasOwnCodes(real),
    chips: openChips(
      { model, loaded, threads, calibratedAt, sequential, clock, ...defined({ samples }) },
      trials,
      { compiled, pkg },
    ),
    identity,
    store: kept,
    work: { mappings: new Set(), runs: new Map() },
    on: (what) => (part) => (done, total) => report(`${what}: ${part}`, done, total),
    tell: (measured) => tuning.onMeasured?.({ ...measured, left: clock.left() }),
    compete: competition(options.arrays, tuning.onBest),
    clock,
    tellPlan: (mappings) =>
      tuning.onPlan?.({ mappings, ...clock.pace(trials * compiled.mapping.arrays), left: clock.left() }),
  };
}

/** Calls back with every mapping that loses least so far. */
function competition(arrays: number, onBest: TuneOptions['onBest']): Setup['compete'] {
  let best: MappingReport | undefined;
  return (options, report) => {
    const least = best?.loss.points ?? Number.POSITIVE_INFINITY;
    if (report.arrays > arrays || report.loss.points >= least) return;
    best = report;
    onBest?.({ ...options, arrays }, report);
  };
}

const hasOwnCodes = (real: Graph): boolean =>
  real.nodes.some((node) => node.kind === 'mvm' && ownOfLayer(real, node) !== undefined);

/** Whether chips differ. */
const isRandom = (target: Target): boolean =>
  !schemeOf(target).exact || target.faults !== undefined || !readsAlike(target);

/** SHA-256 of all that images give a measurement. */
function hashOf({ hashes, targets }: Plan): string {
  return sha256(JSON.stringify([hashes, targets && [...targets]]));
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
