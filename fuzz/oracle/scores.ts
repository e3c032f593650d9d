/** What `run --json` prints: scores are numbers. */
import { Inconsistency } from '../outcome.ts';

interface Printed {
  readonly results: readonly {
    readonly name: string;
    readonly top?: readonly { readonly score: number | null }[];
  }[];
}

/** @throws Inconsistency where a score is none; JSON writes null for NaN and infinity */
export function checkScores(text: string): void {
  const { results } = JSON.parse(text) as Printed;
  for (const { name, top = [] } of results)
    if (top.some(({ score }) => score === null))
      throw new Inconsistency(`a score is no number: of '${name}'`);
}
