/**
 * How all planes of a layer's inputs lie in one value: in the batch of a convolution, [planes * batch, channels, ...space],
 * and before the rows of a matrix product, [..., planes, rows]. The latter needs no shape to be known or changed: of every
 * Reshape to a shape that it cannot know, onnxruntime 1.30 makes new symbols when it opens a model, in a time that grows
 * with the square of their number, and an unrolled recurrent layer has a product per step.
 */
import { type Geometry, int } from '../ir/graph.ts';
import { int64 } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';

/** The axis of the planes while they are apart. */
export function planeAxis(geometry: Geometry): number {
  return geometry.kind === 'conv' ? 0 : -2;
}

/** Dimensions of a constant with a value per plane that broadcasts over what `emitApart` gives. */
export function planeDims(geometry: Geometry, count: number): number[] {
  return geometry.kind === 'conv' ? [count, 1, 1, ...geometry.kernel.map(() => 1)] : [count, 1];
}

/** Codes with room for an axis of planes. */
export function emitApart(emit: Emitter, geometry: Geometry, codes: string): string {
  return geometry.kind === 'conv' ? codes : emit.op('Unsqueeze', [codes, planeAxisOf(emit)]);
}

/** Planes that lie apart -> as the layer's product takes them. @param codes that they were made of */
export function emitTogether(emit: Emitter, geometry: Geometry, planes: string, codes: string): string {
  return geometry.kind === 'conv' ? emit.op('Reshape', [planes, emitBatchShape(emit, codes)]) : planes;
}

/**
 * The sums of all planes -> one value. @param count of planes
 * @param add emits the product of a row of weights and [..., planes, values]
 */
export function addPlanes(
  emit: Emitter,
  geometry: Geometry,
  count: number,
  sums: string,
  add: (planes: string) => string,
): string {
  if (geometry.kind === 'matmul') return emit.op('Squeeze', [add(sums), planeAxisOf(emit)]);
  const flat = emit.op('Reshape', [sums, emit.constant('planes', int64([2], [count, -1]))]);
  return emit.op('Reshape', [add(flat), emitBatchShape(emit, sums)]);
}

function planeAxisOf(emit: Emitter): string {
  return emit.constant('plane_axis', int64([1], [-2]));
}

/** [-1, ...all dimensions of `value` but the first]. */
function emitBatchShape(emit: Emitter, value: string): string {
  const rest = emit.op('Shape', [value], { start: int(1) });
  return emit.op('Concat', [emit.constant('any_batch', int64([1], [-1])), rest], { axis: int(0) });
}
