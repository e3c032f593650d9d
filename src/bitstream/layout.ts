/** The constants of FORMAT.md. */
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

/** The opcode after the last instruction of a section. */
export const endOpcode = 0x01;

/** Bits of a packed level code: ceil(log2(levels)). */
export function codeBitsOf(levels: number): number {
  return 32 - Math.clz32(levels - 1);
}
