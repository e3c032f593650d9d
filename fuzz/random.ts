/** Keyed draws for mutations: what step `step` of case `index` draws depends on the class, the seed and these two alone. */
import { openStream, type Stream } from '../src/math/random.ts';

export interface Random {
  /** A whole number from 0 to `count` - 1. */
  below(count: number): number;
  chance(probability: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
}

export function openRandom(name: string, seed: number, index: number, step: number): Random {
  const stream = openStream(seed, `fuzz ${name}`, index);
  stream.seek(step);
  return randomOf(stream);
}

function randomOf(stream: Stream): Random {
  const below = (count: number): number => Math.floor(stream.uniform() * count);
  return {
    below,
    chance: (probability) => stream.uniform() < probability,
    pick: (list) => list[below(list.length)]!,
  };
}
