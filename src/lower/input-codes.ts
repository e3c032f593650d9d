/**
 * A layer's input -> its codes, as values of bytes whose bits the planes are. Codes of more than 8 bits lie in stretches of
 * equal width, a byte each, the lowest first.
 */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { ConvGeometry, InputQuantization } from '../ir/graph.ts';
import { int } from '../ir/graph.ts';
import { numberRange } from '../ir/input-codes.ts';
import { inputParts } from '../ir/input-planes.ts';
import { float32, int64, uint8 } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';

/** How the bits of a code lie in bytes. */
export interface Stretches {
  readonly count: number;
  /** Bits of a stretch, a multiple of what drives a row at once; the topmost may have fewer. */
  readonly width: number;
}

export function stretchesOf({
  quantization: { bits },
  driverBits,
}: Pick<CrossbarLayer, 'quantization' | 'driverBits'>): Stretches {
  if (bits <= 8) return { count: 1, width: 8 };
  const width = (count: number) => driverBits * Math.ceil(bits / (count * driverBits));
  let count = 2;
  while (width(count) > 8) count++;
  return { count, width: width(count) };
}

/**
 * Input codes as unsigned bytes, [batch, channels, ...space] or [..., rows]: the stretches of one input part after those of
 * another. Binary codes are padded with the zero point; the parts of others are zero there, as a convolution pads by itself.
 */
export function emitCodes(emit: Emitter, layer: CrossbarLayer): string[] {
  const { bits } = layer.quantization;
  if (layer.inputCoding === 'binary')
    return bits > 8 ? emitWideBinary(emit, layer) : [emitBinary(emit, layer)];
  return bits > 8 ? emitWideMagnitudes(emit, layer) : emitMagnitudes(emit, layer);
}

function emitBinary(emit: Emitter, layer: CrossbarLayer): string {
  const { zero, signed, bits } = layer.quantization;
  const half = 2 ** (bits - 1);
  // Two's complement is the unsigned code with its top bit flipped: quantize around the middle, then flip it.
  const quantized = emitQuantized(emit, layer);
  const codes = signed
    ? emit.op('BitwiseXor', [quantized, emit.constant('sign_bit', uint8([], [half]))])
    : quantized;
  return emitPadded(emit, layer, codes, zero);
}

/**
 * Unsigned codes of at most 8 bits; of signed numbers those around the middle.
 * @param layer its input, and how that is quantized
 */
export function emitQuantized(
  emit: Emitter,
  { input, quantization }: { readonly input: string; readonly quantization: InputQuantization },
): string {
  const { scale, bits } = quantization;
  const quantized = emit.op('QuantizeLinear', [
    input,
    emit.constant('input_scale', float32([], [scale])),
    emit.constant('input_zero', uint8([], [unsignedZero(quantization)])),
  ]);
  if (bits === 8) return quantized;
  const ends = [0, 2 ** bits - 1].map((byte) => emit.constant(`byte_${byte}`, uint8([], [byte])));
  return emit.op('Clip', [quantized, ...ends]);
}

/** The unsigned code of the number 0: of signed numbers the middle of the codes. */
export function unsignedZero({ zero, signed, bits }: InputQuantization): number {
  return signed ? 2 ** (bits - 1) : zero;
}

/**
 * Input numbers as whole floats, as QuantizeLinear computes them before it adds the zero point: bytes, which it gives, have
 * no room for them.
 */
export function emitNumbers(
  emit: Emitter,
  { input, quantization }: { readonly input: string; readonly quantization: InputQuantization },
): string {
  const steps = emit.op('Div', [input, emit.constant('input_scale', float32([], [quantization.scale]))]);
  const [least, most] = numberRange(quantization);
  return emit.op('Clip', [
    emit.op('Round', [steps]),
    emit.constant('input_least', float32([], [least])),
    emit.constant('input_most', float32([], [most])),
  ]);
}

/** Whole floats from 0 on -> their stretches as bytes. */
export function emitStretches(emit: Emitter, values: string, { count, width }: Stretches): string[] {
  const up = emit.constant('stretch', float32([], [2 ** width]));
  const down = emit.constant('of_stretch', float32([], [2 ** -width]));
  const bytes: string[] = [];
  let rest = values;
  while (bytes.length < count - 1) {
    const above = emit.op('Floor', [emit.op('Mul', [rest, down])]);
    bytes.push(emitByte(emit, emit.op('Sub', [rest, emit.op('Mul', [above, up])])));
    rest = above;
  }
  return [...bytes, emitByte(emit, rest)];
}

const emitByte = (emit: Emitter, value: string) => emit.op('Cast', [value], { to: int(2) });

function emitWideBinary(emit: Emitter, layer: CrossbarLayer): string[] {
  const { quantization } = layer;
  const { count, width } = stretchesOf(layer);
  const middle = emit.constant('input_zero', float32([], [unsignedZero(quantization)]));
  const codes = emit.op('Add', [emitNumbers(emit, layer), middle]);
  return emitStretches(emit, codes, { count, width }).map((bytes, stretch) => {
    if (!quantization.signed) {
      const zero = (quantization.zero >> (stretch * width)) & (2 ** width - 1);
      return emitPadded(emit, layer, bytes, zero, `pad_code_${stretch}`);
    }
    if (stretch < count - 1) return bytes;
    const sign = 2 ** (quantization.bits - 1 - stretch * width);
    return emit.op('BitwiseXor', [bytes, emit.constant('sign_bit', uint8([], [sign]))]);
  });
}

/** @param zero code of padded inputs */
function emitPadded(emit: Emitter, layer: CrossbarLayer, codes: string, zero: number, name = 'pad_code') {
  if (!padsExplicitly(layer)) return codes;
  const { pads, kernel } = layer.geometry;
  const around = [0, 0, ...pads.slice(0, kernel.length), 0, 0, ...pads.slice(kernel.length)];
  return emit.op('Pad', [
    codes,
    emit.constant('pads', int64([around.length], around)),
    emit.constant(name, uint8([], [zero])),
  ]);
}

/** Whether the codes come padded, because the code of zero drives rows. */
export function padsExplicitly<L extends Pick<CrossbarLayer, 'geometry' | 'quantization' | 'inputCoding'>>(
  layer: L,
): layer is L & { readonly geometry: ConvGeometry } {
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

function emitWideMagnitudes(emit: Emitter, layer: CrossbarLayer): string[] {
  const numbers = emitNumbers(emit, layer);
  return [numbers, emit.op('Neg', [numbers])].flatMap((signed) =>
    emitStretches(emit, emit.op('Relu', [signed]), stretchesOf(layer)),
  );
}
