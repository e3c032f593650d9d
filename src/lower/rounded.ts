/** A layer in floating point with one rounding of its integer form alone, or with both. */
import type { MvmNode, QuantizedMvmNode } from '../ir/graph.ts';
import { float32 } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';
import { emitNumbers } from './input-codes.ts';
import { dequantized, lowerFloat } from './reference.ts';

/** The layer with the weights and biases that its integers stand for. */
export function lowerRoundedWeights(emit: Emitter, node: MvmNode, rounded: QuantizedMvmNode): void {
  lowerFloat(emit, { ...node, bias: rounded.bias, weights: () => dequantized(rounded, rounded.integers) });
}

/**
 * The layer with the inputs that its codes stand for. They are rounded by arithmetic: of QuantizeLinear and DequantizeLinear
 * around a layer onnxruntime makes one of 8-bit weights.
 */
export function lowerRoundedInputs(emit: Emitter, node: MvmNode, { quantization }: QuantizedMvmNode): void {
  lowerFloat(emit, { ...node, input: emitRounded(emit, { input: node.input, quantization }) });
}

/** The real numbers that the codes of an input stand for. */
export function emitRounded(emit: Emitter, coded: Pick<QuantizedMvmNode, 'input' | 'quantization'>): string {
  const step = emit.constant('input_step', float32([], [coded.quantization.scale]));
  return emit.op('Mul', [emitNumbers(emit, coded), step]);
}
