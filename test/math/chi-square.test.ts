import { expect, test } from 'vitest';
import { chiSquare } from '../../src/math/chi-square.ts';
import { openStream } from '../../src/math/random.ts';
import { momentsOf } from '../statistics.ts';

const count = 200_000;

test.each([2, 3, 10, 127])(
  '%i degrees of freedom: mean, variance and the tails of summed squares',
  (degrees) => {
    const stream = openStream(1, 'chi-square', degrees);
    const drawn = Float64Array.from({ length: count }, () => chiSquare(degrees, stream)).sort();
    const { mean, sigma } = momentsOf(drawn);
    expect(Math.abs(mean - degrees)).toBeLessThan(4 * Math.sqrt((2 * degrees) / count));
    expect(Math.abs(sigma / Math.sqrt(2 * degrees) - 1)).toBeLessThan(0.03);
    // Against sums of squares, draw by draw.
    const summed = Float64Array.from({ length: count }, () => {
      let sum = 0;
      for (let i = 0; i < degrees; i++) sum += stream.normal() ** 2;
      return sum;
    }).sort();
    for (const share of [0.01, 0.1, 0.5, 0.9, 0.99]) {
      const place = Math.floor(share * count);
      const below = drawn.filter((x) => x < summed[place]!).length / count;
      expect(Math.abs(below - share)).toBeLessThan(6 * Math.sqrt((share * (1 - share)) / count));
    }
  },
);

test('two of them are exponential', () => {
  const stream = openStream(2, 'chi-square', 0);
  for (const x of [0.5, 2, 6]) {
    const p = Math.exp(-x / 2);
    let above = 0;
    for (let i = 0; i < count; i++) if (chiSquare(2, stream) > x) above++;
    expect(Math.abs(above / count - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / count));
  }
});
