/** Gaussian weights on pairs of cells, and how much of them wires leave: for tests and bench/wires.ts. */
import { openStream } from '../src/math/random.ts';

/**
 * Standard normal weights, cut off at `limit` standard deviations, as shares of the window.
 * @returns [row][column] of pairs: the positive part, then the negative
 */
export function gaussianCells(
  rows: number,
  columns: number,
  limit: number,
): { readonly pairs: Float64Array } {
  const stream = openStream(1, 'gaussian weights', 0);
  const pairs = new Float64Array(2 * rows * columns);
  for (let i = 0; i < rows * columns; i++) {
    const weight = Math.max(-1, Math.min(1, stream.normal() / limit));
    pairs[2 * i] = Math.max(weight, 0);
    pairs[2 * i + 1] = Math.max(-weight, 0);
  }
  return { pairs };
}

/**
 * Energy of the wanted weights over what is missing from it, in dB, every column of every bank rescaled as best it can be.
 * @param wanted and `seen` by cell, [row][pair][2]
 */
export function signalLeft(
  wanted: ArrayLike<number>,
  seen: ArrayLike<number>,
  rows: number,
  columns: number,
  bank = rows,
): number {
  let [signal, noise] = [0, 0];
  for (let start = 0; start < rows; start += bank)
    for (let j = 0; j < columns; j++) {
      let [ww, we, ee] = [0, 0, 0];
      for (let i = start; i < Math.min(rows, start + bank); i++) {
        const at = 2 * (i * columns + j);
        const w = wanted[at]! - wanted[at + 1]!;
        const e = seen[at]! - seen[at + 1]!;
        ww += w * w;
        we += w * e;
        ee += e * e;
      }
      signal += ww;
      noise += ww - (we * we) / ee;
    }
  return 10 * Math.log10(signal / noise);
}
