/** What cells of a level are expected to do until they are read, against the laws in closed form. */
import { describe, expect, it } from 'vitest';
import { cellReadings } from '../../src/chip/expected-reading.ts';
import { levelSigma, levelSpread } from '../../src/schemes/level-sigma.ts';
import { loadTarget } from '../../src/target/load.ts';

const cmo = (await loadTarget('cmo-hfox-130nm')).target;
const pcm = (await loadTarget('pcm-256')).target;

describe('cellReadings', () => {
  it('adds relaxation to programming, and knows 1/f noise by its density', () => {
    const { spread, slope, spreadSlope, t0 } = cmo.relaxation!;
    const level = 50e-6;
    for (const at of [1, 86_400]) {
      const { bands, of } = cellReadings(cmo, at);
      const { mean, lasting, white, densities } = of(level);
      const time = Math.log(at / t0);
      const sigma = Math.hypot(spread + spreadSlope * time, levelSigma(cmo, level));
      expect(Math.sqrt(lasting) / sigma).toBeCloseTo(1, 1);
      expect((mean - level) / 1e-6).toBeCloseTo((-slope * time) / 1e-6, 1);
      expect(
        Math.sqrt(densities[0]!) / (0.0277316e-6 * Math.log10((level - slope * time) / 1e-6)),
      ).toBeCloseTo(1, 2);
      expect(white).toBe(0);
      expect(bands).toEqual([{ from: 1e-6, to: (at + 1e-6) / 2 }]);
    }
  });

  it('multiplies what programming scatters by what drift leaves', () => {
    const level = 20e-6;
    const { mean, lasting } = cellReadings(pcm, 1e6).of(level);
    const { exponentMin, spread, spreadSlope, spreadMin, gReference, t0 } = pcm.drift!;
    // The mean exponent is at its least at high conductances.
    const sigma = Math.max(spreadMin, spread + spreadSlope * Math.log(level / gReference));
    const decades = Math.log(1 + 1e6 / t0);
    const programmed = levelSpread(pcm, level);
    const factor = Math.exp(-exponentMin * decades + (sigma * decades) ** 2 / 2);
    const square = factor ** 2 * Math.exp((sigma * decades) ** 2);
    expect(mean / (programmed.mean * factor)).toBeCloseTo(1, 2);
    const scattered = programmed.mean ** 2 * (square - factor ** 2);
    expect(lasting / (programmed.variance * factor ** 2 + scattered)).toBeCloseTo(1, 1);
  });

  it('finds programming alone right after it, without noise', () => {
    const { bands, of, unused } = cellReadings(pcm, 0, false);
    const { mean, variance } = levelSpread(pcm, 0);
    expect(bands).toEqual([]);
    expect(of(0)).toEqual({
      mean: expect.closeTo(mean, 12),
      lasting: expect.closeTo(variance, 18),
      white: 0,
      densities: [],
    });
    expect(unused.lasting).toBeGreaterThan(0);
    expect(cellReadings(cmo, 1).unused).toEqual({ mean: 0, lasting: 0, white: 0, densities: [] });
  });
});
