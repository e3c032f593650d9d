/** Noise of readings, split by what goes on from conversion to conversion, image to image and calibration to image. */
import { describe, expect, it } from 'vitest';
import { cellNoise, type ReadingTimes, splitOf } from '../../../passes/program/reading-noise.ts';
import { rowLoads } from '../../../passes/program/row-loads.ts';
import type { CellReadings } from '../../../src/ir/cell-readings.ts';
import { exactTarget } from '../../chip/bench.ts';

const band = { from: 2.5e-7, to: 10 };
const times: ReadingTimes = { conversion: 1e-6, image: 1e-3, sinceCalibration: 0 };

/** Covariance of two readings t apart, of scales between two, as an integral over the logarithm of the scales. */
function covariance(from: number, to: number, t: number): number {
  const steps = 20_000;
  const width = Math.log(to / from) / steps;
  let sum = 0;
  for (let i = 0; i < steps; i++)
    sum += Math.exp((-Math.PI * t) / (from * Math.exp((i + 0.5) * width))) * width;
  return sum;
}

describe('splitOf', () => {
  it('calls what is slower than an image lasting, right at the calibration', () => {
    const { lasting, together, apart } = splitOf(band, times);
    expect(lasting).toBeCloseTo(Math.log(10 / 1e-3), 9);
    expect(together).toBeCloseTo(Math.log(1e-3 / 1e-6), 9);
    expect(apart).toBeCloseTo(Math.log(1e-6 / 2.5e-7), 9);
  });

  it('keeps 2 C(t) - C(0) of it some time later', () => {
    const { lasting, together, apart } = splitOf(band, { ...times, sinceCalibration: 0.016 });
    expect(lasting).toBeCloseTo(2 * covariance(1e-3, 10, 0.016) - Math.log(1e4), 4);
    expect(lasting + together + apart).toBeCloseTo(Math.log(10 / 2.5e-7), 9);
  });

  it('finds nothing as it was long after', () => {
    expect(splitOf(band, { ...times, sinceCalibration: 1e6 }).lasting).toBe(0);
  });

  it('has no scales that a law does not have', () => {
    expect(splitOf({ from: 1, to: 10 }, times)).toEqual({
      lasting: expect.closeTo(Math.log(10), 9),
      together: 0,
      apart: 0,
    });
  });
});

describe('cellNoise', () => {
  it('adds up laws, each with its own scales, and white noise', () => {
    const readings: CellReadings = {
      bands: [band, { from: 1, to: 10 }],
      of: (level) => ({ mean: level + 0.5, lasting: 7, white: 3, densities: [2, 5] }),
      unused: { mean: 0, lasting: 0, white: 0, densities: [] },
    };
    const noise = cellNoise(exactTarget, readings, times);
    expect(noise(4)).toEqual({
      shift: expect.closeTo(0.5, 12),
      lasting: expect.closeTo(7 + 2 * Math.log(1e4) + 5 * Math.log(10), 9),
      together: expect.closeTo(2 * Math.log(1e3), 9),
      apart: expect.closeTo(3 + 2 * Math.log(4), 9),
    });
    expect(noise(-1)).toEqual({ shift: 0, lasting: 0, together: 0, apart: 0 });
  });
});

describe('rowLoads', () => {
  const unsigned = { scale: 1, zero: 0, signed: false, bits: 8 };
  const signed = { scale: 1, zero: 128, signed: false, bits: 8 };
  const bits = (count: number, polarity: 'bipolar' | 'unipolar' = 'bipolar') => ({
    ...exactTarget.driver,
    bits: count,
    polarity,
  });
  const loads = (
    numbers: number[],
    ...how: [typeof unsigned, 'binary' | 'sign-magnitude', ReturnType<typeof bits>]
  ) => rowLoads(Float64Array.from(numbers), 1, how[0], { inputNumbers: how[1] }, how[2]);

  it('squares the number, and every bit of it by itself', () => {
    const { together, apart } = loads([5, 0x35], unsigned, 'binary', bits(1));
    expect(together[0]).toBe((5 ** 2 + 0x35 ** 2) / 2);
    expect(apart[0]).toBe((16 + 1 + 32 ** 2 + 16 ** 2 + 4 ** 2 + 1) / 2);
  });

  it('takes the bits of a plane together where several drive at once', () => {
    const { together, apart } = loads([0x35], unsigned, 'binary', bits(4));
    expect([together[0], apart[0]]).toEqual([0x35 ** 2, 0x30 ** 2 + 5 ** 2]);
  });

  it('knows magnitudes, and codes with their zero point', () => {
    for (const polarity of ['bipolar', 'unipolar'] as const) {
      const { together, apart } = loads([-6], signed, 'sign-magnitude', bits(1, polarity));
      expect([together[0], apart[0]]).toEqual([36, 16 + 4]);
    }
    const { together, apart } = loads([-1], signed, 'binary', bits(1));
    expect([together[0], apart[0]]).toEqual([127 ** 2, (4 ** 7 - 1) / 3]);
  });
});
