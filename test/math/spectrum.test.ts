import { expect, test } from 'vitest';
import { openStream } from '../../src/math/random.ts';
import { folded, inLogBins, spectrumOf } from '../../src/math/spectrum.ts';
import { meanOf } from '../../src/math/statistics.ts';

test('the integral of a spectrum is the variance, whatever the interval', () => {
  const noise = openStream(1, 'test', 0);
  const records = Array.from({ length: 200 }, () =>
    Float64Array.from({ length: 256 }, () => 3 * noise.normal()),
  );
  for (const interval of [1, 1e-3]) {
    const { frequencies, densities } = spectrumOf(records, interval);
    const width = frequencies[1]! - frequencies[0]!;
    // Of white noise the bins that are left out have their share.
    expect((meanOf(densities) * width * 128) / 9).toBeCloseTo(1, 1);
    expect(frequencies.at(-1)! * interval).toBeLessThan(0.5);
  }
});

test('a sine is at its frequency, with half of its amplitude squared', () => {
  const sine = Float64Array.from({ length: 256 }, (_, i) => 2 * Math.sin((2 * Math.PI * 40 * i) / 256));
  const { frequencies, densities } = spectrumOf([sine], 1);
  const peak = densities.indexOf(Math.max(...densities));
  expect(frequencies[peak]).toBeCloseTo(40 / 256, 9);
  expect(densities.reduce((sum, d) => sum + d / 256, 0)).toBeCloseTo(2, 6);
});

test('bins of a decade are means of what lies in them', () => {
  const { frequencies, values } = inLogBins([1, 10, 10.1, 100], { a: [1, 2, 4, 8] }, 2);
  expect(frequencies).toEqual([1, 10.05, 100]);
  expect(values.a).toEqual([1, 3, 8]);
});

test('what is faster than half of the rate comes back: of white noise as often as it was cut', () => {
  const white = folded((f) => (f < 4 ? 1 : 0), 1, 10);
  expect(white(0.2)).toBe(8);
});
