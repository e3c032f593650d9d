import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  everett,
  type History,
  moveTo,
  polarization,
  poledDown,
  pulse,
  shareUp,
} from '../../../../src/schemes/transfer/fecap/polarization.ts';
import { shareBelow, switchedShare } from '../../../../src/schemes/transfer/fecap/switching.ts';
import { normalBelow } from '../../../statistics.ts';
import { film } from './films.ts';

const through = (fields: readonly number[], from: History = poledDown) => fields.reduce(moveTo, from);
const reduced = fc.double({ min: -2.5, max: 2.5, noNaN: true });
const sequence = fc.array(reduced, { minLength: 1, maxLength: 12 });

describe('the saturated loop', () => {
  const branch = (x: number) => film.remanence * (2 * normalBelow(Math.log(x) / film.fieldSpread) - 1);
  const up = through([Number.POSITIVE_INFINITY]);

  test('rises as Pr (2 F(E) - 1) and falls as its mirror image', () => {
    for (const x of [0.4, 0.8, 1, 1.3, 2]) {
      expect(polarization(film, through([x]))).toBeCloseTo(branch(x), 7);
      expect(polarization(film, through([-x], up))).toBeCloseTo(-branch(x), 7);
    }
  });

  test('has the remanence Pr and the coercive field', () => {
    expect(polarization(film, through([0], up))).toBe(film.remanence);
    expect(polarization(film, poledDown)).toBe(-film.remanence);
    expect(polarization(film, through([1]))).toBeCloseTo(0, 12);
    expect(polarization(film, through([-1], up))).toBeCloseTo(0, 12);
  });

  test('an excursion that does not saturate leaves Pr (2 F(E) - 1)', () => {
    for (const x of [0.7, 1, 1.4]) expect(polarization(film, through([x, 0]))).toBeCloseTo(branch(x), 7);
  });
});

describe('any history', () => {
  /** Regions one by one: up and down fields at the middles of equally likely slices. */
  function byRegions(fields: readonly number[]): number {
    const slices = 120;
    const own = Array.from({ length: slices }, (_, i) => inverse((i + 0.5) / slices));
    let up = 0;
    for (const a of own) {
      for (const b of own) {
        let state = false;
        for (const x of fields) state = x >= a || (state && x > -b);
        up += state ? 1 : 0;
      }
    }
    return up / slices ** 2;
  }

  test('agrees with regions that switch one by one', () => {
    fc.assert(
      fc.property(sequence, (fields) => {
        expect(Math.abs(shareUp(film, through(fields)) - byRegions(fields))).toBeLessThan(0.02);
      }),
      { numRuns: 60 },
    );
  });

  test('stays between the branches of the saturated loop', () => {
    fc.assert(
      fc.property(sequence, (fields) => {
        const last = fields.at(-1)!;
        const share = shareUp(film, through(fields));
        expect(share).toBeGreaterThanOrEqual(shareBelow(film, last) - 1e-12);
        expect(share).toBeLessThanOrEqual(1 - shareBelow(film, -last) + 1e-12);
      }),
    );
  });

  test('wiping out: beyond all earlier extremes nothing of them is left', () => {
    fc.assert(
      fc.property(sequence, fc.double({ min: 2.6, max: 4, noNaN: true }), (fields, beyond) => {
        expect(through([beyond], through(fields))).toEqual(through([beyond]));
        const both = through([beyond, -beyond], through(fields));
        expect(both).toEqual(through([beyond, -beyond]));
      }),
    );
  });

  test('return-point memory: a minor loop closes', () => {
    const share = fc.double({ min: 0, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(sequence, share, fc.array(share), (before, depth, way) => {
        const here = through(before);
        const last = here.at(-1)!;
        // Back from the last extreme, and not as far as the one before it.
        const turn = last + depth * (Math.max(-3, here.at(-2)!) - last);
        const inside = way.map((part) => last + part * (turn - last));
        expect(through([last], through(inside, here))).toEqual(here);
      }),
    );
  });

  test('congruency: minor loops between two fields are as high whatever came before', () => {
    fc.assert(
      fc.property(sequence, reduced, reduced, (before, x, y) => {
        fc.pre(x > y);
        const start = through([x, y], through(before));
        const height = shareUp(film, moveTo(start, x)) - shareUp(film, start);
        expect(height).toBeCloseTo(everett(film, x, y), 12);
      }),
    );
  });

  test('is remembered as extremes that shrink', () => {
    fc.assert(
      fc.property(sequence, (fields) => {
        const history = through(fields);
        for (let k = 2; k < history.length; k++) {
          if (k % 2 === 0) expect(history[k]).toBeGreaterThan(history[k - 2]!);
          else expect(history[k]).toBeLessThan(history[k - 2]!);
        }
        expect(history.at(-1)).toBe(fields.at(-1));
      }),
    );
  });
});

describe('pulses', () => {
  test('switch what their amplitude and width switch', () => {
    for (const [voltage, time] of [
      [1.5, 20e-9],
      [1.5, 1e-6],
      [2, 20e-9],
    ] as const) {
      const share = switchedShare(film, voltage / film.thickness, time);
      expect(shareUp(film, pulse(film, poledDown, voltage, time))).toBeCloseTo(share, 12);
    }
  });

  test('a weaker pulse after a stronger one changes nothing, and an opposite one takes its share back', () => {
    const written = pulse(film, poledDown, 3, 1e-6);
    const share = shareUp(film, written);
    expect(shareUp(film, pulse(film, written, 2, 20e-9))).toBe(share);
    const back = switchedShare(film, 1.6e8, 20e-9);
    expect(shareUp(film, pulse(film, written, -1.6, 20e-9))).toBeCloseTo(share * (1 - back), 12);
  });
});

/** Coercive field, in medians, below which a share of the regions lies. */
function inverse(share: number): number {
  let [low, high] = [-9, 9];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < share) low = middle;
    else high = middle;
  }
  return Math.exp(film.fieldSpread * low);
}
