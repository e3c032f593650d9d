import { beforeAll, describe, expect, test } from 'vitest';
import { openStream } from '../../../../src/math/random.ts';
import { switchedCharge, switchingEnergy } from '../../../../src/schemes/transfer/fecap/charge.ts';
import {
  dielectricCapacitance,
  lineVoltage,
  windowOf,
  windowOfFilm,
  worstWindow,
} from '../../../../src/schemes/transfer/fecap/sense.ts';
import type { HiddenPlane } from '../../../../src/target/hidden-plane.ts';
import { loadTarget } from '../../../../src/target/load.ts';
import { momentsOf, normalBelow } from '../../../statistics.ts';
import { film } from './films.ts';

describe('charge sharing', () => {
  test('of a film that switches as a whole: Q / (C_line + C), on a pedestal C V / (C_line + C)', () => {
    const sharp = { ...film, fieldSpread: 0.01 };
    const whole = film.lineCapacitance + dielectricCapacitance(film);
    const pedestal = (dielectricCapacitance(film) * 3) / whole;
    expect(lineVoltage(sharp, false, 20e-9)).toBeCloseTo(pedestal, 12);
    expect(lineVoltage(sharp, true, 20e-9)).toBeCloseTo(pedestal + switchedCharge(film) / whole, 12);
    expect(windowOfFilm(sharp, 20e-9)).toBeCloseTo(switchedCharge(film) / whole, 12);
  });

  test('balances charge where the rising line leaves part of the film unswitched', () => {
    const short = { ...film, lineCapacitance: 20e-15 };
    const sharp = { ...short, fieldSpread: 0.01 };
    expect(windowOfFilm(short, 20e-9)).toBeLessThan(windowOfFilm(sharp, 20e-9));
    // Longer lines take more of the charge, and a larger capacitor gives more.
    expect(windowOfFilm({ ...film, lineCapacitance: 200e-15 }, 20e-9)).toBeLessThan(
      windowOfFilm(film, 20e-9),
    );
    expect(windowOfFilm({ ...film, side: 600e-9 }, 20e-9)).toBeGreaterThan(windowOfFilm(film, 20e-9));
  });
});

describe('leti-fecap-130nm', () => {
  let hidden: HiddenPlane;
  beforeAll(async () => {
    hidden = (await loadTarget('leti-fecap-130nm')).target.hidden!;
  });

  test('its assumed capacitors and line give the published window of 360 mV', () => {
    expect(windowOfFilm(hidden.film!, hidden.readTime)).toBeCloseTo(0.36, 3);
    expect(windowOfFilm(hidden.film!, hidden.readTime)).toBeCloseTo(hidden.window, 3);
  });

  test('a switch takes 2 Pr A V: less than 200 fJ, and within 5 % of writeEnergy', () => {
    const { remanence, side, writeVoltage } = hidden.film!;
    const energy = switchingEnergy(hidden.film!, writeVoltage);
    expect(energy).toBeCloseTo(2 * remanence * side * side * writeVoltage, 24);
    expect(energy).toBeLessThan(200e-15);
    expect(Math.abs(energy / hidden.writeEnergy - 1)).toBeLessThan(0.05);
    // At 4.8 V, where arrays of this stack yield perfectly, still.
    expect(switchingEnergy(hidden.film!, 4.8)).toBeLessThan(200e-15);
  });

  test('the median of 16,384 windows is 360 mV and the worst of them 120 mV, on average', () => {
    const [count, arrays] = [16_384, 100];
    const worst: number[] = [];
    const medians: number[] = [];
    for (let array = 0; array < arrays; array++) {
      const stream = openStream(11, 'fecap-window', array);
      const windows = Float64Array.from({ length: count }, (_, fecap) => {
        stream.seek(fecap);
        return windowOf(hidden, stream.normal());
      }).sort();
      worst.push(windows[0]!);
      medians.push((windows[count / 2 - 1]! + windows[count / 2]!) / 2);
    }
    const [w, m] = [momentsOf(worst), momentsOf(medians)];
    expect(Math.abs(w.mean - 0.12)).toBeLessThan((4 * w.sigma) / Math.sqrt(arrays));
    expect(Math.abs(m.mean - 0.36)).toBeLessThan((4 * m.sigma) / Math.sqrt(arrays) + 1e-4);
    expect(m.sigma / (hidden.windowSpread * Math.sqrt(Math.PI / 2 / count))).toBeCloseTo(1, 0);
  });

  test('the closed form of the worst agrees with another integral', () => {
    expect(worstWindow(hidden, 16_384)).toBeCloseTo(0.12, 3);
    for (const count of [1, 2, 3, 100]) {
      // E[min] = -integral over x of (1 - below)^n on the right minus 1 - (1 - below)^n on the left.
      let mean = 0;
      for (let x = -9 + 5e-4; x < 9; x += 1e-3) {
        const all = normalBelow(-x) ** count;
        mean += (x < 0 ? all - 1 : all) * 1e-3;
      }
      const expected = hidden.window + hidden.windowSpread * mean;
      expect(worstWindow(hidden, count) / expected).toBeCloseTo(1, 3);
    }
    // Of two values it is -1 / sqrt(pi).
    expect(worstWindow({ ...hidden, film: undefined, ageing: undefined }, 2)).toBeCloseTo(
      hidden.window - hidden.windowSpread / Math.sqrt(Math.PI),
      6,
    );
  });
});
