/**
 * Corrects a programmed chip: digital gain and bias of every column are estimated anew, and sums of the inputs are added where
 * they pay. Layers do not know of each other, and are spread over threads; which of them add sums is chosen over all.
 */
import type { Chip } from '../chip/chip.ts';
import { averaged, type ReadArrays, readArrays } from '../chip/read.ts';
import type { ReadConditions } from '../chip/read-conditions.ts';
import { type Calibration, type Correction, defaultCorrection } from '../column-correction.ts';
import { defined } from '../defined.ts';
import { foldLayer } from '../lower/fold.ts';
import type { Package } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import { availableThreads, collect, type Job } from '../threads/pool.ts';
import { checkBlocks } from './check-blocks.ts';
import { chooseTerms } from './choose-terms.ts';
import { conductanceLeft } from './conductance-left.ts';
import { type CorrectedPackage, correctLayer } from './correct-layer.ts';
import type { FittedLayer } from './fit-layer.ts';
import { canFollow, followLayers } from './follow-layers.ts';

interface CorrectionContext {
  readonly pkg: CorrectedPackage;
  readonly arrays: ReadArrays;
  readonly correction: Correction;
  /** Share of the conductance that is left. */
  readonly left: number;
}

/** Fits the corrections of the layer of that number; undefined where it needs none. */
export const job: Job<CorrectionContext, number, FittedLayer | undefined> = {
  module: import.meta.url,
  open: ({ pkg, arrays, correction, left }) => ({
    run: (number) => correctLayer(pkg, pkg.layers[number]!, arrays, correction, left),
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
  /** What may be fitted at most. Default: what might be when the chip was corrected before, else `defaultCorrection`. */
  readonly correction?: Correction;
  /**
   * Whether every layer is corrected on what the corrected layers before it give, besides: with the inputs of whole samples that the
   * package has, where it has any. Default: as the chip was corrected before, else not.
   */
  readonly sequential?: boolean | undefined;
  /** Called after every layer, unless all layers compute exactly: then none is calibrated. */
  readonly onLayer?: ((done: number, total: number) => void) | undefined;
  /** Called after every array that was read, which takes a while through wires. */
  readonly onRead?: ((done: number, total: number) => void) | undefined;
}

/** How corrections are fitted. */
export type FitOptions = Pick<CorrectOptions, 'threads' | 'onRead' | 'onLayer' | 'sequential'>;

/** Whether layers are corrected in sequence: where that is not refused, and the package has samples for it. */
export function fitsInSequence(
  pkg: Package,
  { sequential = false }: Pick<CorrectOptions, 'sequential'>,
): boolean {
  return sequential && canFollow(pkg);
}

/**
 * @returns the chip with its corrections; a chip whose every layer computes exactly needs none and stays as it is
 * @throws DiagnosticError chip/unreadable where the chip lacks what the package reads; as `readArrays` does
 */
export async function correctChip(
  pkg: Package,
  chip: Chip,
  { threads = availableThreads(), conditions, onLayer, onRead, ...options }: CorrectOptions = {},
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
  const correction = options.correction ?? chip.calibration?.correction ?? defaultCorrection;
  const context = { pkg: { layers, reference, record }, arrays, correction, left };
  const sequential = fitsInSequence(pkg, { sequential: options.sequential ?? chip.calibration?.sequential });
  const total = layers.length * (sequential ? 2 : 1);
  const how = { threads, count: layers.length, onDone: onLayer && ((done: number) => onLayer(done, total)) };
  const fits = await collect(job, context, layers.keys(), how);
  const found = layers.flatMap(({ output }, i) => (fits[i] ? [{ output, fit: fits[i] }] : []));
  if (found.length === 0) return chip;
  const chosen = chooseTerms(found.map(({ fit }) => fit));
  const alone = new Map(found.map(({ output }, i) => [output, chosen[i]!]));
  const onFollowed = onLayer && ((done: number) => onLayer(layers.length + done, total));
  const columns = sequential
    ? await runsOf(pkg, 'host', () => followLayers(pkg, arrays, alone, { threads, onLayer: onFollowed }))
    : alone;
  const calibration: Calibration = { at, wires: !arrays.unwired, correction, sequential, columns };
  return { ...bare, calibration };
}
