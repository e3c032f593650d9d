/** Packed integers of FORMAT.md: least significant bit first, no gaps between values. */

/** Bytes of `count` packed integers. */
export function packedBytesOf(count: number, bits: number): number {
  return Math.ceil((count * bits) / 8);
}

/** Packs `values` of `bits` bits each (at most 16) into all of `out`. */
export function packBits(values: Uint16Array, bits: number, out: Uint8Array): void {
  let word = 0;
  let filled = 0;
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    word |= values[i]! << filled;
    filled += bits;
    while (filled >= 8) {
      out[at++] = word;
      word >>>= 8;
      filled -= 8;
    }
  }
  if (filled > 0) out[at] = word;
}

/**
 * Unpacks `count` values of `bits` bits each (at most 16), which fill all of `bytes`.
 * @returns the values, and the bits left over in the last byte
 */
export function unpackBits(
  bytes: Uint8Array,
  count: number,
  bits: number,
): { readonly values: Uint16Array; readonly rest: number } {
  const values = new Uint16Array(count);
  const lowest = (1 << bits) - 1;
  let word = 0;
  let filled = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    while (filled < bits) {
      word |= bytes[at++]! << filled;
      filled += 8;
    }
    values[i] = word & lowest;
    word >>>= bits;
    filled -= bits;
  }
  return { values, rest: word };
}
