/** Input codes of a layer, and their bit planes: what the drivers put on the wordlines, one input bit after another. */
import type { CrossbarLayer } from '../package/crossbar.ts';
import { float32, int64, uint8 } from '../tensor.ts';
import { type Emitter, int } from './emit.ts';

/** Input codes as unsigned bytes, padded with the zero point, [batch, channels, ...space] or [vectors, rows]. */
export function emitCodes(emit: Emitter, layer: CrossbarLayer): string {
  const { scale, zero, signed } = layer.quantization;
  // Two's complement is the unsigned code with its top bit flipped: quantize around 128, then flip it.
  const quantized = emit.op('QuantizeLinear', [
    layer.input,
    emit.constant('input_scale', float32([], [scale])),
    emit.constant('input_zero', uint8([], [signed ? 128 : zero])),
  ]);
  let codes = signed
    ? emit.op('BitwiseXor', [quantized, emit.constant('sign_bit', uint8([], [128]))])
    : quantized;
  if (layer.geometry.kind === 'matmul') {
    codes = emit.op('Reshape', [codes, emit.constant('vectors', int64([2], [-1, layer.rows]))]);
  } else if (zero !== 0 && layer.geometry.pads.some((p) => p > 0)) {
    const rank = layer.geometry.kernel.length;
    const pads = [0, 0, ...layer.geometry.pads.slice(0, rank), 0, 0, ...layer.geometry.pads.slice(rank)];
    codes = emit.op('Pad', [
      codes,
      emit.constant('pads', int64([pads.length], pads)),
      emit.constant('pad_code', uint8([], [zero])),
    ]);
  }
  return codes;
}

/** Weight of every plane's conversions: the top bit of a two's complement code counts negative. */
export function bitWeights(signed: boolean): number[] {
  return shiftToTop.map((_, bit) => (signed && bit === 7 ? -128 : 2 ** bit));
}

/** What planes depend on. */
type Driven = Pick<CrossbarLayer, 'geometry' | 'quantization'>;

/** All planes as floats, bit after bit in the batch: [8 * batch, ...]. A set bit is 1. */
export function emitPlanes(emit: Emitter, layer: Driven, codes: string): string {
  const rank = layer.geometry.kind === 'conv' ? 2 + layer.geometry.kernel.length : 2;
  const shifts = emit.constant('shifts', uint8([8, ...Array<number>(rank).fill(1)], shiftToTop));
  // One scale per plane, although all are 1: with one for all, onnxruntime 1.30 rewrites the product and rounds it.
  const ones = emit.constant('set_bits', float32([8], Array<number>(8).fill(1)));
  const clear = emit.constant('clear_bits', uint8([8], Array<number>(8).fill(clearBit)));
  const bits = emitBits(emit, emit.op('Mul', [codes, shifts]));
  const planes = emit.op('DequantizeLinear', [bits, ones, clear], { axis: int(0) });
  return emit.op('Reshape', [planes, emitBatchShape(emit, codes)]);
}

/** The planes one by one, as floats like `codes`. A set bit is its plane's weight. */
export function emitWeightedPlanes(emit: Emitter, layer: Driven, codes: string): string[] {
  const clear = emit.constant(`byte_${clearBit}`, uint8([], [clearBit]));
  return bitWeights(layer.quantization.signed).map((weight, bit) => {
    const shift = emit.constant(`shift_${bit}`, uint8([], [shiftToTop[bit]!]));
    const set = emit.constant(`set_bit_${bit}`, float32([], [weight]));
    const shifted = bit === 7 ? codes : emit.op('Mul', [codes, shift]);
    return emit.op('DequantizeLinear', [emitBits(emit, shifted), set, clear]);
  });
}

/** Modulo 256, a code times this has the bit on top. */
const shiftToTop: readonly number[] = Array.from({ length: 8 }, (_, bit) => 2 ** (7 - bit));
const clearBit = 127;
const setBit = 128;

/**
 * `setBit` where a byte has its top bit set, else `clearBit`. onnxruntime has vector kernels for Mul and Clip of bytes
 * and none for BitwiseAnd: 0.12 against 0.55 ns per bit.
 */
function emitBits(emit: Emitter, shifted: string): string {
  const ends = [clearBit, setBit].map((byte) => emit.constant(`byte_${byte}`, uint8([], [byte])));
  return emit.op('Clip', [shifted, ...ends]);
}

/** [-1, ...all dimensions of `value` but the first]. */
export function emitBatchShape(emit: Emitter, value: string): string {
  const rest = emit.op('Shape', [value], { start: int(1) });
  return emit.op('Concat', [emit.constant('any_batch', int64([1], [-1])), rest], { axis: int(0) });
}
