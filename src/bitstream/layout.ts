/** The constants of FORMAT.md, and the sizes that follow from an array's geometry. */
import type { ConverterInstruction, Instruction } from '../ir/schedule.ts';

export const magic = Uint8Array.of(0x89, 0x58, 0x42, 0x53, 0x0d, 0x0a, 0x1a, 0x0a);
/** Version of a bitstream for a fresh chip, and of a delta: the same with one field more in the header. */
export const wholeVersion = 1;
export const deltaVersion = 2;

/** Bytes of the header before `base`, which deltas alone have, of `base`, and of the CRC at the end. */
export const headerFixedLength = 60;
export const baseLength = 32;
export const crcLength = 4;

/** `ARRY` and `XEND`, read as little-endian words. */
export const sectionMarker = 0x59525241;
export const trailerMarker = 0x444e4558;
/** Bytes of a section before its payload. */
export const sectionHeadLength = 12;
export const trailerLength = 12;

export const opcodes = {
  end: 0x01,
  driver: 0x10,
  converter: 0x11,
  form: 0x20,
  reset: 0x21,
  program: 0x22,
  verify: 0x23,
  'program-residual': 0x24,
  'wake-up': 0x30,
  'write-hidden': 0x31,
  transfer: 0x32,
} as const satisfies Record<Instruction['op'] | 'end', number>;

/** The byte of a conversion mode is its index. */
export const convertModes = ['pair', 'column'] as const satisfies readonly ConverterInstruction['convert'][];

/** Bits of a packed level code: ceil(log2(levels)). */
export function codeBitsOf(levels: number): number {
  return 32 - Math.clz32(levels - 1);
}

/** Bytes of a mask with one bit per column. */
export function maskBytesOf(columns: number): number {
  return Math.ceil(columns / 8);
}

/** Bytes of `count` packed integers. */
export function packedBytesOf(count: number, bits: number): number {
  return Math.ceil((count * bits) / 8);
}

/** Column pairs of an array. */
export function pairsOf(columns: number): number {
  return Math.floor(columns / 2);
}

/** Greatest magnitude of a hidden integer in sign and magnitude. */
export function maxHiddenOf(hiddenBits: number): number {
  return 2 ** (hiddenBits - 1) - 1;
}

/** How a converter instruction stores its two lists: the byte `layout` of FORMAT.md. */
interface ConverterLayout {
  /** Bytes of one zero: 1, 2 or 4. */
  readonly zeroBytes: number;
  /** Zeros and steps stored: 1 where all are equal. */
  readonly zeros: number;
  readonly steps: number;
}

/** The only permitted layout of these lists. */
export function layoutByteOf(zero: Int32Array, step: Float32Array): number {
  const fits = (limit: number): boolean => zero.every((z) => z >= -limit && z < limit);
  const width = fits(0x80) ? 0 : fits(0x8000) ? 1 : 2;
  const equalZeros = zero.every((z) => z === zero[0]);
  const equalSteps = step.every((s) => Object.is(s, step[0]));
  return width | (equalZeros ? 4 : 0) | (equalSteps ? 8 : 0);
}

/** What a layout byte says for `count` converters, or `undefined` where it is none. */
export function converterLayout(byte: number, count: number): ConverterLayout | undefined {
  if (byte > 15 || (byte & 3) === 3) return undefined;
  return { zeroBytes: 1 << (byte & 3), zeros: byte & 4 ? 1 : count, steps: byte & 8 ? 1 : count };
}
