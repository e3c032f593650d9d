/**
 * What a user waits for, in the order of the path: compiling, programming, images through models and chips, a whole
 * verification, the demo. Ratios are taken between runs in the same process.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Chip, totalCounts } from '../src/chip/chip.ts';
import { compile } from '../src/compile/compile.ts';
import { openDataset } from '../src/data/open.ts';
import { installRoot } from '../src/files/install-root.ts';
import { openPackage, type Package } from '../src/package/open.ts';
import { writePackage } from '../src/package/write.ts';
import { programChip } from '../src/program.ts';
import { availableThreads } from '../src/threads/pool.ts';
import type { ModelFile } from '../src/verify/options.ts';
import { verify } from '../src/verify/verify.ts';
import { time } from './clock.ts';
import { measureImages } from './images.ts';
import { type BenchModel, compileModel, findModel } from './model.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

/** One figure. */
export interface SpeedRow {
  readonly what: string;
  readonly value: number;
  readonly unit: 's' | 'ms/image' | 'MiB';
  /** What it was measured on, or is to be compared with. */
  readonly beside: string;
}

/** Called with every figure when it is there. */
export type OnRow = (row: SpeedRow) => void;

/** Calibration samples of the compilation, and images of the verification. */
const [samples, images] = [16, 100];

export async function measureSpeed(onRow: OnRow): Promise<void> {
  const bench = findModel();
  await withTemporaryFolder(async (folder) => {
    const { pkg, model } = await measureCompilation(bench, folder, onRow);
    const chip = await measureProgramming(pkg, onRow);
    await measureImages(model.graph, pkg, chip, onRow);
    await measureVerification(bench, pkg, model, onRow);
  });
  await measureDemo(onRow);
}

async function measureCompilation(
  bench: BenchModel,
  folder: string,
  onRow: OnRow,
): Promise<{ readonly pkg: Package; readonly model: ModelFile }> {
  const { imported, compiled } = await compileModel(bench, samples);
  const model = { ...imported, file: bench.file };
  const { summary, loaded, options, record } = compiled;
  // What was compiled to take the record has warmed all up.
  const compiling = await seconds(() => compile(model, loaded, options, { kind: 'record', record }));
  const weights = `${summary.weights.toLocaleString('en')} weights`;
  onRow({
    what: 'compile for no wires, calibration record given',
    value: compiling,
    unit: 's',
    beside: weights,
  });
  const peak = process.resourceUsage().maxRSS / 1024;
  onRow({ what: 'peak memory so far, calibration included', value: peak, unit: 'MiB', beside: '' });
  const place = join(folder, 'model.xbar');
  const writing = await seconds(() => writePackage(compiled, place));
  const arrays = `${compiled.mapping.arrays} arrays`;
  onRow({ what: 'write the package', value: writing, unit: 's', beside: arrays });
  return { pkg: await openPackage(place), model };
}

async function measureProgramming(pkg: Package, onRow: OnRow): Promise<Chip> {
  const program = (threads: number) => programChip(pkg, { seed: 1, calibrate: false, threads });
  const alone = (await time(1, () => program(1))).median;
  const chip = await program(1);
  const { setPulses, resetPulses, formed } = totalCounts(chip.counters);
  const pulses = setPulses + resetPulses;
  const rate = (value: number) => `${(pulses / value / 1e6).toFixed(1)} million pulses/s`;
  const perCell = `${(pulses / formed).toFixed(1)} pulses per cell`;
  onRow({
    what: 'program the chip, one core',
    value: alone,
    unit: 's',
    beside: `${rate(alone)}, ${perCell}`,
  });
  const threads = availableThreads();
  const together = await seconds(() => program(threads));
  const beside = `${rate(together)}, ${(alone / together).toFixed(2)} times one core`;
  onRow({ what: `program the chip, ${threads} threads`, value: together, unit: 's', beside });
  return chip;
}

/** One new chip through its wires, floating point and reference included; nothing is taken from earlier runs. */
async function measureVerification(
  { data, preprocessing }: BenchModel,
  pkg: Package,
  model: ModelFile,
  onRow: OnRow,
): Promise<void> {
  const dataset = await openDataset(data, { flags: preprocessing });
  const { duration, trials } = await verify(pkg, model, dataset, { images, trials: 1, wires: 'on' });
  const { program, simulate } = trials[0]!.duration;
  const what = `verify ${images} images on a new chip, through wires`;
  const beside = `program and calibrate ${program.toFixed(1)} s, simulate ${simulate.toFixed(1)} s`;
  onRow({ what, value: duration, unit: 's', beside });
}

async function measureDemo(onRow: OnRow): Promise<void> {
  const cli = join(installRoot(), 'dist/src/cli.js');
  const env = { ...process.env, CROSSLOOM_RESULTS: 'off' };
  const value = await seconds(() => promisify(execFile)(process.execPath, [cli, 'demo'], { env }));
  const beside = 'MobileNet-V2 0.35 at 28x28, two chips, 500 images each';
  onRow({ what: '`crossloom demo`', value, unit: 's', beside });
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
