/** Explicit padding of a convolution whose model asks for it by name. */
import { samePadding } from '../math/same-padding.ts';
import type { Geometry } from './graph.ts';

/**
 * Explicit pads for auto_pad.
 * @param space sizes of the input's spatial axes
 */
export function resolvePadding(geometry: Geometry, space: readonly number[]): Geometry {
  if (geometry.kind !== 'conv' || geometry.autoPad === 'NOTSET') return geometry;
  const { strides, dilations, autoPad } = geometry;
  const pairs = geometry.kernel.map((kernel, axis) => {
    if (autoPad === 'VALID') return [0, 0] as const;
    const along = { kernel, stride: strides[axis]!, dilation: dilations[axis]! };
    return samePadding(space[axis]!, along, autoPad === 'SAME_LOWER');
  });
  return {
    ...geometry,
    autoPad: 'NOTSET',
    pads: [...pairs.map(([begin]) => begin), ...pairs.map(([, end]) => end)],
  };
}
