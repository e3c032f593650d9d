/** The nodes that stay digital -> how many operations each does for one inference. */
import type { OnnxNode } from '../ir/graph.ts';

/** Dims of a value; an axis that nobody knows is undefined. */
export type DimsOf = (name: string) => readonly (number | undefined)[] | undefined;

/** Operators that move, choose or describe values, and compute none. */
const moves = new Set([
  ...['Cast', 'Concat', 'Constant', 'ConstantOfShape', 'DepthToSpace', 'Dropout', 'Expand', 'Flatten'],
  ...['Gather', 'GatherElements', 'GatherND', 'Identity', 'Pad', 'Reshape', 'Shape', 'Size', 'Slice'],
  ...['SpaceToDepth', 'Split', 'Squeeze', 'Tile', 'Transpose', 'Unsqueeze'],
]);

/** Size of a value; an axis that nobody knows counts 1, as the batch of a single inference does. */
export function elementsOf(dims: readonly (number | undefined)[] | undefined): number {
  return (dims ?? []).reduce<number>((product, size) => product * (size ?? 1), 1);
}

/**
 * A product is one operation for every pair of factors; a pool or reduction one for every input that it takes; anything else one
 * for every element that it gives.
 */
export function operationsOf(node: OnnxNode, dims: DimsOf): number {
  if (moves.has(node.op)) return 0;
  const outputs = node.outputs.reduce((sum, name) => sum + (name === '' ? 0 : elementsOf(dims(name))), 0);
  const [first = '', second = ''] = node.inputs;
  if (node.op === 'Conv' || node.op === 'ConvInteger') return outputs * elementsOf(dims(second)?.slice(1));
  if (['MatMul', 'Gemm', 'MatMulInteger'].includes(node.op)) {
    const transposed = node.attributes.transA?.type === 'int' && node.attributes.transA.value === 1;
    return outputs * (dims(first)?.at(transposed ? -2 : -1) ?? 1);
  }
  if (/^Global|^Reduce/.test(node.op)) return elementsOf(dims(first));
  if (/Pool$/.test(node.op)) {
    const { kernel_shape: kernel } = node.attributes;
    return outputs * (kernel?.type === 'ints' ? elementsOf(kernel.value) : 1);
  }
  return outputs;
}
