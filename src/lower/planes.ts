/** Input codes of a layer, and their bit planes: what the drivers put on the wordlines, one plane after another. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { type ConvGeometry, type Geometry, int } from '../ir/graph.ts';
import { type InputPlane, inputParts, inputPlanes } from '../ir/input-planes.ts';
import { float32, int64, uint8 } from '../math/tensor.ts';
import { bend, type PiecewiseLinear } from '../target/nonlinearity.ts';
import { emitBend } from './bend.ts';
import type { Emitter } from './emit.ts';
import { emitApart, emitTogether, planeAxis, planeDims } from './stack.ts';

/** The planes of a layer's inputs, from the least to the largest weight. */
export function planesOf(layer: Driven): readonly InputPlane[] {
  return inputPlanes(layer.quantization, layer.inputCoding, layer.driverBits);
}

/**
 * Input codes as unsigned bytes, one value per input part, [batch, channels, ...space] or [..., rows]. Binary codes
 * are padded with the zero point; the parts of others are zero there, as a convolution pads by itself.
 */
export function emitCodes(emit: Emitter, layer: CrossbarLayer): string[] {
  return layer.inputCoding === 'binary' ? [emitBinary(emit, layer)] : emitMagnitudes(emit, layer);
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

/** Binary codes as numbers: two's complement bytes as they are meant. */
export function emitCodeValues(
  emit: Emitter,
  { geometry, rows, quantization }: CrossbarLayer,
  codes: string,
): string {
  const { signed } = quantization;
  const bytes = signed ? emit.op('BitwiseXor', [codes, emit.constant('sign_bit', uint8([], [128]))]) : codes;
  if (geometry.kind === 'matmul') {
    // onnxruntime 1.30 crashes where Cast stands between Transpose and MatMul; and where all rows have one scale, it
    // rewrites the product and rounds it.
    const ones = emit.constant('unit_scale', float32([rows], Array<number>(rows).fill(1)));
    const zeros = emit.constant('unit_zero', uint8([rows], Array<number>(rows).fill(signed ? 128 : 0)));
    return emit.op('DequantizeLinear', [bytes, ones, zeros], { axis: int(-1) });
  }
  const real = emit.op('Cast', [bytes], { to: int(1) });
  return signed ? emit.op('Sub', [real, emit.constant('half', float32([], [128]))]) : real;
}

/** What the planes of a layer depend on. */
type Driven = Pick<CrossbarLayer, 'quantization' | 'inputCoding' | 'driverBits'>;

/**
 * All planes as floats in one value (src/lower/stack.ts). A driven row is its digit (1 for a set bit) as the drivers'
 * curve bends it, or less that.
 * @param parts the layer's codes, as `emitCodes` gives them
 * @returns with the planes' weights, in their order
 */
export function emitPlanes(
  emit: Emitter,
  layer: Driven & Pick<CrossbarLayer, 'geometry'>,
  parts: readonly string[],
  curve?: PiecewiseLinear,
): { readonly planes: string; readonly weights: readonly number[] } {
  const { geometry } = layer;
  const all = planesOf(layer);
  const emitStack = layer.driverBits === 1 ? emitBitStack : emitDigitStack;
  const stack = (codes: string, part: number, planes: readonly InputPlane[]) => {
    const apart = emitStack(emit, emitApart(emit, geometry, codes), { part, planes, geometry, curve });
    return emitTogether(emit, geometry, apart, codes);
  };
  if (layer.inputCoding === 'bipolar') {
    const [plus, minus] = parts.map((codes, part) => stack(codes, part, all));
    return { planes: emit.op('Sub', [plus!, minus!]), weights: all.map(({ weight }) => weight) };
  }
  const byPart = parts.map((_, part) => all.filter(({ plus }) => plus === part));
  const stacks = byPart.flatMap((own, part) => (own.length === 0 ? [] : stack(parts[part]!, part, own)));
  const planes =
    stacks.length === 1 ? stacks[0]! : emit.op('Concat', stacks, { axis: int(planeAxis(geometry)) });
  return { planes, weights: byPart.flat().map(({ weight }) => weight) };
}

/** Planes of one input part. */
interface Stack {
  readonly part: number;
  readonly planes: readonly InputPlane[];
  readonly geometry: Geometry;
  readonly curve: PiecewiseLinear | undefined;
}

/** Planes of bits, apart. */
function emitBitStack(emit: Emitter, codes: string, { part, planes, geometry, curve }: Stack): string {
  const count = planes.length;
  const factors = planes.map(({ bit }) => shiftToTop(bit));
  const shifts = emit.constant(`shifts_${part}`, uint8(planeDims(geometry, count), factors));
  // One scale per plane, although all are the same: with one for all, onnxruntime 1.30 rewrites the product and rounds it.
  const set = emit.constant(`set_bits_${part}`, float32([count], Array<number>(count).fill(levelOf(curve))));
  const clear = emit.constant(`clear_bits_${part}`, uint8([count], Array<number>(count).fill(clearBit)));
  const bits = emitBits(emit, emit.op('Mul', [codes, shifts]));
  return emit.op('DequantizeLinear', [bits, set, clear], { axis: int(planeAxis(geometry)) });
}

/** Planes of digits, apart. */
function emitDigitStack(emit: Emitter, codes: string, { part, planes, geometry, curve }: Stack): string {
  const dims = planeDims(geometry, planes.length);
  const masks = emit.constant(`masks_${part}`, uint8(dims, planes.map(maskOf)));
  const lowest = planes.map(({ bit }) => 2 ** -bit);
  const masked = emit.op('Cast', [emit.op('BitwiseAnd', [codes, masks])], { to: int(1) });
  const digits = emit.op('Mul', [masked, emit.constant(`lowest_${part}`, float32(dims, lowest))]);
  return curve ? emitBend(emit, digits, curve, 'level') : digits;
}

/**
 * The planes one by one, as floats like the codes, from the least weight on. A driven row is its plane's weight times its
 * digit (1 for a set bit) as the drivers' curve bends it, or less that.
 * @param parts the layer's codes, as `emitCodes` gives them
 */
export function emitWeightedPlanes(
  emit: Emitter,
  layer: Driven,
  parts: readonly string[],
  curve?: PiecewiseLinear,
): string[] {
  const emitPlane = layer.driverBits === 1 ? emitWeightedBit : emitWeightedDigit;
  return planesOf(layer).map((plane, index) => {
    const driven = (part: number) => emitPlane(emit, parts[part]!, plane, index, curve);
    const { plus, minus } = plane;
    if (minus === undefined) return driven(plus!);
    return plus === undefined
      ? emit.op('Neg', [driven(minus)])
      : emit.op('Sub', [driven(plus), driven(minus)]);
  });
}

function emitWeightedBit(
  emit: Emitter,
  codes: string,
  { bit, weight }: InputPlane,
  index: number,
  curve: PiecewiseLinear | undefined,
): string {
  const set = emit.constant(`set_bit_${index}`, float32([], [weight * levelOf(curve)]));
  const clear = emit.constant(`byte_${clearBit}`, uint8([], [clearBit]));
  const shift = () => emit.constant(`shift_${bit}`, uint8([], [shiftToTop(bit)]));
  const shifted = bit === 7 ? codes : emit.op('Mul', [codes, shift()]);
  return emit.op('DequantizeLinear', [emitBits(emit, shifted), set, clear]);
}

function emitWeightedDigit(
  emit: Emitter,
  codes: string,
  plane: InputPlane,
  index: number,
  curve: PiecewiseLinear | undefined,
): string {
  const mask = emit.constant(`byte_${maskOf(plane)}`, uint8([], [maskOf(plane)]));
  // Bits where they are count as much as the plane's weight, but for its sign.
  const masked = emit.op('Cast', [emit.op('BitwiseAnd', [codes, mask])], { to: int(1) });
  const level = curve ? emitBend(emit, masked, curve, `level_${index}`, 2 ** plane.bit) : masked;
  return plane.weight > 0 ? level : emit.op('Neg', [level]);
}

/** What a set bit drives. */
const levelOf = (curve: PiecewiseLinear | undefined): number => (curve ? bend(curve, 1) : 1);

const maskOf = ({ bit, width }: InputPlane): number => (2 ** width - 1) << bit;

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
