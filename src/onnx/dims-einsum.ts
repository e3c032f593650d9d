/** How the dimensions of an Einsum's output follow from those of its operands. */
import type { OnnxNode } from '../ir/graph.ts';
import type { Known, Shape, Size } from './dims-known.ts';
import { readEinsum } from './einsum.ts';

export function einsum(_: Shape, node: OnnxNode, known: Known): Shape[] {
  const shapes = node.inputs.map(known.dims);
  const axes = readEinsum(
    node,
    shapes.map((shape) => shape?.length),
  );
  if ('reason' in axes) return [];
  const sizes = new Map<string, Size>();
  for (const [i, operand] of axes.operands.entries()) {
    for (const [at, axis] of operand.entries()) {
      // A length of 1 stretches to that of another operand.
      const [size, before] = [shapes[i]?.[at], sizes.get(axis)];
      if (!sizes.has(axis) || before === 1 || (before === undefined && size !== 1)) sizes.set(axis, size);
    }
  }
  return [axes.output.map((axis) => sizes.get(axis))];
}
