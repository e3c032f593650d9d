/** For which times and conductances a law was measured: fields, their checks, and how they are printed. */
import type { z } from 'zod';
import { quantity, type Read } from '../target/leaf.ts';
import { type Check, unless } from '../target/problem.ts';
import { formatTime } from '../text/time.ts';

export const measuredFields = {
  validFrom: quantity('s', 'Shortest time after programming for which the law was measured'),
  validTo: quantity('s', 'Longest time after programming for which the law was measured'),
  validGMin: quantity('S', 'Lowest conductance for which the law was measured'),
  validGMax: quantity('S', 'Highest conductance for which the law was measured'),
};

/** Seconds and siemens. */
export type Measured = Read<z.ZodObject<typeof measuredFields>>;

export const measuredPrint = { validFrom: formatTime, validTo: formatTime };

/** @param section whose fields they are */
export const measuredChecks = (section: string): readonly Check<Measured>[] => [
  ({ validFrom, validTo }) =>
    unless(validFrom <= validTo, 'validTo', `this lies before ${section}.validFrom`),
  ({ validGMin, validGMax }) =>
    unless(validGMin <= validGMax, 'validGMax', `this lies below ${section}.validGMin`),
];
