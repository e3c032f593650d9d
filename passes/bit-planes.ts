/** The bits that drive rows of an array: input parts turned from one byte per row to one byte per 8 rows. */
import { evenlySpread } from '../src/evenly-spread.ts';
import { lengthOf, type PlacedBlock } from '../src/ir/mapping.ts';

/** Which rows of one group every vector drives, one input bit at a time. */
export interface BitPlanes {
  /** Vectors times 8 bits, and times parts where these take turns. */
  readonly samples: number;
  /** Bytes per sample: bit r of byte o stands for row 8 o + r. */
  readonly octets: number;
  /** Whether the second half of a sample's bytes stands for the same rows, driven with the opposite voltage. */
  readonly bipolar: boolean;
  /** [vector][part][bit][octet], or [vector][bit][part][octet] where bipolar. */
  readonly bytes: Uint8Array;
}

/**
 * @param shape of the layer, whose `groups` share the vectors' rows
 * @param parts unsigned numbers that drive the rows, [part][vector][group][row]
 * @param vectors calibration vectors that are used, evenly spread over all
 * @param bipolar whether the two parts drive rows at once
 * @returns one per group of the block
 */
export function bitPlanes(
  block: Pick<PlacedBlock, 'groups' | 'rows'>,
  shape: { readonly groups: number; readonly rows: number },
  parts: readonly Uint8Array[],
  vectors: number,
  bipolar = false,
): BitPlanes[] {
  const rows = lengthOf(block.rows);
  const groups = lengthOf(block.groups);
  const samples = vectors * 8 * (bipolar ? 1 : parts.length);
  const perPart = Math.ceil(rows / 8);
  const octets = perPart * (bipolar ? parts.length : 1);
  const size = samples * octets;
  const all = new Uint8Array(groups * size);
  const given = parts[0]!.length / (shape.groups * shape.rows);
  for (const [vector, source] of evenlySpread(given, vectors).entries()) {
    for (let own = 0; own < groups; own++) {
      const first = (source * shape.groups + block.groups.start + own) * shape.rows + block.rows.start;
      for (const [number, part] of parts.entries()) {
        const sample = bipolar ? vector * 8 : (vector * parts.length + number) * 8;
        const to = own * size + sample * octets + (bipolar ? number * perPart : 0);
        transpose(part, first, rows, all, to, octets);
      }
    }
  }
  return Array.from({ length: groups }, (_, own) => ({
    samples,
    octets,
    bipolar,
    bytes: all.subarray(own * size, (own + 1) * size),
  }));
}

/** Codes of `rows` neighbouring rows -> 8 planes of ceil(rows / 8) bytes each, `stride` bytes apart. */
function transpose(
  codes: Uint8Array,
  first: number,
  rows: number,
  bytes: Uint8Array,
  to: number,
  stride: number,
): void {
  const octets = Math.ceil(rows / 8);
  const whole = rows >> 3;
  let at = first;
  for (let octet = 0; octet < whole; octet++, at += 8) {
    // 8 x 8 bits by swapping ever larger squares (Warren, "Hacker's Delight", 2nd edition, section 7-3).
    let x = codes[at]! | (codes[at + 1]! << 8) | (codes[at + 2]! << 16) | (codes[at + 3]! << 24);
    let y = codes[at + 4]! | (codes[at + 5]! << 8) | (codes[at + 6]! << 16) | (codes[at + 7]! << 24);
    let swap = (x ^ (x >>> 7)) & 0x00aa00aa;
    x ^= swap ^ (swap << 7);
    swap = (y ^ (y >>> 7)) & 0x00aa00aa;
    y ^= swap ^ (swap << 7);
    swap = (x ^ (x >>> 14)) & 0x0000cccc;
    x ^= swap ^ (swap << 14);
    swap = (y ^ (y >>> 14)) & 0x0000cccc;
    y ^= swap ^ (swap << 14);
    swap = ((y << 4) ^ x) & 0xf0f0f0f0;
    putOctet(bytes, to + octet, stride, x ^ swap, y ^ (swap >>> 4));
  }
  if (whole === octets) return;
  let low = 0;
  let high = 0;
  for (let row = 0; row < (rows & 7); row++) {
    const code = codes[at + row]!;
    low |= spread[code & 15]! << row;
    high |= spread[code >> 4]! << row;
  }
  putOctet(bytes, to + whole, stride, low, high);
}

/** The low bits of a nibble's 4 bytes are its bits. */
const spread = Int32Array.from({ length: 16 }, (_, nibble) =>
  [0, 1, 2, 3].reduce((sum, bit) => sum | (((nibble >> bit) & 1) << (8 * bit)), 0),
);

/** Writes the bytes of one octet's 8 planes, bits 0 to 3 and 4 to 7. */
function putOctet(bytes: Uint8Array, at: number, octets: number, low: number, high: number): void {
  bytes[at] = low;
  bytes[at + octets] = low >> 8;
  bytes[at + 2 * octets] = low >> 16;
  bytes[at + 3 * octets] = low >> 24;
  bytes[at + 4 * octets] = high;
  bytes[at + 5 * octets] = high >> 8;
  bytes[at + 6 * octets] = high >> 16;
  bytes[at + 7 * octets] = high >> 24;
}
