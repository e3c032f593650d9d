/**
 * Conv or Gemm whose bias is no constant per column, or whose input is transposed -> Transpose, the product, and Add.
 * Gemm: y = alpha A' B' + beta C.
 */
import { ints, type OnnxNode } from '../../../src/ir/graph.ts';
import { float32, type Tensor } from '../../../src/math/tensor.ts';
import { floatOf, intOf } from '../../../src/onnx/attribute-values.ts';
import { plainProduct } from '../../../src/onnx/composite.ts';
import type { Emitter } from './emitter.ts';

/** @param weights of float32 */
export function emitSplit(emit: Emitter, node: OnnxNode, weights: Tensor): void {
  const [a = '', w = '', c = ''] = node.inputs;
  const [y] = node.outputs;
  const { attributes } = plainProduct(node);
  const input =
    intOf(node, 'transA', 0) === 1 ? emit.op('input', 'Transpose', [a], { perm: ints([1, 0]) }) : a;
  const product = emit.op('product', node.op, [input, w], attributes, c === '' ? y : undefined);
  if (c === '') return;
  if (node.op === 'Conv') {
    emit.op('y', 'Add', [product, spreadBias(emit, c, weights.dims.length - 2)], {}, y);
    return;
  }
  const beta = floatOf(node, 'beta', 1);
  const bias = beta === 1 ? c : emit.op('bias', 'Mul', [c, emit.constant('beta', () => float32([], [beta]))]);
  emit.op('y', 'Add', [product, bias], {}, y);
}

/** A bias per channel, [channels, 1...], which broadcasts over `axes` axes of space. */
export function spreadBias(emit: Emitter, bias: string, axes: number): string {
  const places = Array.from({ length: axes }, (_, i) => i + 1);
  return emit.op('bias', 'Unsqueeze', [bias, emit.vector('bias-dims', places)]);
}
