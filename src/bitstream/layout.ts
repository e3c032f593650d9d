/** The constants of FORMAT.md. */
import type { BitstreamHeader } from '../ir/schedule.ts';

export const magic = Uint8Array.of(0x89, 0x58, 0x42, 0x53, 0x0d, 0x0a, 0x1a, 0x0a);
/** What the version of a bitstream says of it: a delta has one field more in its header, `updates` has more instructions. */
interface Form {
  readonly delta: boolean;
  readonly updates: boolean;
}

const forms: ReadonlyMap<number, Form> = new Map([
  [1, { delta: false, updates: false }],
  [2, { delta: true, updates: false }],
  [3, { delta: false, updates: true }],
  [4, { delta: true, updates: true }],
]);
export const versions = [...forms.keys()];

/** @returns undefined where the version is not known */
export const formOf = (version: number): Form | undefined => forms.get(version);

export function versionOf({ base, updates }: Pick<BitstreamHeader, 'base' | 'updates'>): number {
  return 1 + (base === undefined ? 0 : 1) + (updates ? 2 : 0);
}

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

/** The opcode after the last instruction of a section. */
export const endOpcode = 0x01;

/** Bits of a packed level code: ceil(log2(levels)). */
export function codeBitsOf(levels: number): number {
  return 32 - Math.clz32(levels - 1);
}
