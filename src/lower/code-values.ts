/** A layer's input codes, as bytes -> the numbers that they stand for. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int } from '../ir/graph.ts';
import { float32, uint8 } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';
import { stretchesOf } from './input-codes.ts';

/** A stretch of the codes as numbers: two's complement as it is meant. */
export function emitCodeValues(
  emit: Emitter,
  layer: CrossbarLayer,
  codes: readonly string[],
  stretch: number,
): string {
  const { geometry, rows, quantization } = layer;
  const signed = quantization.signed && stretch === codes.length - 1;
  const half = 2 ** (quantization.bits - 1 - stretch * stretchesOf(layer).width);
  const own = codes[stretch]!;
  const bytes = signed ? emit.op('BitwiseXor', [own, emit.constant('sign_bit', uint8([], [half]))]) : own;
  if (geometry.kind === 'matmul') {
    // onnxruntime 1.30 crashes where Cast stands between Transpose and MatMul; and where all rows have one scale, it
    // rewrites the product and rounds it.
    const ones = emit.constant('unit_scale', float32([rows], Array<number>(rows).fill(1)));
    const zeros = emit.constant(
      signed ? 'unit_half' : 'unit_zero',
      uint8([rows], Array<number>(rows).fill(signed ? half : 0)),
    );
    return emit.op('DequantizeLinear', [bytes, ones, zeros], { axis: int(-1) });
  }
  const real = emit.op('Cast', [bytes], { to: int(1) });
  return signed ? emit.op('Sub', [real, emit.constant('half', float32([], [half]))]) : real;
}

/** The numbers that codes stand for, from the zero point on where they are magnitudes. @param codes as `emitCodes` gives them */
export function emitCodeNumbers(emit: Emitter, layer: CrossbarLayer, codes: readonly string[]): string {
  if (layer.inputCoding === 'binary') return emitWhole(emit, layer, codes);
  const magnitudes = { ...layer, quantization: { ...layer.quantization, signed: false } };
  const { count } = stretchesOf(layer);
  const plus = emitWhole(emit, magnitudes, codes.slice(0, count));
  return emit.op('Sub', [plus, emitWhole(emit, magnitudes, codes.slice(count))]);
}

/** @param codes the stretches of one input part */
function emitWhole(emit: Emitter, layer: CrossbarLayer, codes: readonly string[]): string {
  const { width } = stretchesOf(layer);
  const values = codes.map((_, stretch) => {
    const value = emitCodeValues(emit, layer, codes, stretch);
    if (stretch === 0) return value;
    const weight = 2 ** (stretch * width);
    return emit.op('Mul', [value, emit.constant(`stretch_${stretch}`, float32([], [weight]))]);
  });
  return values.length === 1 ? values[0]! : emit.op('Sum', values);
}
