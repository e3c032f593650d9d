/**
 * Relaxation in the logarithm of time: a reading is off the one right after programming by
 * c - slope L + (spread + spreadSlope L) xi and noise of both, with L = ln(t / middle). A line in L has its zero, t0, where
 * c = slope L.
 */
import { meanOf, sigmaOfSample } from '../../math/statistics.ts';
import type { NormalLaw } from '../fit-normals.ts';
import { lineThrough } from '../line-through.ts';
import { type Ageing, ageingCovariance, measuredRange } from './ageing.ts';
import { ageingFigure } from './ageing-figure.ts';

const middleOf = (devices: readonly Ageing[]): number =>
  meanOf(devices.flatMap(({ times }) => times.map(Math.log)));

/** Factors e of time from the middle of what was measured beyond which a zero of the logarithm says nothing. */
const far = 40;

/** @param grows whether the spread changes with time */
const relaxation = (grows: boolean): NormalLaw<Ageing> => ({
  law: 'relaxation',
  variant: grows ? 'spread that changes' : 'spread that stays',
  means: 2,
  start: (devices) => {
    const middle = middleOf(devices);
    const x = devices.flatMap(({ times }) => times.map((time) => Math.log(time) - middle));
    const y = devices.flatMap(({ g, readings }) => readings.map((reading) => reading - g));
    const { at, slope } = lineThrough(x, y);
    const rest = sigmaOfSample(y.map((value, i) => value - at - slope * x[i]!));
    return [at, -slope, Math.log(0.8 * rest), Math.log(0.3 * rest), ...(grows ? [0] : [])];
  },
  terms: (devices) => {
    const middle = middleOf(devices);
    return ({ g, times, readings }, [c = 0, slope = 0, spread = 0, noise = 0, growth = 0]) => {
      const logs = times.map((time) => Math.log(time) - middle);
      return {
        off: readings.map((reading, i) => reading - g - c + slope * logs[i]!),
        covariance: ageingCovariance(
          logs.map((log) => Math.exp(spread) + growth * log),
          Math.exp(noise),
        ),
      };
    };
  },
  fields: (devices) => {
    const middle = middleOf(devices);
    const range = measuredRange('relaxation', devices);
    return ([c = 0, slope = 0, spread = 0, , growth = 0]) => {
      const zero = c / slope;
      if (!(Math.abs(zero) < far)) return 'nothing is lost with time that would tell t0';
      const atZero = Math.exp(spread) + growth * zero;
      if (atZero < 0 || growth < 0) return 'the spread shrinks with time';
      const how = 'maximum likelihood';
      const told = (name: string, value: number, unit: 'S' | 's') =>
        ({ field: `relaxation.${name}`, value, unit, from: 'measured', how }) as const;
      return [
        told('slope', slope * 1e-6, 'S'),
        told('spread', atZero * 1e-6, 'S'),
        ...(grows
          ? [told('spreadSlope', growth * 1e-6, 'S')]
          : [{ ...told('spreadSlope', 0, 'S'), how: 'no growth that the data tell', exact: true as const }]),
        told('t0', Math.exp(middle + zero), 's'),
        ...range,
      ];
    };
  },
  figure: (devices, [c = 0, slope = 0, spread = 0, noise = 0, growth = 0]) =>
    ageingFigure('relaxation', devices, (time) => {
      const log = Math.log(time) - middleOf(devices);
      return {
        mean: c - slope * log,
        sigma: Math.hypot(Math.exp(spread) + growth * log, Math.SQRT2 * Math.exp(noise)),
      };
    }),
});

export const relaxations = [relaxation(true), relaxation(false)];
