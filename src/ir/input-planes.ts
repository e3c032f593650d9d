/**
 * How input codes drive the rows, one plane of bits after another.
 *
 *   binary     the bits of the code itself; the top bit of a two's complement code counts negative
 *   bipolar    the bits of |code - zero|, rows of negative numbers with the opposite voltage
 *   two-phase  the bits of max(code - zero, 0), then those of max(zero - code, 0), whose conversions count negative
 *
 * Codes of small numbers of both signs differ in every bit of the binary form (127 and 128), so that the sums of the top
 * planes are large and nearly cancel, and their conversion errors remain. As magnitudes such numbers leave the top planes
 * almost empty.
 */
import type { InputQuantization } from './graph.ts';
import { createCodes, type InputCodes, inputNumber, numberRange } from './input-codes.ts';

export type InputCoding = 'binary' | 'bipolar' | 'two-phase';

/** What may be asked for: how magnitudes drive rows is up to the drivers. */
export type InputNumbers = 'binary' | 'sign-magnitude';

/** One drive of the rows, with the conversions that follow it. */
export interface InputPlane {
  /** Lowest bit of the unsigned input parts (see `inputParts`) that drives a row, and how many do so at once. */
  readonly bit: number;
  readonly width: number;
  /** Part whose bits drive rows with the read voltage. */
  readonly plus: number | undefined;
  /** Part whose bits drive rows with the opposite voltage. No row has bits in both. */
  readonly minus: number | undefined;
  /** What a converted code counts in shift-and-add. */
  readonly weight: number;
}

/** An unsigned number per input: min(max(sign * (code - zero), 0), limit), or the code itself where `sign` is 0. */
interface InputPart {
  readonly sign: 0 | 1 | -1;
  readonly limit: number;
}

/** The coding of a layer's inputs. Without numbers of both signs, magnitudes are the codes themselves. */
export function codingOf(
  { zero, signed }: InputQuantization,
  wanted: InputNumbers,
  polarity: 'unipolar' | 'bipolar',
): InputCoding {
  if (wanted === 'binary' || (zero === 0 && !signed)) return 'binary';
  return polarity === 'bipolar' ? 'bipolar' : 'two-phase';
}

/** The unsigned numbers whose bits drive the rows: one, or those of positive numbers before those of negative ones. */
export function inputParts(quantization: InputQuantization, coding: InputCoding): readonly InputPart[] {
  if (coding === 'binary') return [{ sign: 0, limit: 2 ** quantization.bits - 1 }];
  const [least, most] = numberRange(quantization);
  return [
    { sign: 1, limit: most },
    { sign: -1, limit: 0 - least },
  ];
}

/**
 * All drives of one product, from the least to the largest weight: powers of two, at most 2^driverBits times the one
 * before. The sign bit of a two's complement code is a drive of its own.
 * @param driverBits bits that drive a row at once
 */
export function inputPlanes(
  quantization: InputQuantization,
  coding: InputCoding,
  driverBits: number,
): readonly InputPlane[] {
  const [first, second] = inputParts(quantization, coding).map(({ limit }) => 32 - Math.clz32(limit));
  // The top bit of two's complement counts negative, and so drives alone.
  const top = coding === 'binary' && quantization.signed ? quantization.bits - 1 : undefined;
  const all = Array.from({ length: quantization.bits }, (_, bit) => bit);
  const bits = all.filter((bit) => bit % driverBits === 0 || bit === top);
  return bits.flatMap((bit, step): InputPlane[] => {
    const width = (bits[step + 1] ?? quantization.bits) - bit;
    const weight = 2 ** bit;
    const plus = bit < first! ? 0 : undefined;
    const minus = second !== undefined && bit < second ? 1 : undefined;
    if (coding === 'binary') return [{ bit, width, plus, minus, weight: bit === top ? -weight : weight }];
    if (coding === 'bipolar')
      return (plus ?? minus) === undefined ? [] : [{ bit, width, plus, minus, weight }];
    return [
      ...(plus === undefined ? [] : [{ bit, width, plus, minus: undefined, weight }]),
      ...(minus === undefined ? [] : [{ bit, width, plus: minus, minus: undefined, weight: -weight }]),
    ];
  });
}

/** Splits codes into their parts, each as long as `codes`. */
export function splitCodes(
  codes: InputCodes,
  quantization: InputQuantization,
  coding: InputCoding,
): readonly InputCodes[] {
  return inputParts(quantization, coding).map(({ sign, limit }) => {
    if (sign === 0) return codes;
    const numbers = createCodes(quantization.bits, 2 ** quantization.bits).map((_, code) => {
      const value = sign * inputNumber(code, quantization);
      return Math.max(0, Math.min(limit, value));
    });
    const part = createCodes(quantization.bits, codes.length);
    for (let i = 0; i < codes.length; i++) part[i] = numbers[codes[i]!]!;
    return part;
  });
}
