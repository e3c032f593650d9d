/** Input codes of a layer, and their bit planes: what the drivers put on the wordlines, one plane after another. */
import { type InputPlane, inputParts, inputPlanes } from '../ir/input-planes.ts';
import type { CrossbarLayer } from '../package/crossbar.ts';
import { float32, int64, uint8 } from '../tensor.ts';
import { type Emitter, int } from './emit.ts';

/** The planes of a layer's inputs, from the least to the largest weight. */
export function planesOf(layer: Pick<CrossbarLayer, 'quantization' | 'inputCoding'>): readonly InputPlane[] {
  return inputPlanes(layer.quantization, layer.inputCoding);
}

/**
 * Input codes as unsigned bytes, one value per input part, [batch, channels, ...space] or [vectors, rows]. Binary codes
 * are padded with the zero point; the parts of others are zero there, as a convolution pads by itself.
 */
export function emitCodes(emit: Emitter, layer: CrossbarLayer): string[] {
  const codes = layer.inputCoding === 'binary' ? [emitBinary(emit, layer)] : emitMagnitudes(emit, layer);
  if (layer.geometry.kind === 'conv') return codes;
  const vectors = emit.constant('vectors', int64([2], [-1, layer.rows]));
  return codes.map((part) => emit.op('Reshape', [part, vectors]));
}

function emitBinary(emit: Emitter, layer: CrossbarLayer): string {
  const { scale, zero, signed } = layer.quantization;
  // Two's complement is the unsigned code with its top bit flipped: quantize around 128, then flip it.
  const quantized = emit.op('QuantizeLinear', [
    layer.input,
    emit.constant('input_scale', float32([], [scale])),
    emit.constant('input_zero', uint8([], [signed ? 128 : zero])),
  ]);
  const codes = signed
    ? emit.op('BitwiseXor', [quantized, emit.constant('sign_bit', uint8([], [128]))])
    : quantized;
  if (!padsExplicitly(layer)) return codes;
  const { pads, kernel } = layer.geometry;
  const around = [0, 0, ...pads.slice(0, kernel.length), 0, 0, ...pads.slice(kernel.length)];
  return emit.op('Pad', [
    codes,
    emit.constant('pads', int64([around.length], around)),
    emit.constant('pad_code', uint8([], [zero])),
  ]);
}

/** Whether the codes come padded, because the code of zero drives rows. */
export function padsExplicitly<L extends Pick<CrossbarLayer, 'geometry' | 'quantization' | 'inputCoding'>>(
  layer: L,
): layer is L & { readonly geometry: Extract<CrossbarLayer['geometry'], { kind: 'conv' }> } {
  const { geometry, quantization, inputCoding } = layer;
  return (
    inputCoding === 'binary' &&
    quantization.zero !== 0 &&
    geometry.kind === 'conv' &&
    geometry.pads.some((p) => p > 0)
  );
}

/** Rounding half to even is the same on both sides of zero: x and -x, quantized around zero, saturate at the other. */
function emitMagnitudes(emit: Emitter, layer: CrossbarLayer): string[] {
  const scale = emit.constant('input_scale', float32([], [layer.quantization.scale]));
  const none = emit.constant('byte_0', uint8([], [0]));
  return inputParts(layer.quantization, layer.inputCoding).map(({ sign, limit }) => {
    const input = sign > 0 ? layer.input : emit.op('Neg', [layer.input]);
    const magnitudes = emit.op('QuantizeLinear', [input, scale, none]);
    return emit.op('Clip', [magnitudes, none, emit.constant(`byte_${limit}`, uint8([], [limit]))]);
  });
}

/**
 * All planes as floats, in the batch: [planes * batch, ...]. A set bit is 1.
 * @returns with the planes' weights, in the order of the batch
 */
export function emitPlanes(
  emit: Emitter,
  layer: Pick<CrossbarLayer, 'geometry' | 'quantization' | 'inputCoding'>,
  codes: readonly string[],
): { readonly planes: string; readonly weights: readonly number[] } {
  const rank = layer.geometry.kind === 'conv' ? 2 + layer.geometry.kernel.length : 2;
  const all = planesOf(layer);
  const parts = codes.map((part, index) => {
    const own = all.filter((plane) => plane.part === index);
    const ones = Array<number>(rank).fill(1);
    const factors = own.map(({ bit }) => shiftToTop(bit));
    const shifts = emit.constant(`shifts_${index}`, uint8([own.length, ...ones], factors));
    // One scale per plane, although all are 1: with one for all, onnxruntime 1.30 rewrites the product and rounds it.
    const set = emit.constant(`set_bits_${index}`, float32([own.length], Array(own.length).fill(1)));
    const clear = emit.constant(`clear_bits_${index}`, uint8([own.length], Array(own.length).fill(clearBit)));
    const bits = emitBits(emit, emit.op('Mul', [part, shifts]));
    const planes = emit.op('DequantizeLinear', [bits, set, clear], { axis: int(0) });
    return emit.op('Reshape', [planes, emitBatchShape(emit, part)]);
  });
  const planes = parts.length === 1 ? parts[0]! : emit.op('Concat', parts, { axis: int(0) });
  const weights = codes.flatMap((_, index) => all.filter((p) => p.part === index).map((p) => p.weight));
  return { planes, weights };
}

/** The planes one by one, as floats like `codes`, from the least weight on. A set bit is its plane's weight. */
export function emitWeightedPlanes(
  emit: Emitter,
  layer: Pick<CrossbarLayer, 'quantization' | 'inputCoding'>,
  codes: readonly string[],
): string[] {
  const clear = emit.constant(`byte_${clearBit}`, uint8([], [clearBit]));
  return planesOf(layer).map(({ part, bit, weight }, index) => {
    const set = emit.constant(`set_bit_${index}`, float32([], [weight]));
    const shift = emit.constant(`shift_${bit}`, uint8([], [shiftToTop(bit)]));
    const shifted = bit === 7 ? codes[part]! : emit.op('Mul', [codes[part]!, shift]);
    return emit.op('DequantizeLinear', [emitBits(emit, shifted), set, clear]);
  });
}

/** Modulo 256, a code times this has the bit on top. */
const shiftToTop = (bit: number): number => 2 ** (7 - bit);
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
