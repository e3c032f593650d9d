/** Mutations of bytes that know nothing of what the bytes mean. */
import type { Random } from '../random.ts';

const interesting = [0x00, 0x01, 0x7f, 0x80, 0xff];
/** Longest run of bytes that a mutation moves. */
const longestRun = 64;

export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(random.below(256));
  const at = random.below(bytes.length);
  const run = 1 + random.below(Math.min(longestRun, bytes.length - at));
  const [before, piece, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, at + run),
    bytes.subarray(at + run),
  ];
  switch (random.below(7)) {
    case 0:
      return changed(bytes, at, bytes[at]! ^ (1 << random.below(8)));
    case 1:
      return changed(bytes, at, random.below(256));
    case 2:
      return changed(bytes, at, random.pick(interesting));
    case 3:
      return Buffer.concat([before, after]);
    case 4:
      return Buffer.concat([before, piece, piece, after]);
    case 5:
      return before;
    default:
      return withWord(random, bytes, at);
  }
}

function changed(bytes: Uint8Array, at: number, value: number): Uint8Array {
  return Uint8Array.from(bytes).fill(value, at, at + 1);
}

/** Writes a word that is large, or negative, over four bytes. */
function withWord(random: Random, bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const word = random.pick([0, 1, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7f800000, 0x7fc00000]);
  for (let i = 0; i < 4 && at + i < copy.length; i++) copy[at + i] = (word >>> (8 * i)) & 0xff;
  return copy;
}
