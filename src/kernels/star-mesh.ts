/**
 * The inner loop of wires/star-mesh.ts, as WebAssembly: numbers one by one, without the checks of bounds that JavaScript makes
 * at every one of them.
 */
import { instantiate, type Kernel, reserve } from './instantiate.ts';
import { constant, f64x2, get, i32, repeat, set, step, v128, when } from './wasm.ts';

const [bytes, entryBytes] = [8, 4];
let kernel: Kernel | undefined;
let numbers = new Float64Array(0);
let steps = new Int32Array(0);
let latest: Int32Array | undefined;

/** The memory of this thread with room for `size` x `size` conductances, of any network until the next one. */
export function starMemory(size: number): Float64Array {
  kernel ??= assemble();
  if (numbers.length < size * size) {
    // As much again for the steps that eliminate its nodes, which are no more than half as many as there are conductances.
    reserve(kernel, 2 * size * size * bytes);
    numbers = new Float64Array(kernel.memory.buffer, 0, size * size);
    steps = new Int32Array(kernel.memory.buffer, numbers.byteLength);
    latest = undefined;
  }
  return numbers;
}

/**
 * Eliminates nodes of the network of `size` nodes at the beginning of the memory.
 * @param plan node after node: how many later neighbours it has, and how many bytes these lie behind the beginning of a row
 */
export function eliminateStars(size: number, plan: Int32Array): void {
  if (latest !== plan) steps.set(plan);
  latest = plan;
  const start = steps.byteOffset;
  kernel!.run(start, start + plan.byteLength, size * bytes);
}

/** A function of where the plan begins, where it ends, and how long rows are, all in bytes. */
function assemble(): Kernel {
  const [at, planEnd, rowBytes] = [0, 1, 2] as const;
  const [own, first, end, a, b, row, place] = [3, 4, 5, 6, 7, 8, 9] as const;
  const [sum, ratio] = [10, 11] as const;
  const neighbour = (of: number) => [get(of), i32.load()];
  const ofOwn = (of: number) => [get(own), neighbour(of), i32.add, v128.loadLow(0)];
  const addToSum = [[get(sum), ofOwn(a), f64x2.add, set(sum)], step(a, entryBytes)];
  const passOn = [
    [get(row), neighbour(b), i32.add, set(place)],
    [
      get(place),
      get(ratio),
      ofOwn(b),
      f64x2.multiply,
      get(place),
      v128.loadLow(0),
      f64x2.add,
      v128.storeLow(0),
    ],
    step(b, entryBytes),
  ];
  const shareOut = [
    [ofOwn(a), get(sum), f64x2.divide, set(ratio)],
    // A neighbour's row begins as many rows from the first one as the neighbour lies numbers behind the beginning of its own.
    [neighbour(a), constant(3), i32.shiftRight, get(rowBytes), i32.multiply, set(row)],
    [get(a), constant(entryBytes), i32.add, set(b)],
    when([get(end), get(b), i32.above], repeat(passOn, b, end)),
    step(a, entryBytes),
  ];
  const eliminateNode = [
    [get(at), constant(entryBytes), i32.add, set(first)],
    [get(first), get(at), i32.load(), constant(2), i32.shiftLeft, i32.add, set(end)],
    [v128.zero, set(sum)],
    [get(first), set(a), repeat(addToSum, a, end)],
    [get(first), set(a), repeat(shareOut, a, end)],
    [get(end), set(at)],
    step(own, get(rowBytes)),
  ];
  return instantiate(3, 7, 2, repeat(eliminateNode, at, planEnd));
}
