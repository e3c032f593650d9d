/** The answers of a network by how many of its layers are on the chip -> where they go wrong. */

export interface Turns {
  /** Number of the layer behind which the answer is another for the first time; absent where it never is. */
  readonly first?: number;
  /** The layers behind which it is as it was before any chip once more, before it is another again or to the end. */
  readonly back: readonly number[];
}

/** @param answers from no layer on the chip to all; the answer of no layer is what is wanted */
export function turnsOf(answers: readonly number[]): Turns {
  const [wanted, ...after] = answers;
  const first = after.findIndex((answer) => answer !== wanted);
  if (first < 0) return { back: [] };
  const back = after.flatMap((answer, layer) =>
    layer > first && answer === wanted && after[layer - 1] !== wanted ? [layer] : [],
  );
  return { first, back };
}
