/** Places at which a slowly changing function is looked at, closer to each other where the range begins; between them it goes straight. */
import { remembered } from '../remembered.ts';

/** The places on either side of a value, and how far it is from the first to the second. */
export interface Between<At> {
  readonly low: At;
  readonly high: At;
  readonly weight: number;
}

/**
 * @param count of intervals between `from` and `to`
 * @param look what is found at a place; asked once for each
 * @returns by value; one beyond the range goes on as the nearest interval does
 */
export function atKnots<At>(
  from: number,
  to: number,
  count: number,
  look: (place: number) => At,
): (value: number) => Between<At> {
  const knot = (k: number) => from + (to - from) * (k / count) ** 2;
  const atKnot = remembered((k: number) => look(knot(k)));
  return (value) => {
    const share = Math.sqrt(Math.min(1, Math.max(0, (value - from) / (to - from))));
    const low = Math.min(count - 1, Math.floor(count * share));
    const weight = (value - knot(low)) / (knot(low + 1) - knot(low));
    return { low: atKnot(low), high: atKnot(low + 1), weight };
  };
}

export const interpolated = (low: number, high: number, weight: number): number =>
  low + weight * (high - low);
