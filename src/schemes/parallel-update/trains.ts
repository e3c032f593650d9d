/**
 * Pulse trains of a parallel update: one word of up to 32 slots for every row and column, and which of them step cells up
 * together. A row and a column of the same sign step up the cell where they meet, those of different signs step it down
 * (Gokmen and Vlasov, Front. Neurosci. 2016).
 */
import { openStream } from '../../math/random.ts';

/** Of neighbouring lines. */
export interface LineTrains {
  /** Bit n is slot n. */
  readonly words: Uint32Array;
  /** 1 or -1; 0 for a line that takes no part. */
  readonly signs: Int8Array;
}

/** One parallel update. */
export interface ArrayUpdate {
  readonly bias: 'half' | 'gate';
  /** Slots of a train. */
  readonly length: number;
  /** Voltages of pulses up and down (V). */
  readonly vSet: number;
  readonly vReset: number;
  /** Of the lines from `row` and `column` on. */
  readonly row: number;
  readonly column: number;
  readonly rows: LineTrains;
  readonly columns: LineTrains;
}

/**
 * Draws trains as a driver with a generator of its own does: a line pulses in each slot with probability |value| / certain.
 * @param key of the generator
 * @param lines `rows` or `columns`: their draws do not depend on each other
 */
export function drawTrains(
  key: number,
  lines: 'rows' | 'columns',
  values: ArrayLike<number>,
  certain: number,
  length: number,
): LineTrains {
  const stream = openStream(key, 'pulse-train', lines === 'rows' ? 0 : 1);
  const words = new Uint32Array(values.length);
  const signs = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === 0) continue;
    const probability = Math.abs(value) / certain;
    stream.seek(i);
    let word = 0;
    for (let slot = 0; slot < length; slot++) if (stream.uniform() < probability) word |= 1 << slot;
    words[i] = word;
    signs[i] = value > 0 ? 1 : -1;
  }
  return { words, signs };
}

/** Trains that are given, of lines that all take part with one sign. */
export const givenTrains = (words: Uint32Array, sign: 1 | -1): LineTrains => ({
  words,
  signs: new Int8Array(words.length).fill(sign),
});

/** How many bits are 1. */
export function pulsesOf(word: number): number {
  let w = word - ((word >>> 1) & 0x55555555);
  w = (w & 0x33333333) + ((w >>> 2) & 0x33333333);
  return (((w + (w >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
