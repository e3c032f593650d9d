/**
 * A draw for every synapse of a row, of which the few are listed that can move one: turns bounds of probabilities into the
 * places of draws below them. A place's draw is one of two words of an event of a stream, its bound a size of its own (of
 * the error) times a factor of the row (of the input). Threefry and the comparison run for eight events in step, as
 * WebAssembly. Bounds are 32-bit floats: a caller leaves room for their roundings, and for those of a draw.
 */
import type { Stream } from '../math/random.ts';
import { type Code, instantiate, type Kernel, reserve } from './instantiate.ts';
import { parity, threefryLanes } from './threefry-lanes.ts';
import { constant, f32x4, get, i8x16, i16x8, i32, i32x4, repeat, set, step, v128 } from './wasm.ts';

/** Events of one pass of the loop. */
const width = 8;

/** Space for the draws of rows. A place is an event's number within its row for word 0, and `room` more for word 1. */
export interface RowDraws {
  readonly room: number;
  /** By place; 0 where there is no draw. */
  readonly sizes: Float32Array;
  /** By place, what the draw is for: the caller's own. */
  readonly targets: Int32Array;
  /** By place, of the last row. */
  readonly words: Int32Array;
  /** Places, of the last row. */
  readonly picked: Int32Array;
  /**
   * Draws the words of a row and lists the places where half of a word, without sign, is less than the bound: the size times
   * `perSize`, and at most `most`, as 32-bit floats.
   * @param block second word of the generator's counters
   * @param first event of the row, of `events`
   * @returns how many places there are
   */
  readonly pick: (
    stream: Stream,
    block: number,
    first: number,
    events: number,
    perSize: number,
    most: number,
  ) => number;
}

let kernel: Kernel | undefined;
let space: RowDraws | undefined;

/** @returns space for rows of up to `events` events. There is one per thread: the sizes that it holds are those set last. */
export function openRowDraws(events: number): RowDraws {
  if (space && space.room >= events) return space;
  kernel ??= assemble();
  const { memory, run } = kernel;
  const room = width * Math.ceil(events / width);
  reserve(kernel, placesAt + 4 * (6 * room + width));
  const { buffer } = memory;
  const numbers = (part: number) => [buffer, placesAt + 4 * 2 * room * part, 2 * room] as const;
  // What sizes are multiplied by, and the bound that none is above; address behind the last place that is listed.
  const factors = new Float32Array(buffer, 0, 2);
  const end = new Int32Array(buffer, endAt, 1);
  space = {
    room,
    sizes: new Float32Array(...numbers(0)),
    targets: new Int32Array(2 * room),
    words: new Int32Array(...numbers(1)),
    picked: new Int32Array(...numbers(2)),
    pick({ key0, key1 }, block, first, events, perSize, most) {
      if (events === 0) return 0;
      factors[0] = perSize;
      factors[1] = most;
      const last = placesAt + 4 * width * Math.ceil(events / width);
      run(key0, key1, parity ^ key0 ^ key1, block, first, last, 4 * room);
      return (end[0]! - (placesAt + 4 * 4 * room)) >> 2;
    },
  };
  return space;
}

/** Addresses of the kernel's parts. The table has, for every byte, the numbers of the bits that are 1, as 16-bit integers. */
const [endAt, tableAt, tableEntry] = [8, 16, 2 * width];
const placesAt = tableAt + 256 * tableEntry;

/**
 * A function of
 *   key0, key1, key2  words of the key
 *   block, first      as above
 *   last              address behind the sizes of the row's first words
 *   stride            bytes from the places of first words to those of second words
 */
function assemble(): Kernel {
  const [block, first, last, stride, at, to, out, mask, index] = [3, 4, 5, 6, 7, 8, 9, 10, 11];
  const keys = [12, 13, 14] as const;
  const blocks = [
    { x0: 15, x1: 16, offset: 0 },
    { x0: 17, x1: 18, offset: 16 },
  ];
  const [events, places, otherPlaces, perSize, most] = [19, 20, 21, 22, 23];
  const inLanes = (local: number, code: Code) => [code, i32x4.inAll, set(local)];
  const addTo = (local: number, by: number) => [
    [get(local), constant(by), i32x4.inAll, i32x4.add, set(local)],
  ];
  const below = (word: number, offset: number) => [
    [get(word), constant(1), i32x4.shiftRight, f32x4.fromIntegers],
    [get(to), v128.load(offset), get(perSize), f32x4.multiply],
    [get(most), f32x4.min, f32x4.less],
  ];
  /** Lists the places of a byte's ones, at most eight: what is written behind them is overwritten. */
  const list = (byte: Code, from: number) => [
    [byte, constant(4), i32.shiftLeft, set(index)],
    [0, 1].map((half) => [
      [get(out), get(index), i32x4.loadHalves(tableAt + width * half)],
      [get(from), i32x4.add, v128.store(16 * half)],
    ]),
    step(out, [byte, i32.countOnes, constant(2), i32.shiftLeft]),
  ];
  const kernel = instantiate(7, 5, 12, [
    keys.map((key, i) => inLanes(key, get(i))),
    [constant(0), v128.loadInFour, set(perSize)],
    [constant(4), v128.loadInFour, set(most)],
    // The entry of a full byte counts from 0 on.
    [get(first), i32x4.inAll, constant(0), i32x4.loadHalves(tableAt + 255 * tableEntry)],
    [i32x4.add, set(events)],
    inLanes(places, constant(0)),
    inLanes(otherPlaces, [get(stride), constant(2), i32.shiftRight]),
    [constant(placesAt), set(at)],
    [get(at), get(stride), constant(2), i32.shiftLeft, i32.add, set(out)],
    repeat(
      [
        blocks.map(({ x0, x1 }) => [[get(events), set(x0), addTo(events, 4)], inLanes(x1, get(block))]),
        threefryLanes(keys, blocks),
        [get(at), set(to)],
        blocks.map(({ x0, offset }) => below(x0, offset)),
        i16x8.fromIntegers,
        step(to, get(stride)),
        blocks.map(({ x1, offset }) => below(x1, offset)),
        [i16x8.fromIntegers, i8x16.fromHalves, i8x16.topBits, set(mask)],
        step(to, get(stride)),
        blocks.map(({ x0, offset }) => [get(to), get(x0), v128.store(offset)]),
        step(to, get(stride)),
        blocks.map(({ x1, offset }) => [get(to), get(x1), v128.store(offset)]),
        list([get(mask), constant(255), i32.and], places),
        list([get(mask), constant(8), i32.shiftRight], otherPlaces),
        [addTo(places, width), addTo(otherPlaces, width)],
        step(at, 4 * width),
      ],
      at,
      last,
    ),
    [constant(endAt), get(out), i32.store],
  ]);
  const table = new Uint16Array(kernel.memory.buffer, tableAt, 256 * width);
  for (let byte = 0; byte < 256; byte++)
    for (let bit = 0, n = byte * width; bit < 8; bit++) if ((byte >> bit) & 1) table[n++] = bit;
  return kernel;
}
