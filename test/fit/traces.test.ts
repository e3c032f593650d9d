/** Noise of readings is found in traces that were drawn from the laws of src/conditions, within standard errors that are right. */
import { describe, expect, test } from 'vitest';
import { flickerFactor } from '../../src/conditions/flicker/cells.ts';
import { chainOf, fluctuators } from '../../src/conditions/fluctuator.ts';
import { chooseLaw } from '../../src/fit/choose-law.ts';
import type { FittedField } from '../../src/fit/law.ts';
import { forms } from '../../src/fit/laws.ts';
import { measurementsOf } from '../../src/fit/measurements.ts';
import type { Trace } from '../../src/fit/traces/traces.ts';
import { noises } from '../../src/fit/traces/whittle.ts';
import { openStream } from '../../src/math/random.ts';
import { meanOf } from '../../src/math/statistics.ts';
import { deviationsOf, expectRightErrors } from './standard-errors.ts';

const [interval, length] = [1e-3, 64];
const flicker = { amplitude: 0.02, shortest: interval, longest: (interval * length) / 4 };
const sigma = [0.2, 0.004];

/** Every reading of a fluctuator depends on the one before: a trace of one reading more goes on where the last ended. */
function drawTraces(seed: number, devices: number, amplitude: number): Trace[] {
  const states = openStream(seed, 'flicker', 0);
  const noise = openStream(seed, 'test', 0);
  const chains = Array.from({ length }, (_, last) => {
    const times = Array.from({ length: last + 1 }, (_, i) => i * interval);
    return fluctuators(flicker).map((dwell) => chainOf(dwell, times));
  });
  return Array.from({ length: devices }, (_, d) => {
    const g = 20 + (80 * d) / (devices - 1);
    noise.seek(d);
    const readings = chains.map(
      (own) =>
        g * flickerFactor({ ...flicker, amplitude }, own, states, d) +
        (sigma[0]! + sigma[1]! * g) * noise.normal(),
    );
    return { device: `d${d}`, interval, readings, mean: meanOf(readings) };
  });
}

const form = forms.find(({ name }) => name === 'traces')!;
const csvOf = (traces: readonly Trace[]) =>
  `device,reading,time (ms),conductance (uS)\n${traces
    .flatMap(({ device, readings }) => readings.map((g, i) => `${device},${i},${i},${g.toFixed(6)}`))
    .join('\n')}\n`;

/** Numbers of a list as fields of their own. */
const apart = (fields: readonly FittedField[]): FittedField[] =>
  fields.flatMap((field) => {
    const errors = /standard errors (.*)$/.exec(field.how)?.[1]?.split(', ').map(Number);
    const { value } = field;
    if (typeof value === 'string' || typeof value === 'number' || !errors) return [field];
    return value.map((each, k) => ({
      ...field,
      field: `${field.field}.${k}`,
      value: each,
      standardError: errors[k]!,
    }));
  });

describe('noise of readings', () => {
  test.each([
    [0, 'white, by conductance'],
    [flicker.amplitude, 'white, by conductance, and 1/f'],
  ] as const)('of an amplitude of %d is %s', (amplitude, variant) => {
    const choice = chooseLaw(
      form,
      measurementsOf('traces.csv', csvOf(drawTraces(5, 60, amplitude))),
      undefined,
    );
    expect(choice).toMatchObject({ law: 'read-noise', variant });
    expect(choice.heldOut!.residual).toBeCloseTo(1, 0);
  });

  test.each([
    [0, 1],
    [flicker.amplitude, 3],
  ] as const)(
    'of an amplitude of %d has standard errors that are right',
    { timeout: 120_000 },
    (amplitude, way) => {
      const fits = Array.from({ length: 40 }, (_, i) => {
        const fit = noises[way]!.fit(drawTraces(601 + i, 40, amplitude), []);
        if (typeof fit === 'string') throw new Error(fit);
        return apart(fit.fields);
      });
      const truth: Record<string, number> = {
        'readNoise.sigma.0': sigma[0]!,
        'readNoise.sigma.1': sigma[1]!,
        ...(amplitude > 0 ? { 'flicker.amplitude': amplitude } : {}),
      };
      expectRightErrors(
        deviationsOf(
          fits,
          () => truth,
          () => false,
        ),
        Object.keys(truth),
        40,
      );
    },
  );
});
