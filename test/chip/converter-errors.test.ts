/** Draws of gains and offsets against their law, and that effects do not reshuffle each other. */
import { describe, expect, it } from 'vitest';
import { drawConverters, drawDrivers } from '../../src/chip/converter-errors.ts';
import { countTolerance, momentsOf, normalBelow } from '../statistics.ts';

const errors = { gainSpread: 0.02, offsetSpread: 1.5, nonlinearity: [0, 0] };
const columns = 500;
const arrays = Array.from({ length: 400 }, (_, array) => array);
const draw = (seed: number, sharedBy = 1) =>
  arrays.map((array) => drawConverters(errors, sharedBy, { seed, array, columns }));

function expectNormal(values: readonly number[], mean: number, sigma: number): void {
  const moments = momentsOf(values);
  const error = sigma / Math.sqrt(values.length);
  expect(Math.abs(moments.mean - mean)).toBeLessThan(4 * error);
  expect(Math.abs(moments.sigma - sigma)).toBeLessThan(4 * error);
  for (const x of [-3, -1, 0, 1, 3]) {
    const below = values.reduce((count, v) => count + (v < mean + x * sigma ? 1 : 0), 0);
    const tolerance = countTolerance(values.length, normalBelow(x));
    expect(Math.abs(below - values.length * normalBelow(x))).toBeLessThan(tolerance);
  }
}

describe('errors of converters and drivers', () => {
  const drawn = draw(1);
  const gains = drawn.flatMap(({ gain }) => [...gain]);
  const offsets = drawn.flatMap(({ offset }) => [...offset]);

  it('are normal', () => {
    expectNormal(gains, 1, errors.gainSpread);
    expectNormal(offsets, 0, errors.offsetSpread);
    const rows = arrays.flatMap((array) => [
      ...drawDrivers({ gainSpread: 0.1, nonlinearity: [0, 0] }, { seed: 1, array, rows: columns }),
    ]);
    expectNormal(rows, 1, 0.1);
  });

  it('do not depend on each other', () => {
    const product = gains.reduce((sum, gain, i) => sum + (gain - 1) * offsets[i]!, 0) / gains.length;
    const bound = (4 * errors.gainSpread * errors.offsetSpread) / Math.sqrt(gains.length);
    expect(Math.abs(product)).toBeLessThan(bound);
    const plain = drawConverters({ ...errors, gainSpread: 0 }, 1, { seed: 1, array: 3, columns });
    expect(plain.offset).toEqual(drawn[3]!.offset);
  });

  it('belong to the chip and the converter', () => {
    expect(draw(1)[7]).toEqual(drawn[7]);
    expect(draw(2)[7]!.gain).not.toEqual(drawn[7]!.gain);
    expect(drawn[8]!.gain).not.toEqual(drawn[7]!.gain);
    const shared = draw(1, 8)[7]!;
    expect(shared.gain).toEqual(drawn[7]!.gain.slice(0, Math.ceil(columns / 8)));
  });
});
