import { describe, expect, test } from 'vitest';
import { flickerFactor } from '../../src/conditions/flicker/cells.ts';
import { chainOf, fluctuators, walk } from '../../src/conditions/fluctuator.ts';
import { telegraphFactor } from '../../src/conditions/telegraph/cells.ts';
import { openStream } from '../../src/math/random.ts';
import { momentsOf } from '../statistics.ts';

const cells = 100_000;

/** States of independent fluctuators at the last of the times. */
function statesAt(
  dwell: { readonly high: number; readonly low: number },
  times: readonly number[],
): Float64Array {
  const chain = chainOf(dwell, times);
  const stream = openStream(3, 'telegraph', 0);
  return Float64Array.from({ length: cells }, (_, cell) => {
    stream.seek(cell);
    return walk(chain, stream);
  });
}

describe('a fluctuator', () => {
  const dwell = { high: 3, low: 1 };
  const grid = [0, 0.1, 0.4, 1, 2, 5];

  test('is high for its share of time, at every time', () => {
    for (let n = 1; n <= grid.length; n++) {
      const { mean } = momentsOf(statesAt(dwell, grid.slice(0, n)));
      expect(Math.abs(mean - 0.75)).toBeLessThan(4 * Math.sqrt((0.75 * 0.25) / cells));
    }
  });

  test('forgets its state at the rate of both stays together', () => {
    const start = statesAt(dwell, grid.slice(0, 1));
    for (let n = 2; n <= grid.length; n++) {
      const later = statesAt(dwell, grid.slice(0, n));
      const covariance = start.reduce((sum, s, i) => sum + (s - 0.75) * (later[i]! - 0.75), 0) / cells;
      const wanted = 0.1875 * Math.exp(-grid[n - 1]! * (1 / 3 + 1));
      // A product of two centred states has at most the variance of one.
      expect(Math.abs(covariance - wanted)).toBeLessThan(4 * Math.sqrt(0.1875 / cells));
    }
  });

  test('seen more often takes the same time to forget', () => {
    const start = statesAt(dwell, [0]);
    const often = statesAt(dwell, [0, 0.25, 0.5, 0.75, 1]);
    const covariance = start.reduce((sum, s, i) => sum + (s - 0.75) * (often[i]! - 0.75), 0) / cells;
    expect(Math.abs(covariance - 0.1875 * Math.exp(-4 / 3))).toBeLessThan(4 * Math.sqrt(0.1875 / cells));
  });

  test('does not move within no time', () => {
    expect(statesAt(dwell, [0, 0])).toEqual(statesAt(dwell, [0]));
  });
});

test('telegraph states lie around the programmed conductance', () => {
  const law = { share: 1, amplitude: 0.2, dwellHigh: 1, dwellLow: 1 };
  expect([telegraphFactor(law, 0), telegraphFactor(law, 1)]).toEqual([0.9, 1.1]);
});

describe('flicker noise', () => {
  const law = { amplitude: 0.02, shortest: 1e-3, longest: 1e3 };

  test('has a fluctuator per decade', () => {
    const stays = fluctuators(law).map(({ high }) => high / 2);
    expect(stays).toHaveLength(7);
    stays.forEach((stay, i) => {
      expect(stay).toBeCloseTo(10 ** (i - 3), 9);
    });
    expect(fluctuators({ ...law, longest: 1e-3 })).toHaveLength(1);
  });

  test('has its standard deviation, and loses correlation evenly over the decades', () => {
    const factorsAt = (times: readonly number[]) => {
      const chains = fluctuators(law).map((dwell) => chainOf(dwell, times));
      const stream = openStream(4, 'flicker', 0);
      return Float64Array.from({ length: cells }, (_, cell) => flickerFactor(law, chains, stream, cell));
    };
    const start = factorsAt([0]);
    const correlations = [0, 1e-2, 1, 1e2].map((lag) => {
      const later = factorsAt([0, lag]);
      const { mean, sigma } = momentsOf(later);
      expect(Math.abs(mean - 1)).toBeLessThan((4 * law.amplitude) / Math.sqrt(cells));
      expect(Math.abs(sigma - law.amplitude)).toBeLessThan((4 * law.amplitude) / Math.sqrt(cells));
      return start.reduce((sum, f, i) => sum + (f - 1) * (later[i]! - 1), 0) / cells / law.amplitude ** 2;
    });
    expect(correlations[0]).toBeCloseTo(1, 1);
    // From one lag to a hundred times that, two of the seven fluctuators forget.
    const losses = correlations.slice(1).map((c, i) => correlations[i]! - c);
    expect(Math.abs(losses[1]! - 2 / 7)).toBeLessThan(0.02);
    expect(Math.abs(losses[2]! - 2 / 7)).toBeLessThan(0.02);
  });
});
