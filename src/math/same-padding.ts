/** The padding of one axis that ONNX's auto_pad asks for by name, after the formula of its Conv. */

export interface PaddedAxis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/**
 * SAME: ceil(size / stride) positions. At a stride of 1 the size does not matter.
 * @param lower whether the odd one is added at the begin (SAME_LOWER), else at the end
 */
export function samePadding(
  size: number,
  { kernel, stride, dilation }: PaddedAxis,
  lower: boolean,
): readonly [begin: number, end: number] {
  const outputs = Math.ceil(size / stride);
  const total = Math.max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - size);
  const begin = lower ? Math.ceil(total / 2) : Math.floor(total / 2);
  return [begin, total - begin];
}
