/** For which times and conductances a law was measured: fields, their checks, and how they are printed. */
import { siemens } from '../target/effect.ts';
import { quantity } from '../target/leaf.ts';
import { type Problem, unless } from '../target/problem.ts';
import { formatTime } from '../time.ts';

/** Seconds and siemens. */
export interface Measured {
  readonly validFrom: number;
  readonly validTo: number;
  readonly validGMin: number;
  readonly validGMax: number;
}

export const measuredFields = {
  validFrom: quantity('s', 'Shortest time after programming for which the law was measured'),
  validTo: quantity('s', 'Longest time after programming for which the law was measured'),
  validGMin: quantity('S', 'Lowest conductance for which the law was measured'),
  validGMax: quantity('S', 'Highest conductance for which the law was measured'),
};

/** @param section whose fields they are */
export function measuredProblems(
  section: string,
  { validFrom, validTo, validGMin, validGMax }: Measured,
): Problem[] {
  return [
    ...unless(validFrom <= validTo, 'validTo', `this lies before ${section}.validFrom`),
    ...unless(validGMin <= validGMax, 'validGMax', `this lies below ${section}.validGMin`),
  ];
}

export function measuredParameters({ validFrom, validTo, validGMin, validGMax }: Measured) {
  return {
    validFrom: formatTime(validFrom),
    validTo: formatTime(validTo),
    validGMin: siemens(validGMin),
    validGMax: siemens(validGMax),
  };
}
