/** A programmed chip under one condition -> the lowered graphs that compute the images, one per state of its slow noise. */
import type { Chip } from '../chip/chip.ts';
import { type ReadArrays, readArrays } from '../chip/read.ts';
import type { ReadConditions } from '../chip/read-conditions.ts';
import { fluctuates } from '../conditions/models.ts';
import { correctChip } from '../correct/correct-chip.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { lowerChip } from '../simulate/simulate.ts';
import type { Compensation, Condition } from './conditions.ts';
import type { Plan } from './plan.ts';
import type { ChipState } from './run-images.ts';

interface ReadingOptions {
  readonly condition: Condition;
  readonly compensate: Compensation;
  readonly noise: boolean;
  /** States of slow noise over all images, at most. */
  readonly states: number;
  readonly threads: number;
  /** Called with the arrays of every state as they are read. */
  readonly onRead?: (arrays: ReadArrays) => void;
}

export interface ChipReading {
  /** With the corrections that it has under this condition. */
  readonly chip: Chip;
  /** Digital factor on all conversions. */
  readonly gain: number;
  readonly conditions: Partial<ReadConditions>;
  readonly states: readonly ChipState[];
}

/**
 * @param inference seconds from one image to the next: slow noise moves on by as much
 */
export async function openReading(
  pkg: Package,
  programmed: Chip,
  { indices }: Pick<Plan, 'indices'>,
  inference: number,
  options: ReadingOptions,
): Promise<ChipReading> {
  const { condition, noise, threads } = options;
  const conditions = { ...condition, noise };
  const { chip, gain } = await compensated(pkg, programmed, options);
  const { target } = pkg.loaded;
  const spans = stateSpans(indices.length, fluctuates(target) ? options.states : 1);
  const interval = inference * spans[0]!.to;
  const states = spans.map(({ from, to }, batch): ChipState => {
    const encode = async () => {
      const arrays = await readArrays(chip, target, { ...conditions, batch, interval }, { threads });
      options.onRead?.(arrays);
      return { bytes: encodeModel(await lowerChip(pkg, chip, { arrays, gain })) };
    };
    return { from, to, encode };
  });
  return { chip, gain, conditions, states };
}

/** Cuts the images into at most `count` spans, all as long as the first or shorter. */
export function stateSpans(images: number, count: number): { readonly from: number; readonly to: number }[] {
  const size = Math.ceil(images / Math.min(count, images));
  return Array.from({ length: Math.ceil(images / size) }, (_, i) => ({
    from: i * size,
    to: Math.min((i + 1) * size, images),
  }));
}

/** The chip with its corrections, and the digital factor on all conversions, under a condition. */
export async function compensated(
  pkg: Package,
  chip: Chip,
  { condition, compensate, threads }: Pick<ReadingOptions, 'condition' | 'compensate' | 'threads'>,
): Promise<{ readonly chip: Chip; readonly gain: number }> {
  const { at, wires } = condition;
  if (compensate === 'columns' && at > 0)
    return { chip: await correctChip(pkg, chip, { threads, conditions: { at, wires } }), gain: 1 };
  // Corrections that were fitted through the wires fit no chip without them.
  const { target } = pkg.loaded;
  const refit = chip.calibration !== undefined && target.wires !== undefined && !wires;
  const fitted = refit ? await withoutWires(pkg, chip, threads) : chip;
  if (compensate === 'none' || at === 0) return { chip: fitted, gain: 1 };
  const total = async (time: number) =>
    totalConductance(await readArrays(chip, target, { at: time, wires, noise: false }, { threads }));
  return { chip: fitted, gain: (await total(0)) / (await total(at)) };
}

/** Chips by what they were before: every time after programming asks for the same. */
const refitted = new WeakMap<Chip, Promise<Chip>>();

/** The chip, calibrated as if its wires had no resistance. */
export function withoutWires(pkg: Package, chip: Chip, threads: number): Promise<Chip> {
  const known = refitted.get(chip);
  if (known) return known;
  const fitted = correctChip(pkg, chip, { threads, conditions: { wires: false } });
  refitted.set(chip, fitted);
  return fitted.then((result) => {
    refitted.set(result, fitted);
    return result;
  });
}

/** What reading all rows and columns once, all rows driven, adds up to (S). */
function totalConductance({ conductances }: ReadArrays): number {
  return conductances.reduce((sum, cells) => sum + cells.reduce((own, g) => own + g, 0), 0);
}
