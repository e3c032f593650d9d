import { describe, expect, test } from 'vitest';
import { errorSources, staircase, withSources } from '../../../src/schemes/transfer/staircase.ts';
import { levelStepOf } from '../../../src/target/cell.ts';
import { transferTarget } from '../../chip/bench.ts';

const { programming, hidden, cell, array } = transferTarget;
if (programming.scheme !== 'transfer' || !hidden) throw new Error('transfer expected');
const law = { programming, hidden, cell: { ...cell, gMin: 0, gMax: 1 } };
const step = levelStepOf(cell);
const settings = { circuits: 20_000, transfers: 5, seed: 4 };

describe('the staircase of a transfer', () => {
  const levels = staircase(law, array.columns, settings);

  test('has every digit, with the high-resistance state on the other side', () => {
    expect(levels.map((l) => l.digit)).toEqual(Array.from({ length: 15 }, (_, i) => i - 7));
    for (const { digit, ideal } of levels)
      expect(ideal).toBeCloseTo(digit === 0 ? 0 : Math.sign(digit) * (5e-6 + Math.abs(digit) * step), 12);
  });

  test('has, source by source, the closed form of its spread', () => {
    for (const { digit, alone } of levels) {
      const size = Math.abs(digit);
      const squares = [1, 2, 4].reduce((sum, weight) => sum + (size & weight ? weight ** 2 : 0), 0);
      const halfNormal = 1e-6 * Math.sqrt(1 - 2 / Math.PI);
      const on = digit === 0 ? 0 : 1;
      const expected = {
        sign: 0,
        charge: 0.05 * Math.sqrt(squares) * step,
        line: on * 0.1 * step,
        threshold: on * 0.15 * step,
        set: on * 0.05 * (5e-6 + size * step),
        reset: digit === 0 ? Math.SQRT2 * halfNormal : halfNormal,
      };
      // What is fixed in a circuit has as many values as there are circuits.
      for (const source of errorSources) {
        const fixed = source === 'charge' || source === 'threshold';
        const count = fixed ? settings.circuits : settings.circuits * settings.transfers;
        const { sigma } = alone[source];
        if (expected[source] === 0) expect(sigma, `${source} at ${digit}`).toBeLessThan(1e-15);
        else
          expect(Math.abs(sigma / expected[source] - 1), `${source} at ${digit}`).toBeLessThan(
            4 / Math.sqrt(count),
          );
      }
    }
  });

  test('adds up: the variance with all sources is the sum of those alone', () => {
    for (const { all, alone } of levels) {
      const sum = errorSources.reduce((squares, source) => squares + alone[source].sigma ** 2, 0);
      // The SET factor also scales the digit's errors, by 5 % of them.
      expect(Math.abs(all.sigma / Math.sqrt(sum) - 1)).toBeLessThan(0.02);
    }
  });
});

test('a source alone errs as it does among all, and what is fixed in a circuit does not change between transfers', () => {
  const one = { circuits: 1, transfers: 50, seed: 4 };
  const only = (source: (typeof errorSources)[number]) =>
    staircase(withSources(law, [source]), array.columns, one).find((l) => l.digit === 5)!.all;
  for (const source of ['charge', 'threshold'] as const) {
    expect(only(source).sigma).toBeLessThan(1e-15);
    expect(Math.abs(only(source).mean - (5e-6 + 5 * step))).toBeGreaterThan(1e-9);
  }
  for (const source of ['line', 'set', 'reset'] as const) expect(only(source).sigma).toBeGreaterThan(1e-7);
  const among = staircase(law, array.columns, one).find((l) => l.digit === 5)!;
  for (const source of errorSources) expect(among.alone[source]).toEqual(only(source));
});

test('signs that are sensed wrongly are counted', () => {
  const blind = { ...law, hidden: { ...law.hidden, windowSpread: 0.36 } };
  const levels = staircase(blind, array.columns, { circuits: 2000, transfers: 1, seed: 1 });
  // Phi(-1) of the windows are negative.
  for (const { signErrors } of levels) expect(Math.abs(signErrors - 0.1587)).toBeLessThan(0.04);
});
