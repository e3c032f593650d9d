/**
 * Normals of many events of one stream at once: what `seek(event)` and then `normal()` give for each, bit for bit, at a
 * tenth of the time. Threefry-2x32 and the ziggurat (random.ts) run for eight events in step, as WebAssembly with its 128-bit
 * vectors. The one draw of a hundred that takes more words than the ziggurat's first is left to the stream itself.
 */
import { type Stream, zigguratTable } from '../math/random.ts';
import { instantiate, type Kernel, reserve } from './instantiate.ts';
import { parity, threefryLanes } from './threefry-lanes.ts';
import { constant, f64x2, get, i32, i32x4, repeat, set, step, v128 } from './wasm.ts';

/** Normals of each event that one run of a kernel makes: one block of words has two. */
type PerRun = 1 | 2;
const perRunOf = (perEvent: number): PerRun => (perEvent === 1 ? 1 : 2);

/** Events of one pass of the loop. */
const width = 8;

interface Space {
  readonly kernel: Kernel;
  /** Events that there is room for, a multiple of `width`. */
  readonly room: number;
  readonly events: Int32Array;
  /** By pass: whether a normal takes more words, and is NaN. */
  readonly unfinished: Int32Array;
  /** [first or second][event]. */
  readonly normals: Float64Array;
}

const spaces: { [perRun in PerRun]?: Space } = {};

/**
 * @param perEvent normals of each event, 1 or more
 * @returns room for the numbers of `count` events, until it is opened again for one normal each, or again for more
 */
export function openEvents(perEvent: number, count: number): Int32Array {
  return spaceFor(perRunOf(perEvent), count).events;
}

function spaceFor(perRun: PerRun, count: number): Space {
  const space = spaces[perRun];
  if (space && space.room >= count) return space;
  const kernel = space?.kernel ?? assemble(perRun);
  const room = width * Math.ceil(count / width);
  const passes = room / width;
  const normalsAt = 8 * Math.ceil((eventsAt + 4 * (room + passes)) / 8);
  reserve(kernel, normalsAt + 8 * perRun * room);
  const { buffer } = kernel.memory;
  const opened = {
    kernel,
    room,
    events: new Int32Array(buffer, eventsAt, room),
    unfinished: new Int32Array(buffer, eventsAt + 4 * room, passes),
    normals: new Float64Array(buffer, normalsAt, perRun * room),
  };
  spaces[perRun] = opened;
  return opened;
}

/** Writes the normals of each of the first `count` opened events: all first ones, then the second ones, and so on. */
export function fillNormals(stream: Stream, perEvent: number, count: number, out: Float64Array): void {
  const perRun = perRunOf(perEvent);
  const { kernel, room, events, unfinished, normals } = spaceFor(perRun, count);
  if (count === 0) return;
  const { key0, key1 } = stream;
  const passes = Math.ceil(count / width);
  const end = eventsAt + 4 * width * passes;
  const key2 = parity ^ key0 ^ key1;
  const again = new Set<number>();
  for (let first = 0; first < perEvent; first += perRun) {
    kernel.run(key0, key1, key2, end, unfinished.byteOffset, normals.byteOffset, 8 * room, first / perRun);
    for (let k = first; k < Math.min(first + perRun, perEvent); k++) {
      const from = (k - first) * room;
      out.set(normals.subarray(from, from + count), k * count);
    }
    for (let pass = 0; pass < passes; pass++) if (unfinished[pass] !== 0) again.add(pass);
  }
  for (const pass of again) {
    for (let i = width * pass; i < Math.min(width * (pass + 1), count); i++) {
      let sum = 0;
      for (let k = 0; k < perEvent; k++) sum += out[k * count + i]!;
      if (!Number.isNaN(sum)) continue;
      stream.seek(events[i]!);
      for (let k = 0; k < perEvent; k++) out[k * count + i] = stream.normal();
    }
  }
}

/** The kernel's memory begins with the ziggurat's table, of two floats by the low byte of a word, and 1/2 after it. */
const tableEntry = 16;
const halfAt = 256 * tableEntry;
const eventsAt = halfAt + 16;

/**
 * A function of
 *   key0, key1, key2  words of the key
 *   end               address behind the events, a multiple of 4 `width` after `eventsAt`
 *   flag              address of `unfinished`
 *   to, stride        address of the normals, and bytes from first to second ones
 *   block             of the words of every event
 */
function assemble(perRun: PerRun): Kernel {
  const [end, flag, to, stride, block, from, at] = [3, 4, 5, 6, 7, 8, 9];
  const keys = [10, 11, 12] as const;
  const blocks = [
    { x0: 13, x1: 14, offset: 0 },
    { x0: 15, x1: 16, offset: 16 },
  ];
  const [entries, positions, product, tooLarge, unfinished, half] = [17, 18, 19, 20, 21, 22];
  /** Two floats of the table, for words 0 and 1 or 2 and 3. */
  const lookUp = (pair: number, offset: number) => [
    [get(entries), i32x4.lane(2 * pair + 1)],
    [get(entries), i32x4.lane(2 * pair), v128.loadLow(offset), v128.loadHigh(offset)],
  ];
  const storeNormals = (word: number, offset: number) => [
    [get(word), constant(255), i32x4.inAll, v128.and],
    [constant(Math.log2(tableEntry)), i32x4.shiftLeft, set(entries)],
    [get(word), constant(8), i32x4.shiftRight, set(positions)],
    [0, 1].map((pair) => [
      [get(positions), pair === 1 ? [get(positions), v128.highParts] : [], f64x2.fromIntegers],
      [get(half), f64x2.add, lookUp(pair, 0), f64x2.multiply, set(product)],
      [get(product), f64x2.absolute, lookUp(pair, 8), f64x2.atLeast, set(tooLarge)],
      [get(unfinished), get(tooLarge), v128.or, set(unfinished)],
      // All bits of a float make it NaN.
      [get(at), get(product), get(tooLarge), v128.or, v128.store(offset + 16 * pair)],
    ]),
  ];
  const kernel = instantiate(8, 2, 13, [
    keys.map((key, i) => [get(i), i32x4.inAll, set(key)]),
    [constant(halfAt), v128.loadInTwo(), set(half)],
    [constant(eventsAt), set(from)],
    repeat(
      [
        blocks.map(({ x0, x1, offset }) => [
          [get(from), v128.load(offset), set(x0)],
          [get(block), i32x4.inAll, set(x1)],
        ]),
        threefryLanes(keys, blocks),
        [constant(0), i32x4.inAll, set(unfinished)],
        [get(to), set(at)],
        // A stream takes the second word of a block before the first.
        blocks.map(({ x1, offset }) => storeNormals(x1, 2 * offset)),
        perRun === 2
          ? [step(at, get(stride)), blocks.map(({ x0, offset }) => storeNormals(x0, 2 * offset))]
          : [],
        [get(flag), get(unfinished), v128.anyBit, i32.store],
        [step(flag, 4), step(to, 8 * width), step(from, 4 * width)],
      ],
      from,
      end,
    ),
  ]);
  new Float64Array(kernel.memory.buffer, 0, halfAt / 8 + 1).set([...zigguratTable(), 0.5]);
  return kernel;
}
