/** A programmed chip under one condition -> the lowered graphs that compute the images, one per state of its slow noise. */
import type { Chip } from '../chip/chip.ts';
import { type ReadArrays, readArrays } from '../chip/read.ts';
import type { ReadConditions } from '../chip/read-conditions.ts';
import { accumulates, fluctuates } from '../conditions/models.ts';
import {
  type CompensateOptions,
  type Corrections,
  calibratedChip,
  correctionsFor,
} from '../correct/compensate.ts';
import { defined } from '../defined.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import type { OpenDevice } from '../simulate/check-device.ts';
import { lowerChip } from '../simulate/simulate.ts';
import type { Condition } from './conditions.ts';
import type { Plan } from './plan.ts';
import type { ChipState } from './run-images.ts';

/** Images that one state of 1/f noise alone is worth: their own noise takes up where it ends, and every state is lowered anew. */
const imagesOfState = 32;

type OnStep = (done: number, total: number) => void;

interface ReadingOptions extends Pick<CompensateOptions, 'compensate' | 'calibratedAt'> {
  readonly condition: Condition;
  readonly noise: boolean;
  /** States of slow noise over all images, at most. */
  readonly states: number;
  readonly threads: number;
  /** Where images are run; absent: on the processor. */
  readonly device?: OpenDevice | undefined;
  /** Called after every array that was read, and after every layer that was corrected. */
  readonly onArray?: OnStep;
  readonly onLayer?: OnStep;
  /** Called with the arrays of every state as they are read. */
  readonly onRead?: (arrays: ReadArrays) => void;
}

export interface ChipReading {
  readonly chip: Chip;
  readonly corrections: Corrections;
  readonly conditions: Partial<ReadConditions>;
  readonly states: readonly ChipState[];
}

/**
 * @param inference seconds from one image to the next: slow noise moves on by as much
 */
export async function openReading(
  pkg: Package,
  chip: Chip,
  { indices }: Pick<Plan, 'indices'>,
  inference: number,
  options: ReadingOptions,
): Promise<ChipReading> {
  const { condition, noise, compensate, calibratedAt, threads, onArray, onLayer } = options;
  const fitting = { compensate, calibratedAt, threads, onRead: onArray, onLayer };
  const corrections = await correctionsFor(pkg, chip, { ...condition, noise }, fitting);
  const calibrated = calibratedChip(chip, corrections);
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
      const arrays = await readArrays(calibrated, target, given, defined({ threads, onArray }));
      options.onRead?.(arrays);
      const { device } = options;
      await device?.prove(pkg, chip, arrays, corrections);
      const on = defined({ device: device?.name });
      return { bytes: encodeModel(await lowerChip(pkg, chip, { arrays, corrections, ...on })), ...on };
    };
    return { from, to, encode };
  });
  return { chip, corrections, conditions, states };
}

/** Cuts the images into at most `count` spans, all as long as the first or shorter. */
export function stateSpans(images: number, count: number): { readonly from: number; readonly to: number }[] {
  const size = Math.ceil(images / Math.min(count, images));
  return Array.from({ length: Math.ceil(images / size) }, (_, i) => ({
    from: i * size,
    to: Math.min((i + 1) * size, images),
  }));
}
