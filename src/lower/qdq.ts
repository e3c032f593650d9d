/**
 * A quantized layer as QuantizeLinear and DequantizeLinear around a product in floating point: the form in which runtimes and compilers of
 * other hardware take quantized networks. Its results are those of the integer reference up to the rounding of 32-bit floats.
 */
import { int, type QuantizedMvmNode } from '../ir/graph.ts';
import { deferred, float32, type Tensor } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';
import { arrange, convAttributes, kernelDims } from './reference.ts';

export function lowerQdq(emit: Emitter, node: QuantizedMvmNode): void {
  const { geometry, bias } = node;
  const { bits } = node.quantization;
  const scale = emit.constant('input_scale', float32([], [node.quantization.scale]));
  const zero = emit.constant('input_zero', zeroPoint(node.quantization));
  // Codes of other widths have no type of their own: what they cannot hold is cut off before.
  const held = bits === 8 || bits === 16 ? node.input : emit.op('Clip', [node.input, ...limits(emit, node)]);
  const codes = emit.op('QuantizeLinear', [held, scale, zero]);
  const input = emit.op('DequantizeLinear', [codes, scale, zero]);
  const dims = geometry.kind === 'conv' ? kernelDims(node, geometry) : [node.rows, node.columns];
  const integers = deferred('int8', dims, () => arrange(node, node.integers));
  const weights = emit.op(
    'DequantizeLinear',
    [
      emit.constant('weights', integers),
      emit.constant('weights_scale', float32([node.scales.length], Float32Array.from(node.scales))),
    ],
    { axis: int(geometry.kind === 'conv' ? 0 : 1) },
  );
  const added = emit.constant('bias', float32([bias.length], Float32Array.from(bias)));
  if (geometry.kind === 'conv')
    emit.op('Conv', [input, weights, added], convAttributes(node, geometry), node.output);
  else emit.op('Add', [emit.op('MatMul', [input, weights]), added], {}, node.output);
}

/** Of the narrowest type that holds the codes. */
function zeroPoint({ bits, signed, zero }: QuantizedMvmNode['quantization']): Tensor {
  if (bits > 8)
    return signed
      ? { type: 'int16', dims: [], data: Int16Array.of(zero) }
      : { type: 'uint16', dims: [], data: Uint16Array.of(zero) };
  return signed
    ? { type: 'int8', dims: [], data: Int8Array.of(zero) }
    : { type: 'uint8', dims: [], data: Uint8Array.of(zero) };
}

/** The real values of the lowest and the highest code. */
function limits(emit: Emitter, { quantization }: QuantizedMvmNode): readonly string[] {
  const { scale, zero, signed, bits } = quantization;
  const lowest = signed ? -(2 ** (bits - 1)) : 0;
  const real = (code: number) => float32([], [scale * (code - zero)]);
  return [
    emit.constant('input_least', real(lowest)),
    emit.constant('input_most', real(lowest + 2 ** bits - 1)),
  ];
}
