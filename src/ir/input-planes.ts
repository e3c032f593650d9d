/**
 * How input codes drive the rows, one plane of bits after another.
 *
 *   binary          the bits of the code itself; the top bit of a two's complement code counts negative
 *   sign-magnitude  the bits of max(code - zero, 0), then those of max(zero - code, 0), whose conversions count negative
 *
 * Codes of small numbers of both signs differ in every bit of the binary form (127 and 128), so that the sums of the top
 * planes are large and nearly cancel, and their conversion errors remain. As magnitudes such numbers leave the top planes
 * almost empty.
 */
import type { InputQuantization } from './graph.ts';

export type InputCoding = 'binary' | 'sign-magnitude';

/** One drive of the rows, with the conversions that follow it. */
export interface InputPlane {
  /** Which of the layer's unsigned input parts: see `inputParts`. */
  readonly part: number;
  /** Bit of that part which drives a row. */
  readonly bit: number;
  /** What a converted code counts in shift-and-add. */
  readonly weight: number;
}

/** An unsigned number per input: min(max(sign * (code - zero), 0), limit), or the code itself where `sign` is 0. */
export interface InputPart {
  readonly sign: 0 | 1 | -1;
  readonly limit: number;
}

/** The coding that a quantization comes to: without numbers of both signs, magnitudes are the codes themselves. */
export function codingOf({ zero, signed }: InputQuantization, wanted: InputCoding): InputCoding {
  return zero === 0 && !signed ? 'binary' : wanted;
}

/** The unsigned numbers whose bits drive the rows. */
export function inputParts({ zero, signed }: InputQuantization, coding: InputCoding): readonly InputPart[] {
  if (coding === 'binary') return [{ sign: 0, limit: 255 }];
  const parts: readonly InputPart[] = [
    { sign: 1, limit: signed ? 127 : 255 - zero },
    { sign: -1, limit: signed ? 128 : zero },
  ];
  return parts.filter(({ limit }) => limit > 0);
}

/** All drives of one product, from the least to the largest weight: powers of two, at most twice the one before. */
export function inputPlanes(quantization: InputQuantization, coding: InputCoding): readonly InputPlane[] {
  const planes = inputParts(quantization, coding).flatMap(({ sign, limit }, part) =>
    Array.from({ length: 32 - Math.clz32(limit) }, (_, bit): InputPlane => {
      const negative = sign === 0 ? quantization.signed && bit === 7 : sign < 0;
      return { part, bit, weight: negative ? -(2 ** bit) : 2 ** bit };
    }),
  );
  return planes.sort((a, b) => Math.abs(a.weight) - Math.abs(b.weight));
}

/** Splits codes (two's complement bytes where signed) into their parts, each as long as `codes`. */
export function splitCodes(
  codes: Uint8Array,
  quantization: InputQuantization,
  coding: InputCoding,
): readonly Uint8Array[] {
  return inputParts(quantization, coding).map(({ sign, limit }) => {
    if (sign === 0) return codes;
    const part = new Uint8Array(codes.length);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      const value = sign * ((quantization.signed && code > 127 ? code - 256 : code) - quantization.zero);
      part[i] = value < 0 ? 0 : value > limit ? limit : value;
    }
    return part;
  });
}
