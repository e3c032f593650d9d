/** The attributes of a ConvTranspose in plain fields, and how much of its full output is kept. */
import type { OnnxNode } from '../ir/graph.ts';
import { intOf, intsOf, stringOf } from './attribute-values.ts';

/** Lists are per spatial axis. */
export interface ConvTranspose {
  readonly groups: number;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Positions added at the end. */
  readonly outputPadding: readonly number[];
  /** The size that the node gives its output. */
  readonly outputShape: readonly number[] | undefined;
  /** 1 where an odd number of positions to cut takes more from the begin, 0 where it takes more from the end. */
  readonly odd: 0 | 1;
  /** What is cut from the begin and the end of an axis of `inputs` positions; negative where zeros are added. */
  readonly crop: (axis: number, inputs: number) => readonly [begin: number, end: number];
}

/** @param kernel the spatial dims of the weights */
export function readConvTranspose(node: OnnxNode, kernel: readonly number[]): ConvTranspose {
  const ones = kernel.map(() => 1);
  const strides = intsOf(node, 'strides') ?? ones;
  const dilations = intsOf(node, 'dilations') ?? ones;
  const outputPadding = intsOf(node, 'output_padding') ?? kernel.map(() => 0);
  // Some exporters list batch and channels too.
  const outputShape = intsOf(node, 'output_shape')?.slice(-kernel.length);
  const pads = intsOf(node, 'pads') ?? [...kernel, ...kernel].map(() => 0);
  const autoPad = stringOf(node, 'auto_pad', 'NOTSET');
  const odd = autoPad === 'SAME_UPPER' ? 0 : 1;
  const crop = (axis: number, inputs: number): readonly [number, number] => {
    const extra = outputPadding[axis]!;
    if (!outputShape && autoPad === 'VALID') return [0, -extra];
    if (!outputShape && !autoPad.startsWith('SAME'))
      return [pads[axis]!, pads[axis + kernel.length]! - extra];
    const full = fullLength(inputs, kernel[axis]!, strides[axis]!, dilations[axis]!);
    const excess = Math.max(0, full + extra - (outputShape?.[axis] ?? inputs * strides[axis]!));
    const begin = Math.floor((excess + odd) / 2);
    return [begin, full - begin - (outputShape?.[axis] ?? full + extra - excess)];
  };
  const groups = intOf(node, 'group', 1);
  return { groups, kernel, strides, dilations, outputPadding, outputShape, odd, crop };
}

/** Positions that `inputs` positions reach with a kernel of one axis. */
export function fullLength(inputs: number, kernel: number, stride: number, dilation: number): number {
  return stride * (inputs - 1) + dilation * (kernel - 1) + 1;
}
