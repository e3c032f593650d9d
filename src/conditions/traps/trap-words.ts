/**
 * What a cell remembers of its traps, in one word: how often they were drawn anew (24 bits), and which of them are frozen (8 bits, the
 * first trap lowest). A word, the law and the seed say all of them; 0 is a cell whose traps are as they were drawn first.
 */
import type { Stream } from '../../math/random.ts';
import { drawTraps, type Trap } from './draw-traps.ts';
import type { Traps } from './model.ts';

/** The word of a cell whose traps are drawn anew. */
export const renewed = (word: number): number => (((word >>> 8) + 1) << 8) >>> 0;

/** The word of a cell whose trap with this number stays as it is. */
export const withFrozen = (word: number, trap: number): number => (word | (1 << trap)) >>> 0;

export const isFrozen = (word: number, trap: number): boolean => ((word >>> trap) & 1) === 1;

/** @param cells of the array @returns all traps of a cell, the frozen ones among them */
export function trapsOf(
  law: Traps,
  stream: Stream,
  word: number,
  cell: number,
  cells: number,
): readonly Trap[] {
  return drawTraps(law, stream, (word >>> 8) * cells + cell);
}
