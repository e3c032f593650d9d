/**
 * Kernels' worth of outputs of a 3-D ConvTranspose -> their sums where they overlap: Col2Im over height and width, with
 * every depth in the batch, and then over depth. onnxruntime's own Col2Im of three axes loses channels.
 */
import { ints } from '../../../src/ir/graph.ts';
import { sizeOf } from '../../../src/math/tensor.ts';
import { type ConvTranspose, fullLength } from '../../../src/onnx/conv-transpose.ts';
import type { Emitter } from './emitter.ts';

/**
 * @param patches [batch, channels * kernel, ...space]
 * @param space depth, height and width of the input
 * @returns [batch, channels, ...full]
 */
export function overlapVolume(
  emit: Emitter,
  { kernel, strides, dilations }: ConvTranspose,
  patches: string,
  channels: number,
  space: readonly number[],
): string {
  const [depth, ...plane] = space as [number, number, number];
  const [reach, ...window] = kernel as [number, number, number];
  const full = space.map((d, i) => fullLength(d, kernel[i]!, strides[i]!, dilations[i]!));
  const [fullDepth, ...fullPlane] = full as [number, number, number];
  const reshape = (value: string, ...shape: number[]) =>
    emit.op('columns', 'Reshape', [value, emit.vector(`shape-${shape.join('-')}`, shape)]);
  const transpose = (value: string, ...perm: number[]) =>
    emit.op('columns', 'Transpose', [value], { perm: ints(perm) });
  const overlap = (columns: string, name: string, { image, taps, stride, dilation }: Overlap) =>
    emit.op(
      'overlapped',
      'Col2Im',
      [columns, emit.vector(`${name}-size`, image), emit.vector(`${name}-kernel`, taps)],
      { strides: ints(stride), dilations: ints(dilation) },
    );
  const byDepth = reshape(transpose(patches, 0, 2, 1, 3, 4), -1, channels * sizeOf(kernel), sizeOf(plane));
  const planes = reshape(
    overlap(byDepth, 'plane', {
      image: fullPlane,
      taps: window,
      stride: strides.slice(1),
      dilation: dilations.slice(1),
    }),
    -1,
    depth,
    channels * reach,
    sizeOf(fullPlane),
  );
  const byPlace = reshape(transpose(planes, 0, 3, 2, 1), -1, channels * reach, depth);
  const lines = reshape(
    overlap(byPlace, 'line', {
      image: [1, fullDepth],
      taps: [1, reach],
      stride: [1, strides[0]!],
      dilation: [1, dilations[0]!],
    }),
    -1,
    ...fullPlane,
    channels,
    fullDepth,
  );
  return transpose(lines, 0, 3, 4, 1, 2);
}

/** Lists of two axes. */
interface Overlap {
  readonly image: readonly number[];
  readonly taps: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}
