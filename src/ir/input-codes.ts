/** Input codes, integers of 4 to 16 bits, and the numbers that they stand for, in steps of their scale. */
import type { InputQuantization } from './graph.ts';

/** Codes as bytes, where they have no more than 8 bits; signed ones in two's complement of as many bits as they have. */
export type InputCodes = Uint8Array | Uint16Array;

/** Codes of a layer that says nothing else, and of every input that a model quantizes itself. */
export const usualBits = 8;

type Memory = ArrayBufferConstructor | SharedArrayBufferConstructor;

/** @param bits of a code */
export function createCodes(bits: number, length: number, memory: Memory = ArrayBuffer): InputCodes {
  return bits > 8 ? new Uint16Array(new memory(2 * length)) : new Uint8Array(new memory(length));
}

/** One after the other; of two bytes a code, if one of them is. */
export function joinCodes(parts: readonly InputCodes[]): InputCodes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const wide = parts.some((part) => part instanceof Uint16Array);
  const joined = wide ? new Uint16Array(length) : new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Codes as bytes: the low ones of all, and, where they are wide, the high ones of all behind them. */
export function bytesOfCodes(codes: InputCodes): Uint8Array {
  if (codes instanceof Uint8Array) return codes;
  const bytes = new Uint8Array(2 * codes.length);
  for (let i = 0; i < codes.length; i++) {
    bytes[i] = codes[i]!;
    bytes[codes.length + i] = codes[i]! >> 8;
  }
  return bytes;
}

/** The number that a code stands for, in steps of its scale. */
export function inputNumber(code: number, { signed, zero, bits }: InputQuantization): number {
  return (signed && code >= 2 ** (bits - 1) ? code - 2 ** bits : code) - zero;
}

/** Least and largest of all numbers. */
export function numberRange({
  signed,
  zero,
  bits,
}: InputQuantization): readonly [least: number, most: number] {
  return signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0 - zero, 2 ** bits - 1 - zero];
}
