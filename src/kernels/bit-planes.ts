/**
 * The bits that drive rows of an array: input parts turned from one byte per row to one byte per 8 rows. As WebAssembly,
 * which takes one bit of 16 bytes at once.
 */

import { firstInput, type Placement } from '../ir/cells.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { instantiate, type Kernel, reserve } from './instantiate.ts';
import { constant, get, i8x16, i32, repeat, set, step, v128 } from './wasm.ts';

/** Which rows of one group every vector drives, one input bit at a time. */
export interface BitPlanes {
  /** Vectors times 8 bits, and times parts where these take turns. */
  readonly samples: number;
  /** Bytes per sample, an even number: bit r of byte o stands for row 8 o + r. */
  readonly octets: number;
  /** Whether the second half of a sample's bytes stands for the same rows, driven with the opposite voltage. */
  readonly bipolar: boolean;
  /** [vector][part][bit][octet], or [vector][bit][part][octet] where bipolar. */
  readonly bytes: Uint8Array;
}

/** Rows of one step. */
const width = 16;

/** Bytes of a plane of so many rows, an even number. */
export function octetsOf(rows: number): number {
  return (width / 8) * Math.ceil(rows / width);
}

/**
 * @param shape of the layer, whose `groups` share the vectors' rows
 * @param parts unsigned numbers that drive the rows, [part][vector][group][row]
 * @param vectors calibration vectors that are used, evenly spread over all
 * @param bipolar whether the two parts drive rows at once
 * @returns what makes the planes of a block, one per group; until the next call
 */
export function openPlanes(
  shape: { readonly groups: number; readonly rows: number },
  parts: readonly Uint8Array[],
  vectors: number,
  bipolar = false,
): (block: Pick<Placement, 'groups' | 'rows'>) => BitPlanes[] {
  kernel ??= assemble();
  const opened = kernel;
  const inputs = shape.groups * shape.rows;
  const partBytes = vectors * inputs;
  // Loads of the last rows reach beyond them.
  const target = width * Math.ceil((width + parts.length * partBytes) / width + 1);
  reserve(opened, target);
  const codes = new Uint8Array(opened.memory.buffer, width);
  const taken = evenlySpread(parts[0]!.length / inputs, vectors);
  for (const [number, part] of parts.entries()) {
    for (const [vector, source] of taken.entries())
      codes.set(part.subarray(source * inputs, (source + 1) * inputs), number * partBytes + vector * inputs);
  }
  return (block) => {
    const groups = block.groups.end - block.groups.start;
    const rows = block.rows.end - block.rows.start;
    const perPart = octetsOf(rows);
    const octets = perPart * (bipolar ? parts.length : 1);
    const samples = vectors * 8 * (bipolar ? 1 : parts.length);
    const size = samples * octets;
    reserve(opened, target + groups * size);
    const { buffer } = opened.memory;
    const mask = new Uint8Array(buffer, 0, width);
    for (let first = 0; first < rows; first += width) {
      mask.fill(0).fill(0xff, 0, rows - first);
      for (let own = 0; own < groups; own++) {
        const row = firstInput(block, shape, own) + first;
        for (const number of parts.keys()) {
          const from = width + number * partBytes + row;
          const to = target + own * size + number * (bipolar ? perPart : 8 * octets) + first / 8;
          opened.run(from, inputs, from + partBytes, to, octets, (samples / vectors) * octets);
        }
      }
    }
    const all = new Uint8Array(buffer, target, groups * size).slice();
    return Array.from({ length: groups }, (_, own) => ({
      samples,
      octets,
      bipolar,
      bytes: all.subarray(own * size, (own + 1) * size),
    }));
  };
}

let kernel: Kernel | undefined;

/**
 * A function of
 *   from, stride, end     of the 16 rows of every vector
 *   to, octets, each      where their bits of the first vector go, bytes from plane to plane, and from vector to vector
 */
function assemble(): Kernel {
  const [from, stride, end, to, octets, each, plane] = [0, 1, 2, 3, 4, 5, 6];
  const [mask, codes] = [7, 8];
  // From the top bit to the lowest.
  const takeBit = [
    [get(plane), get(codes), i8x16.topBits, i32.storeHalf],
    [get(codes), get(codes), i8x16.add, set(codes)],
    [get(plane), get(octets), i32.subtract, set(plane)],
  ];
  const takeVector = [
    [get(from), v128.load(), get(mask), v128.and, set(codes)],
    [get(to), get(octets), constant(3), i32.shiftLeft, i32.add],
    [get(octets), i32.subtract, set(plane)],
    Array.from({ length: 8 }, () => takeBit),
    step(from, get(stride)),
    step(to, get(each)),
  ];
  const load = [constant(0), v128.load(), set(mask)];
  return instantiate(6, 1, 2, [load, repeat(takeVector, from, end)]);
}
