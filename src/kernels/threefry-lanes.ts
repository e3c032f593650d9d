/**
 * Threefry-2x32 (random.ts) for four counters at once, as WebAssembly: code for the inner loops of kernels that draw.
 */
import type { Code } from './instantiate.ts';
import { constant, get, i32x4, set, v128 } from './wasm.ts';

export const parity = 0x1bd11bda;
const rotations = [13, 15, 26, 6, 17, 29, 16, 24];

/** Locals with the two words of four counters each, which become the generator's output. */
interface Block {
  readonly x0: number;
  readonly x1: number;
}

/**
 * @param keys locals with the three words of the key, each in all lanes
 * @param blocks that run in step, because neither waits for the other
 */
export function threefryLanes(keys: readonly [number, number, number], blocks: readonly Block[]): Code {
  const addTo = (local: number, code: Code) => [get(local), code, i32x4.add, set(local)];
  const rotated = (local: number, by: number) => [
    [get(local), constant(by), i32x4.shiftLeft],
    [get(local), constant(32 - by), i32x4.shiftRight],
    v128.or,
  ];
  const injectKey = (turn: number) =>
    blocks.map(({ x0, x1 }) => [
      addTo(x0, get(keys[turn % 3]!)),
      addTo(x1, get(keys[(turn + 1) % 3]!)),
      turn === 0 ? [] : addTo(x1, [constant(turn), i32x4.inAll]),
    ]);
  const rounds = Array.from({ length: 20 }, (_, round) => [
    blocks.map(({ x0, x1 }) => addTo(x0, get(x1))),
    blocks.map(({ x0, x1 }) => [[rotated(x1, rotations[round % 8]!), get(x0), v128.exclusiveOr, set(x1)]]),
    round % 4 === 3 ? injectKey((round + 1) / 4) : [],
  ]);
  return [injectKey(0), rounds];
}
