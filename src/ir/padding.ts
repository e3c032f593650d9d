/** Explicit padding of a convolution whose model asks for it by name. */
import type { Geometry } from './graph.ts';

/**
 * Explicit pads for auto_pad, by the formula of ONNX's Conv.
 * @param space sizes of the input's spatial axes
 */
export function resolvePadding(geometry: Geometry, space: readonly number[]): Geometry {
  if (geometry.kind !== 'conv' || geometry.autoPad === 'NOTSET') return geometry;
  const { kernel, strides, dilations, autoPad } = geometry;
  const totals = kernel.map((k, axis) => {
    if (autoPad === 'VALID') return 0;
    const size = space[axis]!;
    const outputs = Math.ceil(size / strides[axis]!);
    return Math.max(0, (outputs - 1) * strides[axis]! + (k - 1) * dilations[axis]! + 1 - size);
  });
  const begins = totals.map((t) => (autoPad === 'SAME_LOWER' ? Math.ceil(t / 2) : Math.floor(t / 2)));
  return { ...geometry, autoPad: 'NOTSET', pads: [...begins, ...totals.map((t, axis) => t - begins[axis]!)] };
}
