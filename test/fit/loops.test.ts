/** The write loop is found in loops that it ran itself, within standard errors that are right. */
import { describe, expect, test } from 'vitest';
import { chooseLaw } from '../../src/fit/choose-law.ts';
import { forms } from '../../src/fit/laws.ts';
import { writeLoops } from '../../src/fit/loops/write-loop.ts';
import { measurementsOf } from '../../src/fit/measurements.ts';
import { openWriteVerifyDraws, stepGainOf } from '../../src/schemes/write-verify/write-verify.ts';
import { drawLoops, loopLaw as law, loopsCsv } from './draw-loops.ts';
import { deviationsOf, expectRightErrors } from './standard-errors.ts';

const form = forms.find(({ name }) => name === 'loops')!;

describe('write loops', () => {
  test('give back their law, how they end, and devices that no pulse moves', () => {
    const devices = drawLoops(7, 60);
    const choice = chooseLaw(form, measurementsOf('loops.csv', loopsCsv(devices)), undefined);
    expect(choice).toMatchObject({ law: 'write-loop', variant: 'with a smallest step' });
    expect(choice.heldOut!.residual).toBeCloseTo(1, 0);
    const value = (name: string) =>
      choice.fit.fields.find(({ field }) => field === `programming.${name}`)!.value;
    expect(Number(value('tolerance'))).toBeLessThanOrEqual(law.tolerance);
    expect(Number(value('tolerance'))).toBeGreaterThan(0.9 * law.tolerance);
    expect(value('maxPulses')).toBe(law.maxPulses);
    const draws = openWriteVerifyDraws(7, 0);
    const seen = devices.filter((_, i) => i % 5 !== 4);
    const still = seen.filter(({ device }) => stepGainOf(law, draws, Number(device.slice(1))) === 0).length;
    expect(still).toBeGreaterThan(0);
    expect(value('unresponsive')).toBeCloseTo(still / seen.length, 9);
  });

  test('have standard errors that are right', { timeout: 120_000 }, () => {
    const fits = Array.from({ length: 40 }, (_, i) => {
      const fit = writeLoops[0]!.fit(drawLoops(401 + i, 25), []);
      if (typeof fit === 'string') throw new Error(fit);
      return fit.fields.filter(({ field }) => field !== 'programming.unresponsive');
    });
    const names = ['stepGain', 'minStep', 'cycleToCycle', 'deviceToDevice', 'readNoise'] as const;
    const truth = Object.fromEntries(names.map((name) => [`programming.${name}`, law[name]]));
    expectRightErrors(
      deviationsOf(
        fits,
        () => truth,
        () => true,
      ),
      Object.keys(truth),
      40,
    );
  });
});
