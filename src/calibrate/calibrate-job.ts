/** Calibrates a programmed chip on several threads: layers do not know of each other. */
import type { Chip, ColumnCorrection } from '../chip/chip.ts';
import { type ReadArrays, readArrays } from '../chip/read.ts';
import type { ReadConditions } from '../chip/read-conditions.ts';
import type { Package } from '../package/open.ts';
import { type Job, runJob } from '../pool.ts';
import { calibrateLayer, withCalibration } from './calibrate-chip.ts';

interface CalibrationContext {
  readonly pkg: Package;
  readonly arrays: ReadArrays;
}

/** Calibrates the layer of that number; undefined where it needs no correction. */
export const job: Job<CalibrationContext, number, ColumnCorrection | undefined> = {
  module: import.meta.url,
  open: ({ pkg, arrays }) => ({ run: (number) => calibrateLayer(pkg, pkg.layers[number]!, arrays) }),
};

export interface CalibrateOptions {
  readonly threads: number;
  /** As `calibrateChip` takes them. */
  readonly conditions?: Partial<ReadConditions>;
  readonly onLayer?: ((done: number, total: number) => void) | undefined;
}

/** As `calibrateChip`; the result is the same for any number of threads. */
export async function calibrateOnThreads(
  pkg: Package,
  chip: Chip,
  { threads, conditions, onLayer }: CalibrateOptions,
): Promise<Chip> {
  const arrays = await readArrays(chip, pkg.target, { ...conditions, noise: false }, { threads });
  const total = pkg.layers.length;
  const corrections: (ColumnCorrection | undefined)[] = Array(total).fill(undefined);
  let done = 0;
  await runJob(job, { pkg, arrays }, corrections.keys(), {
    threads,
    count: total,
    onResult(correction, number) {
      corrections[number] = correction;
      onLayer?.(++done, total);
    },
  });
  const found = pkg.layers.flatMap(({ output }, i) =>
    corrections[i] ? [[output, corrections[i]] as const] : [],
  );
  return withCalibration(chip, new Map(found));
}
