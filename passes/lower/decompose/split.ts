/**
 * Conv or Gemm whose bias is no constant per column, or whose input is transposed -> Transpose, the product, and Add.
 * Gemm: y = alpha A' B' + beta C, and where A is the constant, the same by y^T = alpha B'^T A'^T + beta C^T.
 */
import { ints, type OnnxNode } from '../../../src/ir/graph.ts';
import { float32, type Tensor } from '../../../src/math/tensor.ts';
import { floatOf, isSet } from '../../../src/onnx/attribute-values.ts';
import { leftProduct, plainProduct } from '../../../src/onnx/composite.ts';
import type { Emitter } from './emitter.ts';

/** @param weights of float32 */
export function emitSplit(emit: Emitter, node: OnnxNode, weights: Tensor): void {
  const [a = '', w = '', c = ''] = node.inputs;
  const [y] = node.outputs;
  const { attributes } = plainProduct(node);
  const input = isSet(node, 'transA') ? emit.op('input', 'Transpose', [a], { perm: ints([1, 0]) }) : a;
  const product = emit.op('product', node.op, [input, w], attributes, c === '' ? y : undefined);
  if (c === '') return;
  if (node.op === 'Conv') {
    emit.op('y', 'Add', [product, spreadBias(emit, c, weights.dims.length - 2)], {}, y);
    return;
  }
  addBias(emit, node, product);
}

/** A Gemm whose A is constant. */
export function emitLeftGemm(emit: Emitter, node: OnnxNode): void {
  const [, b = '', c = ''] = node.inputs;
  const plain = leftProduct(node);
  const turned = { perm: ints([1, 0]) };
  const input = isSet(node, 'transB') ? b : emit.op('input', 'Transpose', [b], turned);
  const product = emit.op('product', 'Gemm', [input, plain.inputs[1]!], plain.attributes);
  const back = emit.op('product', 'Transpose', [product], turned, c === '' ? node.outputs[0] : undefined);
  if (c !== '') addBias(emit, node, back);
}

function addBias(emit: Emitter, node: OnnxNode, product: string): void {
  const [, , c = ''] = node.inputs;
  const beta = floatOf(node, 'beta', 1);
  const bias = beta === 1 ? c : emit.op('bias', 'Mul', [c, emit.constant('beta', () => float32([], [beta]))]);
  emit.op('y', 'Add', [product, bias], {}, node.outputs[0]);
}

/** A bias per channel, [channels, 1...], which broadcasts over `axes` axes of space. */
export function spreadBias(emit: Emitter, bias: string, axes: number): string {
  const places = Array.from({ length: axes }, (_, i) => i + 1);
  return emit.op('bias', 'Unsqueeze', [bias, emit.vector('bias-dims', places)]);
}
