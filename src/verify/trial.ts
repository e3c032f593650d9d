/**
 * One chip of a verification: programmed, or taken as it is, and run under every condition; only its figures remain. A store
 * keeps them for the next verification that has the same chip on the same images.
 */
import type { ArrayCounters, Chip } from '../chip/chip.ts';
import { loadChip } from '../chip/load.ts';
import { type RewritingReport, reportOf } from '../chip/rewriting.ts';
import type { CorrectionCost } from '../column-correction.ts';
import { fitsAnew } from '../correct/compensate.ts';
import { correctionCost } from '../correct/correction-cost.ts';
import { defined } from '../defined.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Manifest } from '../package/manifest.ts';
import type { Package } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import { programChip } from '../program.ts';
import type { OpenDevice } from '../simulate/check-device.ts';
import { type Condition, conditionName } from './conditions.ts';
import { costOf } from './cost.ts';
import { addLayerNoise, type LayerNoise } from './layers.ts';
import { compensationOf, defaultStates, type OnStage, rewriteFor, type VerifyOptions } from './options.ts';
import { openReading } from './read-chip.ts';
import type { TrialReport } from './report.ts';
import { type ChipRun, type ImageRun, type ReferenceRun, runStates } from './run-images.ts';
import { trialContent } from './trial-content.ts';

/** One chip over all images under one condition. */
export interface ConditionRun extends ChipRun {
  /** When its gains were fitted (s after programming); undefined where nothing is calibrated. */
  readonly calibratedAt: number | undefined;
  /** Whether layer after layer; undefined where nothing is calibrated. */
  readonly sequential: boolean | undefined;
}

/** One chip's run. */
export interface Trial {
  /** By condition. */
  readonly runs: readonly ConditionRun[];
  /** Under the first condition. */
  readonly layers: LayerNoise;
  /** Lines over their limits: of the reading that has most kinds of them. */
  readonly currents: readonly Diagnostic[];
  readonly seed: number;
  /** Folder of a saved one. */
  readonly chip: string | undefined;
  /** Outputs of the layers that are calibrated under the first condition. */
  readonly calibrated: readonly string[];
  /** Of its corrections under the first condition. */
  readonly corrections: CorrectionCost;
  /** What its package says of the fault map that it was compiled around. */
  readonly faults: Manifest['faults'];
  /** How it was written again; undefined where it was not. */
  readonly rewritten: RewritingReport | undefined;
  /** By array. */
  readonly counters: readonly ArrayCounters[];
  readonly duration: TrialReport['duration'];
}

/** What all trials of a verification share. */
export interface Trials {
  readonly pkg: Package;
  readonly images: ImageRun;
  readonly references: ReferenceRun;
  readonly conditions: readonly Condition[];
  readonly options: VerifyOptions;
  /** Where chips run; undefined: on the processor. */
  readonly device: OpenDevice | undefined;
}

/** A trial, and whether an earlier verification has kept it. */
export interface TrialOutcome extends Trial {
  readonly recalled: boolean;
}

/** @param given a chip, or its folder; undefined: it is programmed with this seed */
export async function runTrial(
  trials: Trials,
  given: Chip | string | undefined,
  seed: number,
  stage: OnStage,
): Promise<TrialOutcome> {
  const { pkg, options } = trials;
  const { store } = options;
  const start = performance.now();
  const own = given === undefined ? ((await options.packageFor?.(seed, stage)) ?? pkg) : pkg;
  const saved = typeof given === 'string' ? await loadChip(given) : given;
  const folder = typeof given === 'string' ? given : undefined;
  const of = store && trialContent(own, saved ?? seed, trials);
  const kept = await store?.recall<Trial>('trial', of);
  if (kept) return { ...kept, chip: folder, recalled: true };
  const chip = saved ?? (await program(own, seed, trials, stage));
  const programmed = performance.now();
  const figures = await runConditions(trials, own, chip, stage);
  const trial: Trial = {
    ...figures,
    seed: chip.seed,
    faults: own.manifest.faults,
    chip: folder,
    rewritten: chip.rewritten && reportOf(chip.rewritten),
    counters: chip.counters,
    duration: { program: (programmed - start) / 1000, simulate: (performance.now() - programmed) / 1000 },
  };
  await store?.keep('trial', of, trial);
  return { ...trial, recalled: false };
}

function program(pkg: Package, seed: number, { options, conditions }: Trials, stage: OnStage): Promise<Chip> {
  const { calibrate = true, correction, threads, calibratedAt = 0, rewrite } = options;
  const { at, wires } = conditions[0]!;
  const compensation = compensationOf(options);
  return programChip(pkg, {
    seed,
    calibrate,
    // As the first reading asks for it, so that nothing is fitted twice.
    calibrateUnder: { at: fitsAnew(compensation) ? at : calibratedAt, wires },
    sequential: compensation === 'sequential',
    ...defined({ threads, correction }),
    rewrite: rewrite && rewriteFor(options, at),
    onArray: stage('program'),
    onRewrite: stage('rewrite'),
    onRead: stage('read'),
    onLayer: stage('calibrate'),
  });
}

async function runConditions(
  { images, references, conditions, options, device }: Trials,
  own: Package,
  chip: Chip,
  stage: OnStage,
): Promise<Pick<Trial, 'runs' | 'layers' | 'currents' | 'calibrated' | 'corrections'>> {
  const { target } = own.loaded;
  const layers: LayerNoise = new Map();
  let currents: readonly Diagnostic[] = [];
  let calibrated: readonly string[] = [];
  let corrections: CorrectionCost | undefined;
  const runs: ConditionRun[] = [];
  for (const condition of conditions) {
    const reading = await openReading(own, chip, images.plan, costOf(own).conversionTime, {
      condition,
      compensate: compensationOf(options),
      calibratedAt: options.calibratedAt,
      noise: options.noise ?? true,
      states: options.noiseStates ?? defaultStates,
      threads: images.threads,
      device,
      onArray: stage('read'),
      onLayer: stage('calibrate'),
      onRead: ({ warnings }) => {
        if (warnings.length > currents.length) currents = warnings;
      },
    });
    const { calibration } = reading.corrections;
    corrections ??= correctionCost(own, calibration);
    if (condition === conditions[0]) {
      calibrated = [...(calibration?.columns.keys() ?? [])];
      if (options.layers ?? true)
        await runsOf(own, 'host', () => addLayerNoise(own, reading, images, layers, stage));
    }
    const what = conditions.length > 1 ? `simulate ${conditionName(condition, target)}` : 'simulate';
    const ofStates = () => runStates(images, reading.states, references, stage(what));
    const fitted = { calibratedAt: calibration?.at, sequential: calibration?.sequential };
    runs.push({ ...(await runsOf(own, 'host', ofStates)), ...fitted });
  }
  return { runs, layers, currents, calibrated, corrections: corrections! };
}
