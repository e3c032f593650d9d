/** One chip of a verification: programmed, or taken as it is, and run; only its figures remain. */
import type { ArrayCounters, Chip } from '../chip/chip.ts';
import { loadChip } from '../chip/load.ts';
import type { Manifest } from '../package/manifest.ts';
import type { Package } from '../package/open.ts';
import { programChip } from '../program.ts';
import { availableThreads } from '../threads/pool.ts';
import type { OnStage, VerifyOptions } from './options.ts';
import type { TrialReport } from './report.ts';
import type { ChipRun } from './run-images.ts';

/** One chip's run. */
export interface Trial {
  /** By condition. */
  readonly runs: readonly ChipRun[];
  readonly seed: number;
  /** Folder of a saved one. */
  readonly chip: string | undefined;
  readonly calibrated: boolean;
  /** What its package says of the fault map that it was compiled around. */
  readonly faults: Manifest['faults'];
  /** By array. */
  readonly counters: readonly ArrayCounters[];
  readonly duration: TrialReport['duration'];
}

/** @param run runs the chip, under every condition */
export async function runTrial(
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
    chip: typeof given === 'string' ? given : undefined,
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
  return programChip(pkg, {
    seed,
    calibrate,
    // Nobody asks for the corrections that wires take, which are not cheap to solve for.
    ...(wires === 'off' && { calibrateUnder: { wires: false } }),
    threads,
    onArray: stage('program'),
    onLayer: stage('calibrate'),
  });
}
