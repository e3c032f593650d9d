import { describe, expect, test } from 'vitest';
import { coerciveVoltage, epsilon0, pund } from '../../../../src/schemes/transfer/fecap/pund.ts';
import { normalBelow } from '../../../statistics.ts';
import { film } from './films.ts';

const narrow = { ...film, fieldSpread: 0.15 };
const settings = { voltage: 3, riseTime: film.loopTime, leakage: 0, steps: 300 };

describe('positive-up-negative-down', () => {
  test("recovers the film's own 2 Pr at +-3 V, with leakage or without", () => {
    for (const leakage of [0, 1e-9, 1e-6]) {
      const result = pund(narrow, { ...settings, leakage });
      expect(result.positive).toBeCloseTo(2 * film.remanence, 9);
      expect(result.negative).toBeCloseTo(2 * film.remanence, 9);
      expect(result.remanence).toBeCloseTo(film.remanence, 9);
    }
  });

  test('the second pulse of a pair carries leakage alone, the first 2 Pr more', () => {
    const leakage = 1e-7;
    const [p, u, n, d] = pund(narrow, { ...settings, leakage }).pulses;
    // A triangle of 3 V that takes twice riseTime.
    const leaked = (leakage * 3 * film.loopTime) / film.thickness;
    expect(u / leaked).toBeCloseTo(1, 9);
    expect(d / leaked).toBeCloseTo(-1, 9);
    expect(p - leaked).toBeCloseTo(2 * film.remanence, 9);
    expect(n + leaked).toBeCloseTo(-2 * film.remanence, 9);
  });

  test('the loop runs between -Pr and Pr, and crosses zero at the coercive voltage', () => {
    const { loop, remanence } = pund(film, settings);
    const values = loop.map((point) => point.polarization);
    expect(Math.max(...values)).toBeCloseTo(remanence, 5);
    expect(Math.min(...values)).toBeCloseTo(-remanence, 5);
    expect(Math.max(...loop.map((point) => point.voltage))).toBe(3);
    expect(Math.min(...loop.map((point) => point.voltage))).toBe(-3);
    expect(coerciveVoltage(loop)).toBeCloseTo(film.coerciveField * film.thickness, 2);
    // Rising, it is the closed form of the saturated loop.
    for (const { voltage, polarization } of loop.slice(1, 300)) {
      const own = film.remanence * (2 * normalBelow(Math.log(voltage) / film.fieldSpread) - 1);
      expect(Math.abs(polarization - own)).toBeLessThan(1e-5);
    }
  });

  test('without the second pulse the dielectric would count: by epsilon0 permittivity E at the peak', () => {
    const { loop } = pund(film, settings);
    const flat = pund({ ...film, permittivity: 1 }, settings).loop;
    expect(flat.map((p) => p.polarization)).toEqual(loop.map((p) => expect.closeTo(p.polarization, 12)));
    expect((epsilon0 * film.permittivity * 3) / film.thickness).toBeGreaterThan(film.remanence / 2);
  });

  test('pulses that do not saturate measure what they switch, and faster ones less', () => {
    const share = normalBelow(Math.log(1.1) / film.fieldSpread);
    const slow = pund(film, { ...settings, voltage: 1.1 });
    expect(slow.positive).toBeCloseTo(2 * film.remanence * share, 6);
    // Down goes what went up, and of that what as high a field takes back.
    expect(slow.negative).toBeCloseTo(2 * film.remanence * share * share, 6);
    const fast = pund(film, { ...settings, voltage: 1.1, riseTime: 20e-9 });
    expect(fast.positive).toBeLessThan(slow.positive / 5);
  });
});
