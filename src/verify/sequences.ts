/** Scores of symbols step by step -> the text that greedy CTC reads in them, and how far two texts are apart. */
import { argmax } from '../math/argmax.ts';

/**
 * The best symbol of every step, repetitions once, blanks left out (Graves et al., ICML 2006, best path decoding). Of equal
 * scores the first counts as larger.
 * @param scores [step][symbol], from `start` on
 * @param symbols of the classes; '' for the blank
 */
export function decodeGreedy(
  scores: ArrayLike<number>,
  start: number,
  steps: number,
  symbols: readonly string[],
): string {
  let text = '';
  let before = -1;
  for (let step = 0; step < steps; step++) {
    const best = argmax(scores, start + step * symbols.length, symbols.length);
    if (best !== before && best >= 0) text += symbols[best]!;
    before = best;
  }
  return text;
}

/** Fewest symbols (code points) to insert, delete or exchange that make one text the other (Levenshtein). */
export function editDistance(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  let row = to.map((_, i) => i + 1);
  let last = to.length;
  for (const [i, symbol] of from.entries()) {
    let diagonal = i;
    last = i + 1;
    row = row.map((above, j) => {
      last = Math.min(above + 1, last + 1, diagonal + (symbol === to[j] ? 0 : 1));
      diagonal = above;
      return last;
    });
  }
  return last;
}

/** Symbols of a text. */
export const symbolsIn = (text: string): number => [...text].length;
