/**
 * A product over any axes (src/onnx/contraction.ts) -> Transpose and Reshape, one product with a matrix, Reshape and
 * Transpose; those that change nothing are left out. With a matrix for every place along some axes it is a pointwise Conv
 * in groups, whose positions are the uses of the matrices.
 */
import { type Attributes, int, ints, type OnnxNode } from '../../../src/ir/graph.ts';
import type { Tensor } from '../../../src/math/tensor.ts';
import { type Contraction, matrixOf } from '../../../src/onnx/contraction.ts';
import type { Axes } from '../../../src/onnx/einsum.ts';
import { reshaped, transpose } from '../../../src/onnx/evaluate-movement.ts';
import type { Emitter } from './emitter.ts';

/** An operator that takes what came before it as its first input. */
interface Step {
  readonly op: string;
  readonly beside: readonly string[];
  readonly attributes: Attributes;
}

export function emitContraction(
  emit: Emitter,
  node: OnnxNode,
  contraction: Contraction,
  weights: Tensor,
): void {
  const input = node.inputs[contraction.inputIndex]!;
  const { dropped } = contraction;
  const steps: Step[] = [
    ...(dropped.length > 0 ? [step('Squeeze', [emit.vector('dropped', dropped)])] : []),
    ...(contraction.groups.length > 0
      ? groupedSteps(emit, node, contraction, weights, input)
      : plainSteps(emit, node, contraction, weights)),
  ];
  let value = input;
  for (const [i, { op, beside, attributes }] of steps.entries()) {
    const what = op === 'MatMul' || op === 'Conv' ? 'product' : op.toLowerCase();
    value = emit.op(
      what,
      op,
      [value, ...beside],
      attributes,
      i === steps.length - 1 ? node.outputs[0] : undefined,
    );
  }
}

/** [free..., rows] times the matrix, for every place along the free axes. */
function plainSteps(emit: Emitter, node: OnnxNode, contraction: Contraction, weights: Tensor): Step[] {
  const { input, output, free, rows, columns } = contraction;
  const matrix = matrixOf(contraction);
  // A zero copies the length that an axis has.
  const kept = free.map(() => 0);
  const stored = { name: node.inputs[1 - contraction.inputIndex]!, weights };
  const arranged = arrange(emit, stored, contraction, [...rows, ...columns], [matrix.rows, matrix.columns]);
  return [
    ...moved(input, [...free, ...rows]),
    ...(rows.length > 1 ? [step('Reshape', [emit.vector('rows', [...kept, -1])])] : []),
    step('MatMul', [arranged]),
    ...(columns.length === 1 ? [] : [reshapeColumns(emit, contraction, kept)]),
    ...moved([...free, ...columns], output),
  ];
}

/** The product's one axis of columns as those that the output has. */
function reshapeColumns(emit: Emitter, { columns, sizes }: Contraction, kept: readonly number[]): Step {
  return columns.length === 0
    ? step('Squeeze', [emit.vector('last', [-1])])
    : step('Reshape', [emit.vector('columns', [...kept, ...columns.map((axis) => sizes.get(axis)!)])]);
}

/** [1, groups * rows, free] convolved with a kernel of one position. */
function groupedSteps(
  emit: Emitter,
  node: OnnxNode,
  contraction: Contraction,
  weights: Tensor,
  input: string,
): Step[] {
  const { groups, rows, columns, free, output } = contraction;
  const matrix = matrixOf(contraction);
  const stored = { name: node.inputs[1 - contraction.inputIndex]!, weights };
  const shape = [matrix.groups * matrix.columns, matrix.rows, 1];
  const arranged = arrange(emit, stored, contraction, [...groups, ...columns, ...rows], shape);
  return [
    ...moved(contraction.input, [...groups, ...rows, ...free]),
    step('Reshape', [emit.vector('channels', [1, matrix.groups * matrix.rows, -1])]),
    step('Conv', [arranged], { kernel_shape: ints([1]), group: int(matrix.groups) }),
    step('Reshape', [shapeBehind(emit, contraction, input)]),
    ...moved([...groups, ...columns, ...free], output),
  ];
}

/** Lengths of groups, columns and free axes; those of more than one free axis that are unknown are read at run time. */
function shapeBehind(emit: Emitter, contraction: Contraction, input: string): string {
  const { groups, columns, free, sizes, dropped } = contraction;
  const known = [...groups, ...columns].map((axis) => sizes.get(axis)!);
  const lengths = free.map((axis) => sizes.get(axis) ?? -1);
  if (lengths.filter((d) => d === -1).length <= 1) return emit.vector('shape', [...known, ...lengths]);
  const positions = Array.from({ length: contraction.input.length + dropped.length }, (_, i) => i);
  const left = positions.filter((i) => !dropped.includes(i));
  const wanted = free.map((axis) => left[contraction.input.indexOf(axis)]!);
  const shape = emit.op('shape', 'Shape', [input]);
  const rest = emit.op('shape', 'Gather', [shape, emit.vector('free', wanted)]);
  return emit.op('shape', 'Concat', [emit.vector('known', known), rest], { axis: int(0) });
}

/** The constant with its axes in a given order, those that no role needs (of length 1) in front, in a given shape. */
function arrange(
  emit: Emitter,
  { name, weights }: { readonly name: string; readonly weights: Tensor },
  contraction: Contraction,
  order: Axes,
  shape: readonly number[],
): string {
  const rest = contraction.weights.filter((axis) => !order.includes(axis));
  const perm = [...rest, ...order].map((axis) => contraction.weights.indexOf(axis));
  const inOrder = perm.every((p, i) => p === i);
  if (inOrder && String(shape) === String(weights.dims)) return name;
  const how = `${inOrder ? '' : `transposed-${perm.join('-')}-`}as-${shape.join('x')}`;
  return emit.rearranged(name, how, () => reshaped(transpose(weights, perm)!, shape)!);
}

function moved(from: Axes, to: Axes): Step[] {
  const perm = to.map((axis) => from.indexOf(axis));
  return perm.every((p, i) => p === i) ? [] : [step('Transpose', [], { perm: ints(perm) })];
}

function step(op: string, beside: readonly string[], attributes: Attributes = {}): Step {
  return { op, beside, attributes };
}
