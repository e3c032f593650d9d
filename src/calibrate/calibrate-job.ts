/** Calibrates a programmed chip on several threads: layers do not know of each other. */
import type { Chip, ColumnCorrection } from '../chip/chip.ts';
import type { Package } from '../package/open.ts';
import { type Job, runJob } from '../pool.ts';
import { calibrateChip } from './calibrate-chip.ts';

interface CalibrationContext {
  readonly pkg: Package;
  /** Without corrections. */
  readonly chip: Chip;
}

/** Calibrates the layer of that number; undefined where it needs no correction. */
export const job: Job<CalibrationContext, number, ColumnCorrection | undefined> = {
  module: import.meta.url,
  open: ({ pkg, chip }) => ({
    async run(number) {
      const layer = pkg.layers[number]!;
      const { calibration } = await calibrateChip({ ...pkg, layers: [layer] }, chip);
      return calibration?.get(layer.output);
    },
  }),
};

/** As `calibrateChip`; the result is the same for any number of threads. */
export async function calibrateOnThreads(
  pkg: Package,
  chip: Chip,
  threads: number,
  onLayer?: (done: number, total: number) => void,
): Promise<Chip> {
  const total = pkg.layers.length;
  const corrections: (ColumnCorrection | undefined)[] = Array(total).fill(undefined);
  let done = 0;
  await runJob(job, { pkg, chip }, corrections.keys(), {
    threads,
    count: total,
    onResult(correction, number) {
      corrections[number] = correction;
      onLayer?.(++done, total);
    },
  });
  const calibration = new Map(
    pkg.layers.flatMap(({ output }, i) => (corrections[i] ? [[output, corrections[i]] as const] : [])),
  );
  return calibration.size === 0 ? chip : { ...chip, calibration };
}
