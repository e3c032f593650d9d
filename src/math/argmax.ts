/** Index of the largest of `classes` values from `at` on, the first one where several are equal; -1 where all are NaN. */
export function argmax(logits: ArrayLike<number>, at: number, classes: number): number {
  let best = -1;
  for (let c = 0; c < classes; c++) {
    if (Number.isNaN(logits[at + c]!)) continue;
    if (best < 0 || logits[at + c]! > logits[at + best]!) best = c;
  }
  return best;
}
