/**
 * Verifies a package on labelled images: floating point, the integer reference (an ideal chip), and programmed chips, all
 * on the same images. A trial is one chip, programmed with its own seed. Images are streamed, and batches of them spread over
 * threads, as are the arrays and layers of a chip while it is programmed.
 */
import type { Chip } from '../chip/chip.ts';
import { loadChip } from '../chip/load.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { graphInvalid } from '../diagnostics.ts';
import type { ImportedModel } from '../onnx/decode.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { availableThreads } from '../pool.ts';
import { programChip } from '../program.ts';
import { soleInput } from '../record/samples.ts';
import { openSession } from '../runtime/session.ts';
import { type Compensation, conditionName, conditionsOf, type WiresRead } from './conditions.ts';
import { checkKnownAnswer } from './known-answer.ts';
import { addLayerNoise, type LayerNoise } from './layers.ts';
import { planVerification } from './plan.ts';
import { openReading, withoutWires } from './read-chip.ts';
import type { VerifyReport } from './report.ts';
import { type ChipRun, type ImageRun, runReferences, runStates } from './run-images.ts';
import { costOf, summarizeVerification, type Trial } from './summarize.ts';

/** States of slow noise over all images, where nothing else is said. */
const defaultStates = 8;

/** The model that was compiled, and the file as messages name it. */
export type ModelFile = ImportedModel & { readonly file: string };

/** Names a stage of one chip's trial, and says how far it is. */
export type OnStage = (what: string) => (done: number, total: number) => void;

export interface VerifyOptions {
  /** Chips to program. Default: 1. */
  readonly trials?: number;
  /** Seed of the first chip; the others count on from it. Default: 1. */
  readonly seed?: number;
  /** Chips that were programmed before, or their folders: used as they are instead of programming `trials` new ones. */
  readonly chips?: readonly (Chip | string)[];
  /** What a new chip with this seed is programmed from, compiled from the same model. Default: the package itself. */
  readonly packageFor?: (seed: number, stage: OnStage) => Promise<Package>;
  /** Re-estimate gain and bias on new chips. Default: true. */
  readonly calibrate?: boolean;
  /** Most images, evenly spread over the data. Default: all. */
  readonly images?: number;
  /** Leave images out that were used for calibration. */
  readonly excludeCalibration?: boolean;
  /** Images that run at once, at most. The report is the same for any number, but for the rounding of 32-bit floats. */
  readonly batchSize?: number;
  /** Worker threads. Default: as many as this machine runs at once. The report is the same for any number. */
  readonly threads?: number;
  /** The model's output to score. Default: the first one with more than one class. */
  readonly scoreOutput?: string;
  /** Lowest accepted mean top-1 of the chips (percent); the report says whether it is met. */
  readonly minAccuracy?: number;
  /** Largest accepted loss of top-1 against floating point (points), mean over chips. */
  readonly maxDrop?: number;
  /** Times after programming at which the chips are read (s); bounds hold at the first. Default: right after it. */
  readonly at?: readonly number[];
  /** Whether chips are read through the target's wires, as if these had no resistance, or both. Default: both. */
  readonly wires?: WiresRead;
  /** What is done about drift at those times. Default: none. */
  readonly compensate?: Compensation;
  /** Read noise, where the target has it. Default: true. */
  readonly noise?: boolean;
  /** States of random telegraph and 1/f noise over all images, at most. Default: 8. */
  readonly noiseStates?: number;
  /** Called when a stage starts, and as it goes on. */
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

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
  soleInput(model.graph, model.file);
  const report = (stage: string) => (done: number, total: number) => options.onProgress?.(stage, done, total);
  // The model as it was read, before any rewriting of ours.
  const float = encodeModel(model.graph);
  const probed = await openSession(float, {
    threads: 1,
    onRejected: (reason) => graphInvalid(model.file, `onnxruntime rejects the model: ${reason}`),
  });
  const plan = await planVerification(pkg, model, dataset, options, probed);
  await probed.release();
  const ideal = { bytes: encodeModel(pkg.reference), preciseIntegers: true };
  const knownAnswer = await checkKnownAnswer(pkg, ideal);
  const images: ImageRun = { dataset, plan, threads: options.threads ?? availableThreads() };
  const models = { float: { bytes: float }, ideal };
  const references = await runReferences(images, models, report('floating point and ideal'));

  const layers: LayerNoise = new Map();
  const conditions = conditionsOf(pkg.loaded.target, options.at, options.wires);
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
          if (condition === conditions[0]) await addLayerNoise(own, reading, images, layers);
          const what =
            conditions.length > 1 ? `simulate ${conditionName(condition, pkg.loaded.target)}` : 'simulate';
          runs.push(await runStates(images, reading.states, references, stage(what)));
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

/** Programs, or takes, one chip and runs it; only its figures remain. */
async function runTrial(
  pkg: Package,
  given: Chip | string | undefined,
  seed: number,
  options: VerifyOptions,
  stage: OnStage,
  run: (chip: Chip, own: Package) => Promise<readonly ChipRun[]>,
): Promise<Trial> {
  const start = performance.now();
  const own = given === undefined ? ((await options.packageFor?.(seed, stage)) ?? pkg) : pkg;
  const chip = await takeChip(own, given, seed, options, stage);
  const programmed = performance.now();
  const runs = await run(chip, own);
  return {
    runs,
    seed: chip.seed,
    faults: own.manifest.faults,
    ...(typeof given === 'string' && { chip: given }),
    calibrated: chip.calibration !== undefined,
    counters: chip.counters,
    duration: { program: (programmed - start) / 1000, simulate: (performance.now() - programmed) / 1000 },
  };
}

async function takeChip(
  pkg: Package,
  given: Chip | string | undefined,
  seed: number,
  options: VerifyOptions,
  stage: OnStage,
): Promise<Chip> {
  if (typeof given === 'string') return loadChip(given);
  if (given) return given;
  const { calibrate = true, threads = availableThreads(), wires } = options;
  // Nobody asks for the corrections that wires take, which are not cheap to solve for.
  const apart = calibrate && wires === 'off' && pkg.loaded.target.wires !== undefined;
  const chip = await programChip(pkg, {
    seed,
    calibrate: calibrate && !apart,
    threads,
    onArray: stage('program'),
    onLayer: stage('calibrate'),
  });
  return apart ? withoutWires(pkg, chip, threads) : chip;
}
