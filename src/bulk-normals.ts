/**
 * Draws of many events of one stream at once. Normals are what `seek(event)` and then `normal()` give for each, bit for bit,
 * at a fifth of the time. Threefry-2x32 (random.ts) runs for eight events in step, as WebAssembly with its 128-bit integers.
 * The one draw of a hundred that takes more words than the ziggurat's first is left to the stream itself.
 */
import { normalOfWord, type Stream } from './random.ts';
import {
  addLanes,
  constant,
  exclusiveOrVectors,
  get,
  inFourLanes,
  instantiate,
  type Kernel,
  loadVector,
  orVectors,
  repeat,
  reserve,
  set,
  shiftLanesLeft,
  shiftLanesRight,
  step,
  storeVector,
} from './wasm.ts';

const parity = 0x1bd11bda;
const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
/** Events of one pass of the loop. */
const width = 8;

interface Space {
  readonly kernel: Kernel;
  /** Events that there is room for, a multiple of `width`. */
  readonly room: number;
  readonly events: Int32Array;
  /** Words 0 and 1 of the first block of each event. */
  readonly words0: Int32Array;
  readonly words1: Int32Array;
}

let space: Space | undefined;

/** @returns room for the numbers of `count` events, until the next call */
export function openEvents(count: number): Int32Array {
  return spaceFor(count).events;
}

function spaceFor(count: number): Space {
  if (space && space.room >= count) return space;
  const kernel = space?.kernel ?? assemble();
  const room = width * Math.ceil(count / width);
  reserve(kernel, 3 * 4 * room);
  const view = (part: number) => new Int32Array(kernel.memory.buffer, part * 4 * room, room);
  space = { kernel, room, events: view(0), words0: view(1), words1: view(2) };
  return space;
}

/** Writes the first normal of each of the first `count` opened events. */
export function fillNormals(stream: Stream, count: number, out: Float64Array): void {
  const { events, words1 } = run(stream, count, 0);
  for (let i = 0; i < count; i++) {
    const value = normalOfWord(words1[i]!);
    out[i] = Number.isNaN(value) ? first(stream, events[i]!) : value;
  }
}

/** Writes the first two normals of each of the first `count` opened events, next to each other. */
export function fillNormalPairs(stream: Stream, count: number, out: Float64Array): void {
  const { events, words0, words1 } = run(stream, count, 0);
  for (let i = 0; i < count; i++) {
    const one = normalOfWord(words1[i]!);
    const two = normalOfWord(words0[i]!);
    const again = Number.isNaN(one + two);
    out[2 * i] = again ? first(stream, events[i]!) : one;
    out[2 * i + 1] = again ? stream.normal() : two;
  }
}

/**
 * Fills the words of the first `count` opened events: two for each, the generator's output for the counters (event, block).
 * @param block 0 for the words that `fillNormals` takes
 * @returns first and second words, until the next call
 */
export function fillWords(
  stream: Stream,
  count: number,
  block: number,
): { readonly words0: Int32Array; readonly words1: Int32Array } {
  return run(stream, count, block);
}

function first(stream: Stream, event: number): number {
  stream.seek(event);
  return stream.normal();
}

function run({ key0, key1 }: Stream, count: number, block: number): Space {
  const opened = spaceFor(count);
  const bytes = 4 * width * Math.ceil(count / width);
  if (count > 0) opened.kernel.run(key0, key1, parity ^ key0 ^ key1, bytes, 4 * opened.room, block);
  return opened;
}

/**
 * A function of
 *   key0, key1, key2   words of the key
 *   end                bytes of the events, which start at address 0; a multiple of 4 `width`
 *   stride             bytes from the events to words 0, and from these to words 1
 *   block              second word of every counter
 */
function assemble(): Kernel {
  const [end, stride, block, from, to] = [3, 4, 5, 6, 7];
  const keys = [8, 9, 10];
  // Two vectors of events in step, because neither waits for the other.
  const blocks = [
    { x0: 11, x1: 12, offset: 0 },
    { x0: 13, x1: 14, offset: 16 },
  ];
  const addTo = (local: number, code: readonly number[]) => [
    ...get(local),
    ...code,
    ...addLanes,
    ...set(local),
  ];
  const rotated = (local: number, by: number) => [
    ...[...get(local), ...constant(by), ...shiftLanesLeft],
    ...[...get(local), ...constant(32 - by), ...shiftLanesRight],
    ...orVectors,
  ];
  const injectKey = (turn: number) =>
    blocks.flatMap(({ x0, x1 }) => [
      ...addTo(x0, get(keys[turn % 3]!)),
      ...addTo(x1, get(keys[(turn + 1) % 3]!)),
      ...(turn === 0 ? [] : addTo(x1, [...constant(turn), ...inFourLanes])),
    ]);
  const body = [
    ...blocks.flatMap(({ x0, x1, offset }) => [
      ...[...get(from), ...loadVector(offset), ...set(x0)],
      ...[...get(block), ...inFourLanes, ...set(x1)],
    ]),
    ...injectKey(0),
    ...Array.from({ length: 20 }, (_, round) => [
      ...blocks.flatMap(({ x0, x1 }) => addTo(x0, get(x1))),
      ...blocks.flatMap(({ x0, x1 }) => [
        ...[...rotated(x1, rotations[round % 8]!), ...get(x0), ...exclusiveOrVectors, ...set(x1)],
      ]),
      ...(round % 4 === 3 ? injectKey((round + 1) / 4) : []),
    ]).flat(),
    ...[...get(from), ...set(to), ...step(to, get(stride))],
    ...blocks.flatMap(({ x0, offset }) => [...get(to), ...get(x0), ...storeVector(offset)]),
    ...step(to, get(stride)),
    ...blocks.flatMap(({ x1, offset }) => [...get(to), ...get(x1), ...storeVector(offset)]),
    ...step(from, 4 * width),
  ];
  const spread = keys.flatMap((key, i) => [...get(i), ...inFourLanes, ...set(key)]);
  return instantiate(6, 2, 7, [...spread, ...repeat(body, from, end)]);
}
