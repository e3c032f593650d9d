/**
 * The inner loop of column-sums.ts, as WebAssembly with its 128-bit integers, which adds four times what JavaScript does
 * in the same time: the table of every octet's choices is made, and for every sample and octet one entry of it is added, two octets a round.
 */

import type { BitPlanes } from './bit-planes.ts';
import { instantiate, type Kernel, reserve } from './instantiate.ts';
import { constant, get, i16x8, i32, i32x4, repeat, set, step, v128 } from './wasm.ts';

/** 32-bit integers that are added side by side. */
export const lanes = 4;
const entryBytes = 4 * lanes;
/** All choices among eight rows. */
const tableBytes = 256 * entryBytes;

/** Where the sums are made; views are valid until the next `openSums`. */
interface Sums {
  /** To be filled in: what a row adds, [row][lane]. */
  readonly rows: Int32Array;
  /** To be filled in: what the sums start from, [lane]. */
  readonly start: Int32Array;
  /** The sums, after `run`: [sample][lane]. */
  readonly words: Int32Array;
  /** The least and the largest of each of the eight halves of the words. */
  readonly least: Uint16Array;
  readonly most: Uint16Array;
  readonly run: () => void;
}

/** Memory for the sums of these samples. */
export function openSums({ samples, octets, bytes }: BitPlanes): Sums {
  kernel ??= assemble();
  const { memory, run } = kernel;
  const rows = 3 * entryBytes;
  const table = rows + octets * 8 * entryBytes;
  const words = table + octets * tableBytes;
  const planes = words + samples * entryBytes;
  reserve(kernel, planes + bytes.length);
  const view = (from: number, length: number) => new Int32Array(memory.buffer, from, length);
  // The choice of no rows adds nothing.
  for (let octet = table; octet < words; octet += tableBytes) view(octet, lanes).fill(0);
  new Uint8Array(memory.buffer).set(bytes, planes);
  return {
    rows: view(rows, octets * 8 * lanes),
    start: view(0, lanes),
    words: view(words, samples * lanes),
    least: new Uint16Array(memory.buffer, entryBytes, 2 * lanes),
    most: new Uint16Array(memory.buffer, 2 * entryBytes, 2 * lanes),
    run: () => run(planes, planes + bytes.length, octets, rows, table, words),
  };
}

let kernel: Kernel | undefined;

/** A function of (planes, end of the planes, octets, rows, table, words), with at least one sample to sum. */
function assemble(): Kernel {
  const [planes, end, octets, rows, table, words] = [0, 1, 2, 3, 4, 5];
  const [entries, stop, from, to, half] = [6, 7, 8, 9, 10];
  const [total, least, most] = [11, 12, 13];
  // Every row doubles the choices: those without it, and with it.
  const addChoice = [
    [get(to), get(from), v128.load(), get(total), i32x4.add, v128.store()],
    step(from, entryBytes),
    step(to, entryBytes),
  ];
  const addRow = [
    [get(rows), v128.load(), set(total)],
    [get(entries), set(from)],
    [get(entries), get(half), i32.add, set(to)],
    [get(to), get(half), i32.add, set(stop)],
    repeat(addChoice, to, stop),
    step(half, get(half)),
    step(rows, entryBytes),
  ];
  const addOctet = [
    [constant(entryBytes), set(half)],
    Array.from({ length: 8 }, () => addRow),
    step(entries, tableBytes),
  ];
  const entryOf = (octet: number) => [
    [get(entries), get(planes), i32.loadByte(octet), constant(4), i32.shiftLeft, i32.add],
    v128.load(octet * tableBytes),
  ];
  const addEntries = [
    [get(total), entryOf(0), i32x4.add, entryOf(1), i32x4.add, set(total)],
    step(entries, 2 * tableBytes),
    step(planes, 2),
  ];
  const addSample = [
    [constant(0), v128.load(), set(total)],
    [get(table), set(entries)],
    [get(planes), get(octets), i32.add, set(stop)],
    repeat(addEntries, planes, stop),
    [get(words), get(total), v128.store()],
    [get(total), get(least), i16x8.min, set(least)],
    [get(total), get(most), i16x8.max, set(most)],
    step(words, entryBytes),
  ];
  return instantiate(6, 5, 3, [
    [get(table), set(entries)],
    repeat(addOctet, entries, words),
    [constant(-1), i32x4.inAll, set(least)],
    repeat(addSample, planes, end),
    [constant(entryBytes), get(least), v128.store()],
    [constant(2 * entryBytes), get(most), v128.store()],
  ]);
}
