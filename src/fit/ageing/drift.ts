/**
 * Drift by a power of time: ln(G(t) / G) = -nu ln(1 + t / t0), with nu of the mean exponent + exponentSlope x and the spread
 * spread + spreadSlope x at x = ln(G / gReference), and noise of both readings that is relative to them.
 */
import { meanOf, sigmaOfSample } from '../../math/statistics.ts';
import type { NormalLaw } from '../fit-normals.ts';
import { type Ageing, ageingCovariance, measuredRange } from './ageing.ts';
import { ageingFigure } from './ageing-figure.ts';

const referenceOf = (devices: readonly Ageing[]): number =>
  Math.exp(meanOf(devices.map(({ g }) => Math.log(g))));

/** Factors e between conductances from which the data tell how exponents follow them. */
const apart = 0.5;

/** @param follows whether exponents follow the conductance */
const drift = (follows: boolean): NormalLaw<Ageing> => ({
  law: 'drift',
  variant: follows ? 'exponents that follow the conductance' : 'one exponent',
  means: 2,
  refuses: (devices) => {
    if (devices.some(({ readings }) => readings.some((reading) => reading <= 0)))
      return 'conductances are not above zero';
    const logs = devices.map(({ g }) => Math.log(g));
    const range = Math.max(...logs) - Math.min(...logs);
    return follows && range < apart
      ? 'conductances lie too near each other to tell what exponents follow'
      : undefined;
  },
  start: (devices) => {
    const first = Math.min(...devices.flatMap(({ times }) => times));
    const exponents = devices.map(
      ({ g, times, readings }) => -Math.log(readings.at(-1)! / g) / Math.log(1 + times.at(-1)! / first),
    );
    return [
      meanOf(exponents),
      Math.log(first),
      Math.log(sigmaOfSample(exponents) + 1e-3),
      Math.log(0.01),
      ...(follows ? [0, 0] : []),
    ];
  },
  terms: (devices) => {
    const reference = referenceOf(devices);
    return (
      { g, times, readings },
      [exponent = 0, t0 = 0, spread = 0, noise = 0, slope = 0, spreadSlope = 0],
    ) => {
      const x = Math.log(g / reference);
      const logs = times.map((time) => Math.log(1 + time / Math.exp(t0)));
      return {
        off: readings.map((reading, i) => Math.log(reading / g) + (exponent + slope * x) * logs[i]!),
        covariance: ageingCovariance(
          logs.map((log) => (Math.exp(spread) + spreadSlope * x) * log),
          Math.exp(noise),
        ),
      };
    };
  },
  inReadings: ({ readings }) => -readings.reduce((sum, reading) => sum + Math.log(reading), 0),
  fields: (devices) => {
    const reference = referenceOf(devices);
    const xs = devices.map(({ g }) => Math.log(g / reference));
    const ends = [Math.min(...xs), Math.max(...xs)];
    const range = measuredRange('drift', devices);
    return ([exponent = 0, t0 = 0, spread = 0, , slope = 0, spreadSlope = 0]) => {
      const exponents = ends.map((x) => exponent + slope * x);
      const spreads = ends.map((x) => Math.max(0, Math.exp(spread) + spreadSlope * x));
      const how = 'maximum likelihood';
      const told = (name: string, value: number) =>
        ({ field: `drift.${name}`, value, unit: '', from: 'measured', how }) as const;
      const held = (name: string, value: number) =>
        ({
          ...told(name, value),
          from: 'derived',
          how: 'the law at an end of the conductances that were measured',
          exact: true,
        }) as const;
      const none = (name: string) =>
        ({ ...told(name, 0), how: 'no more that the data tell', exact: true }) as const;
      return [
        told('exponent', exponent),
        follows ? told('exponentSlope', slope) : none('exponentSlope'),
        held('exponentMin', Math.min(...exponents)),
        held('exponentMax', Math.max(...exponents)),
        told('spread', Math.exp(spread)),
        follows ? told('spreadSlope', spreadSlope) : none('spreadSlope'),
        held('spreadMin', Math.min(...spreads)),
        held('spreadMax', Math.max(...spreads)),
        {
          ...told('gReference', reference * 1e-6),
          unit: 'S',
          from: 'derived',
          how: 'geometric mean of the conductances',
          exact: true,
        },
        { ...told('t0', Math.exp(t0)), unit: 's' },
        ...range,
      ];
    };
  },
  figure: (devices, [exponent = 0, t0 = 0, spread = 0, noise = 0]) =>
    ageingFigure('drift', devices, (time) => {
      const log = Math.log(1 + time / Math.exp(t0));
      const g = referenceOf(devices);
      const later = g * Math.exp(-exponent * log);
      return {
        mean: later - g,
        sigma: later * Math.hypot(Math.exp(spread) * log, Math.SQRT2 * Math.exp(noise)),
      };
    }),
});

export const drifts = [drift(true), drift(false)];
