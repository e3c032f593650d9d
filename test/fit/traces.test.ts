/** Noise of readings is found in traces that were drawn from the laws of src/conditions, within standard errors that are right. */
import { describe, expect, test } from 'vitest';
import { chooseLaw } from '../../src/fit/choose-law.ts';
import type { FittedField } from '../../src/fit/law.ts';
import { forms } from '../../src/fit/laws.ts';
import { measurementsOf } from '../../src/fit/measurements.ts';
import { noises } from '../../src/fit/traces/whittle.ts';
import { drawTraces, flicker, sigma, tracesCsv } from './draw-traces.ts';
import { deviationsOf, expectRightErrors } from './standard-errors.ts';

const form = forms.find(({ name }) => name === 'traces')!;
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
      measurementsOf('traces.csv', tracesCsv(drawTraces(5, 60, amplitude))),
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
