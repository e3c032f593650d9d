/**
 * A draw for every synapse of a row, of which the few are listed that can move one: turns bounds of probabilities into the
 * places of draws below them. A place's draw is one of two words of an event of a stream, its bound a size of its own (of
 * the error) times a factor of the row (of the input). Threefry and the comparison run for eight events in step, as
 * WebAssembly. Bounds are 32-bit floats: a caller leaves room for their roundings, and for those of a draw.
 */
import type { Stream } from '../math/random.ts';
import { parity, threefryLanes } from './threefry-lanes.ts';
import {
  add,
  addLanes,
  and,
  constant,
  countOnes,
  get,
  inFourLanes,
  instantiate,
  type Kernel,
  lessSingles,
  loadFourHalves,
  loadInFour,
  loadVector,
  minSingles,
  multiplySingles,
  repeat,
  reserve,
  set,
  shiftLanesRight,
  shiftLeft,
  shiftRight,
  step,
  storeInteger,
  storeVector,
  toBytes,
  toHalves,
  topBits,
  toSingles,
} from './wasm.ts';

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
  const inLanes = (local: number, code: readonly number[]) => [...code, ...inFourLanes, ...set(local)];
  const addTo = (local: number, by: number) => [
    ...[...get(local), ...constant(by), ...inFourLanes, ...addLanes, ...set(local)],
  ];
  const below = (word: number, offset: number) => [
    ...[...get(word), ...constant(1), ...shiftLanesRight, ...toSingles],
    ...[...get(to), ...loadVector(offset), ...get(perSize), ...multiplySingles],
    ...[...get(most), ...minSingles, ...lessSingles],
  ];
  /** Lists the places of a byte's ones, at most eight: what is written behind them is overwritten. */
  const list = (byte: readonly number[], from: number) => [
    ...[...byte, ...constant(4), ...shiftLeft, ...set(index)],
    ...[0, 1].flatMap((half) => [
      ...[...get(out), ...get(index), ...loadFourHalves(tableAt + width * half)],
      ...[...get(from), ...addLanes, ...storeVector(16 * half)],
    ]),
    ...step(out, [...byte, ...countOnes, ...constant(2), ...shiftLeft]),
  ];
  const kernel = instantiate(7, 5, 12, [
    ...keys.flatMap((key, i) => inLanes(key, get(i))),
    ...[...constant(0), ...loadInFour, ...set(perSize)],
    ...[...constant(4), ...loadInFour, ...set(most)],
    // The entry of a full byte counts from 0 on.
    ...[...get(first), ...inFourLanes, ...constant(0), ...loadFourHalves(tableAt + 255 * tableEntry)],
    ...[...addLanes, ...set(events)],
    ...inLanes(places, constant(0)),
    ...inLanes(otherPlaces, [...get(stride), ...constant(2), ...shiftRight]),
    ...[...constant(placesAt), ...set(at)],
    ...[...get(at), ...get(stride), ...constant(2), ...shiftLeft, ...add, ...set(out)],
    ...repeat(
      [
        ...blocks.flatMap(({ x0, x1 }) => [
          ...[...get(events), ...set(x0), ...addTo(events, 4)],
          ...inLanes(x1, get(block)),
        ]),
        ...threefryLanes(keys, blocks),
        ...[...get(at), ...set(to)],
        ...blocks.flatMap(({ x0, offset }) => below(x0, offset)),
        ...toHalves,
        ...step(to, get(stride)),
        ...blocks.flatMap(({ x1, offset }) => below(x1, offset)),
        ...[...toHalves, ...toBytes, ...topBits, ...set(mask)],
        ...step(to, get(stride)),
        ...blocks.flatMap(({ x0, offset }) => [...get(to), ...get(x0), ...storeVector(offset)]),
        ...step(to, get(stride)),
        ...blocks.flatMap(({ x1, offset }) => [...get(to), ...get(x1), ...storeVector(offset)]),
        ...list([...get(mask), ...constant(255), ...and], places),
        ...list([...get(mask), ...constant(8), ...shiftRight], otherPlaces),
        ...[...addTo(places, width), ...addTo(otherPlaces, width)],
        ...step(at, 4 * width),
      ],
      at,
      last,
    ),
    ...[...constant(endAt), ...get(out), ...storeInteger],
  ]);
  const table = new Uint16Array(kernel.memory.buffer, tableAt, 256 * width);
  for (let byte = 0; byte < 256; byte++)
    for (let bit = 0, n = byte * width; bit < 8; bit++) if ((byte >> bit) & 1) table[n++] = bit;
  return kernel;
}
