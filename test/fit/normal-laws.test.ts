/** Laws of ageing and of write errors are found in data that were drawn from them, within standard errors that are right. */
import { describe, expect, test } from 'vitest';
import { drifted } from '../../src/conditions/drift/cells.ts';
import type { Drift } from '../../src/conditions/drift/model.ts';
import { relaxed } from '../../src/conditions/relaxation/cells.ts';
import type { Relaxation } from '../../src/conditions/relaxation/model.ts';
import { chooseLaw } from '../../src/fit/choose-law.ts';
import type { Fit } from '../../src/fit/law.ts';
import { forms } from '../../src/fit/laws.ts';
import { measurementsOf } from '../../src/fit/measurements.ts';
import { openStream } from '../../src/math/random.ts';
import { meanOf, sigmaOfSample } from '../../src/math/statistics.ts';

const measured = { validFrom: 1, validTo: 1e5, validGMin: 1e-5, validGMax: 9e-5 };
const relaxation: Relaxation = { slope: 0.09e-6, spread: 0.4e-6, spreadSlope: 0.04e-6, t0: 2, ...measured };
const drift: Drift = {
  exponent: 0.05,
  exponentSlope: -0.012,
  exponentMin: 0,
  exponentMax: 1,
  spread: 0.012,
  spreadSlope: -0.003,
  spreadMin: 0,
  spreadMax: 1,
  gReference: 30e-6,
  t0: 20,
  ...measured,
};
const times = [1, 10, 100, 1000, 1e4, 1e5];
const micro = (g: number) => (g * 1e6).toFixed(6);

/** @param noise of a reading (S), by its conductance */
function ageingCsv(
  at: (g: number, time: number, xi: number) => number,
  noise: (g: number) => number,
  seed: number,
) {
  const stream = openStream(seed, 'test', 0);
  const rows = Array.from({ length: 100 }, (_, d) => {
    stream.seek(d);
    const g = 10e-6 * 9 ** stream.uniform();
    const xi = stream.normal();
    const read = (value: number) => micro(value + noise(value) * stream.normal());
    return [`d${d},0,${read(g)}`, ...times.map((time) => `d${d},${time},${read(at(g, time, xi))}`)];
  });
  return `device,time (s),conductance (uS)\n${rows.flat().join('\n')}\n`;
}

const sigma = [2, 0.15, -0.001];
function writesCsv(isLog: boolean, seed: number) {
  const stream = openStream(seed, 'test', 0);
  const rows = Array.from({ length: 1500 }, (_, n) => {
    const level = 10 + 5 * (n % 17);
    const s = sigma[0]! + sigma[1]! * level + sigma[2]! * level ** 2;
    const square = Math.log(1 + (s / level) ** 2);
    const xi = stream.normal();
    const g = isLog ? level * Math.exp(Math.sqrt(square) * xi - square / 2) : level + s * xi;
    return `d${n % 50},${level},${g.toFixed(5)}`;
  });
  return `device,target (uS),conductance (uS)\n${rows.join('\n')}\n`;
}

const fitOf = (form: string, csv: string) =>
  chooseLaw(forms.find(({ name }) => name === form)!, measurementsOf('m.csv', csv), undefined);

/** Deviations from the truth in standard errors. */
function deviations({ fields }: Fit, truth: Readonly<Record<string, number>>): number[] {
  return fields.flatMap(({ field, value, standardError }) =>
    standardError === undefined || truth[field] === undefined
      ? []
      : [(Number(value) - truth[field]) / standardError],
  );
}

function expectRight(all: readonly number[], fields: number) {
  expect(all).toHaveLength(fields);
  expect(Math.abs(meanOf(all))).toBeLessThan(0.45);
  const variance = sigmaOfSample(all) ** 2;
  expect(variance).toBeGreaterThan(0.6);
  expect(variance).toBeLessThan(1.6);
}

const seeds = Array.from({ length: 12 }, (_, i) => 300 + i);

describe('relaxation', () => {
  const draw = (seed: number) =>
    ageingCsv(
      (g, at, xi) => relaxed(relaxation, g, at, xi),
      () => 0.05e-6,
      seed,
    );

  test('is told from drift, and its standard errors are right', () => {
    const all = seeds.flatMap((seed) => {
      const choice = fitOf('ageing', draw(seed));
      expect(choice).toMatchObject({ law: 'relaxation', variant: 'spread that changes' });
      expect(choice.heldOut!.residual).toBeCloseTo(1, 0);
      return deviations(choice.fit, {
        'relaxation.slope': relaxation.slope,
        'relaxation.spread': relaxation.spread,
        'relaxation.spreadSlope': relaxation.spreadSlope,
        'relaxation.t0': relaxation.t0,
      });
    });
    expectRight(all, 4 * seeds.length);
  });
});

describe('drift', () => {
  const draw = (seed: number) =>
    ageingCsv(
      (g, at, xi) => drifted(drift, g, at, xi),
      (g) => 0.004 * g,
      seed,
    );

  test('is told from relaxation, and its standard errors are right', () => {
    const all = seeds.flatMap((seed) => {
      const choice = fitOf('ageing', draw(seed));
      expect(choice).toMatchObject({ law: 'drift', variant: 'exponents that follow the conductance' });
      const reference = Number(choice.fit.fields.find(({ field }) => field === 'drift.gReference')!.value);
      const x = Math.log(reference / drift.gReference);
      return deviations(choice.fit, {
        'drift.exponent': drift.exponent + drift.exponentSlope * x,
        'drift.exponentSlope': drift.exponentSlope,
        'drift.spread': drift.spread + drift.spreadSlope * x,
        'drift.spreadSlope': drift.spreadSlope,
        'drift.t0': drift.t0,
      });
    });
    expectRight(all, 5 * seeds.length);
  });
});

describe('errors of writes', () => {
  test.each([
    ['normal', false],
    ['log-normal', true],
  ] as const)('%s: the polynomial comes back within its standard errors', (distribution, isLog) => {
    const all = seeds.flatMap((seed) => {
      const choice = fitOf('writes', writesCsv(isLog, seed));
      expect(choice.variant).toBe(distribution);
      expect(choice.heldOut!.residual).toBeCloseTo(1, 0);
      const { value, how } = choice.fit.fields.find(({ field }) => field === 'programming.sigma')!;
      const errors = /standard errors (.*)$/.exec(how)![1]!.split(', ').map(Number);
      const found = value as readonly number[];
      // A lower degree may pass for the law; it is then none of these parameters.
      return found.length === sigma.length ? found.map((c, k) => (c - sigma[k]!) / errors[k]!) : [];
    });
    expect(all.length).toBeGreaterThan(3 * 3);
    expect(Math.abs(meanOf(all))).toBeLessThan(0.6);
    expect(sigmaOfSample(all) ** 2).toBeLessThan(1.8);
  });
});
