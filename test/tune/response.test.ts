/** What errors of scores do, against closed forms. */
import { describe, expect, test } from 'vitest';
import { openResponse } from '../../src/tune/response.ts';

/** Standard normal distribution; Abramowitz and Stegun 26.2.17, good to 1e-7. */
function normalBelow(x: number): number {
  if (x < 0) return 1 - normalBelow(-x);
  const t = 1 / (1 + 0.2316419 * x);
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const tail = series.reduce((sum, factor, i) => sum + factor * t ** (i + 1), 0);
  return 1 - (tail * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

const images = 100;
/** Two classes, whose scores lie `margin` apart. */
const outputs = (margin: number) =>
  Float32Array.from({ length: 2 * images }, (_, i) => (i % 2 === 0 ? margin : 0));
const targets = new Int32Array(images);

describe('scores of two classes that err', () => {
  const margin = 2;
  const response = openResponse({ outputs: outputs(margin), values: 2, softmax: false, targets });

  test.each([0.5, 2, 8])('energy %f per image loses what the normal distribution says', (energy) => {
    // The difference of two errors has the variance of both: the energy per image.
    const lost = 100 * normalBelow(-margin / Math.sqrt(energy));
    expect(response.lossAt(energy)).toBeGreaterThan(lost - 1.5);
    expect(response.lossAt(energy)).toBeLessThan(lost + 1.5);
    expect(response.noiseAt(energy) / (energy / margin ** 2)).toBeCloseTo(1, 1);
    expect(response.energyOf(response.noiseAt(energy)) / energy).toBeCloseTo(1, 2);
  });

  test('where floating point is wrong, errors can only gain', () => {
    const wrong = new Int32Array(images).fill(1);
    const { lossAt } = openResponse({ outputs: outputs(margin), values: 2, softmax: false, targets: wrong });
    expect(lossAt(2)).toBeCloseTo(-response.lossAt(2), 9);
  });
});

test('errors of scores are errors of the outputs by the slope of the softmax, where they are small', () => {
  const margin = 1;
  const p = 1 / (1 + Math.exp(-margin));
  const shares = outputs(0).map((_, i) => (i % 2 === 0 ? p : 1 - p));
  const { noiseAt, energyOf } = openResponse({ outputs: shares, values: 2, softmax: true, targets });
  const energy = 1e-4;
  const expected = (2 * (p * (1 - p)) ** 2 * energy) / (p ** 2 + (1 - p) ** 2);
  expect(noiseAt(energy) / expected).toBeCloseTo(1, 1);
  expect(energyOf(noiseAt(energy)) / energy).toBeCloseTo(1, 2);
});
