/**
 * Corrects a programmed chip: digital gain and bias of every column are estimated anew. Layers do not know of each other,
 * and are spread over threads.
 */
import type { Chip } from '../chip/chip.ts';
import { averaged, type ReadArrays, readArrays } from '../chip/read.ts';
import type { ReadConditions } from '../chip/read-conditions.ts';
import type { Calibration, ColumnCorrection } from '../column-correction.ts';
import { defined } from '../defined.ts';
import { foldLayer } from '../lower/fold.ts';
import type { Package } from '../package/open.ts';
import { availableThreads, collect, type Job } from '../threads/pool.ts';
import { checkBlocks } from './check-blocks.ts';
import { conductanceLeft } from './conductance-left.ts';
import { type CorrectedPackage, correctLayer } from './correct-layer.ts';

interface CorrectionContext {
  readonly pkg: CorrectedPackage;
  readonly arrays: ReadArrays;
  /** Share of the conductance that is left. */
  readonly left: number;
}

/** Corrects the layer of that number; undefined where it needs no correction. */
export const job: Job<CorrectionContext, number, ColumnCorrection | undefined> = {
  module: import.meta.url,
  open: ({ pkg, arrays, left }) => ({
    run: (number) => correctLayer(pkg, pkg.layers[number]!, arrays, left),
  }),
};

export interface CorrectOptions {
  /** Default: as many as this machine runs at once. The result is the same for any number. */
  readonly threads?: number;
  /**
   * Under which the chip is corrected. Default: right after programming, with the wires that it has. Readings are averaged until
   * noise that is faster than an image does not count; what is slower is there, unless there is to be no noise.
   */
  readonly conditions?: Partial<ReadConditions>;
  /** Called after every layer, unless all layers compute exactly: then none is calibrated. */
  readonly onLayer?: ((done: number, total: number) => void) | undefined;
  /** Called after every array that was read, which takes a while through wires. */
  readonly onRead?: ((done: number, total: number) => void) | undefined;
}

/** How corrections are fitted. */
export type FitOptions = Pick<CorrectOptions, 'threads' | 'onRead' | 'onLayer'>;

/**
 * @returns the chip with its corrections; a chip whose every layer computes exactly needs none and stays as it is
 * @throws DiagnosticError chip/unreadable where the chip lacks what the package reads; as `readArrays` does
 */
export async function correctChip(
  pkg: Package,
  chip: Chip,
  { threads = availableThreads(), conditions, onLayer, onRead }: CorrectOptions = {},
): Promise<Chip> {
  checkBlocks(pkg, chip);
  const { loaded, layers, reference, record } = pkg;
  const reading = defined({ threads, onArray: onRead });
  const { calibration: _, ...bare } = chip;
  const image = pkg.manifest.summary.conversionTime;
  const arrays = averaged(await readArrays(bare, loaded.target, { image, ...conditions }, reading));
  // Where all layers compute exactly, there is nothing to calibrate; elsewhere the first that does not is found at once.
  if (layers.every((layer) => foldLayer(layer, arrays).exact)) return chip;
  const at = conditions?.at ?? 0;
  const left = await conductanceLeft(chip, loaded.target, { at, wires: false }, 0, { threads });
  const context = { pkg: { layers, reference, record }, arrays, left };
  const how = { threads, count: layers.length, onDone: onLayer };
  const corrections = await collect(job, context, layers.keys(), how);
  const found = layers.flatMap(({ output }, i) =>
    corrections[i] ? [[output, corrections[i]] as const] : [],
  );
  if (found.length === 0) return chip;
  const calibration: Calibration = {
    at,
    wires: !arrays.unwired,
    columns: new Map(found),
  };
  return { ...bare, calibration };
}
