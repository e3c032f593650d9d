/** A case of the campaign: its number -> an input of the corpus and the mutations that are made of it. */
import type { FuzzClass, Input, OpenClass } from './input.ts';
import { openRandom } from './random.ts';

/** Names a case, and which of its mutations are kept; all of them where nothing is said. */
export interface CaseName {
  readonly index: number;
  readonly steps?: readonly number[] | undefined;
}

export interface Case {
  readonly input: Input;
  /** Numbers of the mutations that were made. */
  readonly steps: readonly number[];
}

const mostSteps = 8;
/** Mutations that are tried until one changes something. */
const mostTries = 8;

/** The draws of step 0 choose the input and the number of mutations; mutation n has the draws of step n. */
export function makeCase(
  { name }: Pick<FuzzClass, 'name'>,
  { corpus, mutate }: Pick<OpenClass, 'corpus' | 'mutate'>,
  seed: number,
  { index, steps }: CaseName,
): Case {
  const first = openRandom(name, seed, index, 0);
  const start = first.pick(corpus);
  // Half of all cases have one mutation, a quarter two, and so on.
  let count = 1;
  while (count < mostSteps && first.chance(0.5)) count++;
  const made = steps ?? Array.from({ length: count }, (_, i) => i + 1);
  const input = made.reduce((now, step) => {
    const random = openRandom(name, seed, index, step);
    let changed = mutate(random, now);
    for (let tries = 1; tries < mostTries && isSame(changed, now); tries++) changed = mutate(random, now);
    return changed;
  }, start);
  return { input, steps: made };
}

function isSame(one: Input, other: Input): boolean {
  return [...one].every(([name, bytes]) => {
    const own = other.get(name);
    return own === bytes || (own !== undefined && Buffer.compare(own, bytes) === 0);
  });
}
