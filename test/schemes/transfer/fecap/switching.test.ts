import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  activationField,
  coerciveFieldAt,
  shareBelow,
  switchedShare,
} from '../../../../src/schemes/transfer/fecap/switching.ts';
import { normalBelow } from '../../../statistics.ts';
import { film } from './films.ts';

const fields = fc.double({ min: 2e7, max: 5e8, noNaN: true });
const times = fc.double({ min: -8.9, max: 2, noNaN: true }).map((exponent) => 10 ** exponent);

describe('nucleation-limited switching', () => {
  test("Merz's law: the median region switches in attemptTime exp((Ea / E)^exponent)", () => {
    const activation = activationField(film);
    for (const field of [1e8, 2e8, 3e8]) {
      const time = film.attemptTime * Math.exp((activation / field) ** film.exponent);
      expect(coerciveFieldAt(film, time) / field).toBeCloseTo(1, 12);
      expect(switchedShare(film, field, time)).toBeCloseTo(0.5, 12);
    }
  });

  test('a loop that takes loopTime to its peak has the film’s coercive field', () => {
    expect(coerciveFieldAt(film, film.loopTime)).toBeCloseTo(film.coerciveField, 3);
  });

  test('the share is that of the regions whose own time is over', () => {
    // Activation fields one by one, at the middles of equally likely slices.
    const slices = 20_000;
    const [field, time] = [1.5e8, 30e-9];
    let switched = 0;
    for (let i = 0; i < slices; i++) {
      const own = activationField(film) * Math.exp(film.fieldSpread * quantile((i + 0.5) / slices));
      if (film.attemptTime * Math.exp((own / field) ** film.exponent) < time) switched++;
    }
    expect(Math.abs(switchedShare(film, field, time) - switched / slices)).toBeLessThan(2 / slices);
  });

  test('amplitude and width both decide, and more of either switches no less', () => {
    fc.assert(
      fc.property(fields, times, fc.double({ min: 1, max: 3, noNaN: true }), (field, time, factor) => {
        const share = switchedShare(film, field, time);
        expect(switchedShare(film, factor * field, time)).toBeGreaterThanOrEqual(share - 1e-14);
        expect(switchedShare(film, field, factor * time)).toBeGreaterThanOrEqual(share - 1e-14);
        expect(share >= 0 && share <= 1).toBe(true);
      }),
    );
    expect(switchedShare(film, 1.5e8, 1e-6)).toBeGreaterThan(1.5 * switchedShare(film, 1.5e8, 5e-9));
    expect(switchedShare(film, 1.8e8, 5e-9)).toBeGreaterThan(1.5 * switchedShare(film, 1.5e8, 5e-9));
  });

  test('nothing switches within attemptTime, nor at no field', () => {
    expect(switchedShare(film, 1e9, film.attemptTime)).toBe(0);
    expect(switchedShare(film, 0, 1)).toBe(0);
    expect(switchedShare(film, -1e9, 1)).toBe(0);
  });

  test('coercive fields are log-normal', () => {
    for (const reduced of [0.3, 0.9, 1, 1.2, 3])
      expect(shareBelow(film, reduced)).toBeCloseTo(normalBelow(Math.log(reduced) / film.fieldSpread), 6);
  });
});

/** Inverse of the standard normal distribution, by bisection. */
function quantile(p: number): number {
  let [low, high] = [-9, 9];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < p) low = middle;
    else high = middle;
  }
  return low;
}
