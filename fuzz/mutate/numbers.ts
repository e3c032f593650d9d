/** Numbers beside the ones that a reader expects. */
import type { Random } from '../random.ts';

const whole = [
  0,
  1,
  -1,
  2,
  3,
  7,
  8,
  255,
  256,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32 - 1,
  2 ** 32,
];
const real = [
  0.5,
  -0.5,
  1e-300,
  5e-324,
  1e-30,
  1e30,
  1e308,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const odd = [Number.NaN, -0, 2 ** 53, 2 ** 53 + 2, 2 ** 63, -(2 ** 63), 1e21];

/** A number near a whole one, or at the edge of what is whole, safe, or fits into so many bits. */
export function mutateWhole(random: Random, value: number): number {
  if (random.chance(0.5)) return value + random.pick([-2, -1, 1, 2, value, -value, -2 * value]);
  return random.pick(random.chance(0.9) ? whole : odd.filter(Number.isInteger));
}

export function mutateNumber(random: Random, value: number): number {
  if (Number.isInteger(value) && random.chance(0.7)) return mutateWhole(random, value);
  if (random.chance(0.4)) return value * random.pick([-1, 0.5, 2, 1e-6, 1e6, 1e-20, 1e20]);
  return random.pick(random.chance(0.8) ? real : odd);
}
