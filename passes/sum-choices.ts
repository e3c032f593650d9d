/**
 * The inner loop of column-sums.ts, as WebAssembly with its 128-bit integers, which adds four times what JavaScript does
 * in the same time: for every sample and octet of rows one entry of a table is added.
 */

import {
  add,
  addLanes,
  constant,
  get,
  instantiate,
  type Kernel,
  loadByte,
  loadVector,
  repeat,
  reserve,
  set,
  shiftLeft,
  step,
  storeVector,
} from '../src/wasm.ts';
import type { BitPlanes } from './bit-planes.ts';

/** 32-bit integers that are added side by side. */
export const lanes = 4;
const entryBytes = 4 * lanes;

/** Where the sums are made; views are valid until the next `openSums`. */
export interface Sums {
  /** To be filled in: [octet][choice among its 8 rows][lane]. */
  readonly table: Int32Array;
  /** To be filled in: what the sums start from, [lane]. */
  readonly start: Int32Array;
  /** The sums, after `run`: [sample][lane]. */
  readonly words: Int32Array;
  readonly run: () => void;
}

/** Memory for the sums of these samples. */
export function openSums({ samples, octets, bytes }: BitPlanes): Sums {
  kernel ??= assemble();
  const { memory, run } = kernel;
  const table = entryBytes;
  const words = table + octets * 256 * entryBytes;
  const planes = words + samples * entryBytes;
  reserve(kernel, planes + bytes.length);
  const view = (from: number, length: number) => new Int32Array(memory.buffer, from, length);
  const all = new Uint8Array(memory.buffer);
  // The choice of no rows adds nothing.
  all.fill(0, table, words);
  all.set(bytes, planes);
  return {
    table: view(table, octets * 256 * lanes),
    start: view(0, lanes),
    words: view(words, samples * lanes),
    run: () => run(planes, planes + bytes.length, octets, table, words),
  };
}

let kernel: Kernel | undefined;

/** A function of (planes, end of the planes, octets, table, words), with at least one sample to sum. */
function assemble(): Kernel {
  const [planes, end, octets, table, words, stop, entries, total] = [0, 1, 2, 3, 4, 5, 6, 7];
  const addEntry = [
    ...get(total),
    ...get(entries),
    ...[...get(planes), ...loadByte, ...constant(4), ...shiftLeft],
    ...[...add, ...loadVector(), ...addLanes, ...set(total)],
    ...step(entries, 256 * entryBytes),
    ...step(planes, 1),
  ];
  const addSample = [
    ...[...constant(0), ...loadVector(), ...set(total)],
    ...[...get(table), ...set(entries)],
    ...[...get(planes), ...get(octets), ...add, ...set(stop)],
    ...repeat(addEntry, planes, stop),
    ...[...get(words), ...get(total), ...storeVector()],
    ...step(words, entryBytes),
  ];
  return instantiate(5, 2, 1, repeat(addSample, planes, end));
}
