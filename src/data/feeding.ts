/** A model's input and the shape of a sample -> whether a run takes a batch of samples, or one sample with all its axes. */
import type { InputDims } from './fit.ts';
import { fixedLength } from './fit.ts';
import type { Preprocessing } from './preprocessing.ts';
import { chooseReading, type Reading } from './readings.ts';
import type { Source } from './source.ts';

/** An input as a model describes it. */
export interface ModelInput {
  readonly name: string;
  /** undefined where the model does not tell how many axes there are */
  readonly dims: InputDims | undefined;
  /** As ONNX numbers it. Default: float32. */
  readonly elementType?: number;
}

/** int32, int64, uint32 and uint64: what counts or is an index. */
const wholeTypes: ReadonlySet<number | undefined> = new Set([6, 7, 12, 13]);

export interface Feeding {
  readonly name: string;
  /** Batch first: of an input without a batch axis, 1 before its own axes. */
  readonly dims: InputDims;
  /** The input has no batch axis: every run takes one sample. */
  readonly alone: boolean;
  /** The input takes whole numbers alone. */
  readonly whole: boolean;
}

/**
 * The first axis of an input is the batch. It is an axis of the sample where samples fit only so, and where nothing speaks
 * for a batch: the axis has a fixed length, or is the only one.
 * @param readings of a sample of these dims
 */
export function feedingOf(
  { name, dims: own, elementType }: ModelInput,
  dims: readonly number[],
  readings: readonly Reading[],
  { axes }: Pick<Source, 'axes'>,
  preprocessing: Preprocessing,
): Feeding {
  const batched = own ?? [undefined, ...dims.map(() => undefined)];
  const fits = (input: InputDims) => chooseReading(dims, readings, axes, preprocessing, input) !== 'none';
  const alone = [1, ...batched];
  const whole = wholeTypes.has(elementType);
  const free = batched.length > 1 && fixedLength(batched[0]) === undefined;
  if (!free && !(batched.length > 0 && fits(batched)) && fits(alone))
    return { name, dims: alone, alone: true, whole };
  return { name, dims: batched, alone: false, whole };
}

/** Samples that a run takes where the model leaves no choice. */
export function fixedBatch({ dims, alone }: Feeding): number | undefined {
  return alone ? 1 : fixedLength(dims[0]);
}
