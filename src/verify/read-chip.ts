/** A programmed chip under one condition -> the lowered graphs that compute the images, one per state of its slow noise. */
import type { Chip } from '../chip/chip.ts';
import { type ReadArrays, readArrays } from '../chip/read.ts';
import type { ReadConditions } from '../chip/read-conditions.ts';
import { accumulates, fluctuates } from '../conditions/models.ts';
import { correctChip } from '../correct/correct-chip.ts';
import { defined } from '../defined.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { lowerChip } from '../simulate/simulate.ts';
import type { Compensation, Condition } from './conditions.ts';
import type { Plan } from './plan.ts';
import type { ChipState } from './run-images.ts';

/** Images that one state of 1/f noise alone is worth: their own noise takes up where it ends, and every state is lowered anew. */
const imagesOfState = 32;

type OnStep = (done: number, total: number) => void;

interface ReadingOptions {
  readonly condition: Condition;
  readonly compensate: Compensation;
  readonly noise: boolean;
  /** States of slow noise over all images, at most. */
  readonly states: number;
  readonly threads: number;
  /** Called after every array that was read, and after every layer that was corrected. */
  readonly onArray?: OnStep;
  readonly onLayer?: OnStep;
  /** Called with the arrays of every state as they are read. */
  readonly onRead?: (arrays: ReadArrays) => void;
}

export interface ChipReading {
  /** With the corrections that it has at this time. */
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
  const { condition, noise } = options;
  const reading = readingOf(options);
  const steps = defined({ onArray: options.onArray, onLayer: options.onLayer });
  const { chip, gain } = await compensated(pkg, programmed, options);
  const { target } = pkg.loaded;
  const drifting = noise && accumulates(target) ? Math.ceil(indices.length / imagesOfState) : 1;
  const spans = stateSpans(
    indices.length,
    fluctuates(target) ? options.states : Math.min(options.states, drifting),
  );
  const interval = inference * spans[0]!.to;
  const conditions = { ...condition, noise, interval, image: inference };
  const states = spans.map(({ from, to }, batch): ChipState => {
    const encode = async () => {
      const given = { ...conditions, batch };
      const arrays = await readArrays(chip, target, given, reading);
      options.onRead?.(arrays);
      return { bytes: encodeModel(await lowerChip(pkg, chip, { arrays, gain, ...steps })) };
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

/** The chip with its corrections of that time, and the digital factor on all conversions, under a condition. */
export async function compensated(
  pkg: Package,
  chip: Chip,
  options: Omit<ReadingOptions, 'noise' | 'states' | 'onRead'> & { readonly noise?: boolean },
): Promise<{ readonly chip: Chip; readonly gain: number }> {
  const { compensate, noise = true, threads, onArray, onLayer } = options;
  const { at, wires } = options.condition;
  if (compensate === 'columns' && at > 0) {
    const how = { threads, onRead: onArray, onLayer, conditions: { at, wires, noise } };
    return { chip: await correctChip(pkg, chip, how), gain: 1 };
  }
  if (compensate === 'none' || at === 0) return { chip, gain: 1 };
  const { target } = pkg.loaded;
  const total = async (time: number) =>
    totalConductance(await readArrays(chip, target, { at: time, wires, noise: false }, readingOf(options)));
  return { chip, gain: (await total(0)) / (await total(at)) };
}

const readingOf = ({ threads, onArray }: Pick<ReadingOptions, 'threads' | 'onArray'>) =>
  defined({ threads, onArray });

/** What reading all rows and columns once, all rows driven, adds up to (S). */
function totalConductance({ conductances }: ReadArrays): number {
  return conductances.reduce((sum, cells) => sum + cells.reduce((own, g) => own + g, 0), 0);
}
