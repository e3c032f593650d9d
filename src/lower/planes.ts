/** Input codes of a layer -> their bit planes: what the drivers put on the wordlines, one plane after another. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { type Geometry, int } from '../ir/graph.ts';
import { type InputPlane, inputPlanes } from '../ir/input-planes.ts';
import { float32, uint8 } from '../math/tensor.ts';
import { bend, type PiecewiseLinear } from '../target/nonlinearity.ts';
import { emitBend } from './bend.ts';
import type { Emitter } from './emit.ts';
import { stretchesOf } from './input-codes.ts';
import { emitApart, emitTogether, planeAxis, planeDims } from './stack.ts';

/** The planes of a layer's inputs, from the least to the largest weight. */
export function planesOf(layer: Driven): readonly InputPlane[] {
  return inputPlanes(layer.quantization, layer.inputCoding, layer.driverBits);
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
  const stretches = byStretch(layer, planesOf(layer));
  const emitStack = layer.driverBits === 1 ? emitBitStack : emitDigitStack;
  const stack = (part: number, planes: readonly InputPlane[]) => {
    const codes = parts[part]!;
    const apart = emitStack(emit, emitApart(emit, geometry, codes), { part, planes, geometry, curve });
    return emitTogether(emit, geometry, apart, codes);
  };
  const turns = stretches.flatMap((own, stretch) => {
    const of = (part: number) => part * stretches.length + stretch;
    if (layer.inputCoding === 'bipolar')
      return [{ planes: emit.op('Sub', [stack(of(0), own), stack(of(1), own)]), own }];
    const byPart = [0, 1].map((part) => own.filter(({ plus }) => plus === part));
    return byPart.flatMap((some, part) =>
      some.length === 0 ? [] : { planes: stack(of(part), some), own: some },
    );
  });
  const weights = turns.flatMap(({ own }) => own.map(({ weight }) => weight));
  const [first, ...others] = turns.map(({ planes }) => planes);
  if (others.length === 0) return { planes: first!, weights };
  return { planes: emit.op('Concat', [first!, ...others], { axis: int(planeAxis(geometry)) }), weights };
}

/** Planes by the stretch of the codes that their bits lie in, with bits as they count there. */
export function byStretch(layer: Driven, planes: readonly InputPlane[]): readonly (readonly InputPlane[])[] {
  const { count, width } = stretchesOf(layer);
  return Array.from({ length: count }, (_, stretch) =>
    planes.flatMap((plane) =>
      Math.floor(plane.bit / width) === stretch ? { ...plane, bit: plane.bit - stretch * width } : [],
    ),
  );
}

/** The weights of planes, apart for every stretch of the codes: what is exact in 32-bit floats by itself. */
export function weightsOf(layer: Driven): readonly (readonly number[])[] {
  return byStretch(layer, planesOf(layer)).map((planes) => planes.map(({ weight }) => weight));
}

/** Planes of one stretch of an input part. */
interface Stack {
  /** Number of the stretch, among those of all parts. */
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
  const stretches = byStretch(layer, planesOf(layer));
  const placed = stretches.flatMap((planes, stretch) => planes.map((plane) => ({ plane, stretch })));
  return placed.map(({ plane, stretch }, index) => {
    const driven = (part: number) =>
      emitPlane(emit, parts[part * stretches.length + stretch]!, plane, index, curve);
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
  // Bits where they are count as much as the plane's weight, but for its sign and the stretches below theirs.
  const masked = emit.op('Cast', [emit.op('BitwiseAnd', [codes, mask])], { to: int(1) });
  const level = curve ? emitBend(emit, masked, curve, `level_${index}`, 2 ** plane.bit) : masked;
  const rest = plane.weight / 2 ** plane.bit;
  if (Math.abs(rest) > 1) return emit.op('Mul', [level, emit.constant(`rest_${index}`, float32([], [rest]))]);
  return rest > 0 ? level : emit.op('Neg', [level]);
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
