/**
 * Fits a step law to trains of pulses. What all devices share, the means of what each has of its own, how that is spread, and the ends
 * of the window are found together (mixed.ts), by the likelihood of every reading given those before it (innovations.ts).
 */
import type { Matrix } from 'ml-matrix';
import { meanOf, sigmaOfSample } from '../../math/statistics.ts';
import type { Score } from '../law.ts';
import { fitMixed } from '../mixed.ts';
import { likelihoodOf } from '../mode.ts';
import { type Innovations, logLikelihoodOf } from '../scores.ts';
import { innovationsOf } from './innovations.ts';
import { reachOf, reachOfOne } from './reach.ts';
import {
  type Bounds,
  type Ends,
  type Noise,
  type StepLaw,
  stateOf,
  stepPoints,
  unbounded,
} from './step-law.ts';
import type { Train } from './trains.ts';

/** Devices from which a spread from device to device is told. */
export const devicesForSpread = 4;

/** What devices share. */
interface Shared {
  readonly cycleToCycle: number;
  /** S. */
  readonly readNoise: number;
  readonly ends: Ends;
  /** What only this law has. */
  readonly shared: readonly number[];
}

/** The numbers of a law. */
export interface StepNumbers extends Shared {
  /** Means of the own numbers of devices, and their spreads: 0 where the data do not tell any. */
  readonly mean: readonly number[];
  readonly spreads: readonly number[];
}

/** Whether devices come to the bounds at which steps are cut off. */
export interface Met {
  readonly upper: boolean;
  readonly lower: boolean;
}

export interface FittedSteps {
  readonly law: StepLaw;
  readonly noise: Noise;
  readonly met: Met;
  readonly numbers: StepNumbers;
  /** The parameters that were fitted, what they say, and their covariance. */
  readonly all: readonly number[];
  readonly numbersOf: (all: readonly number[]) => StepNumbers;
  readonly covariance: Matrix;
  readonly fitted: Score;
  readonly score: (trains: readonly Train[]) => Score;
}

export function fitSteps(law: StepLaw, noise: Noise, trains: readonly Train[]): FittedSteps {
  const fitted = fitMet(law, noise, trains, { upper: true, lower: true });
  if (law.bounds !== 'hard') return fitted.steps;
  const needed = Math.min(devicesForSpread, trains.length);
  const met = { upper: fitted.meeting('upper') >= needed, lower: fitted.meeting('lower') >= needed };
  const found = met.upper && met.lower ? fitted.steps : fitMet(law, noise, trains, met).steps;
  if (found.fitted.residual < astray) return found;
  const free = fitMet(law, noise, trains, { upper: false, lower: false }).steps;
  return free.fitted.logLikelihood > found.fitted.logLikelihood ? free : found;
}

/** Residuals, in standard deviations, of a fit that bounds may have led astray. */
const astray = 1.3;

/** cycleToCycle and readNoise. */
const noises = 2;

/** What the likelihood of a device gains at least by a bound that it has met. */
const leastGain = 3;

/** Logarithms of standard deviations stay above this. */
const least = -8;
const deviation = (log = 0) => Math.exp(Math.max(least, log));

function fitMet(law: StepLaw, noise: Noise, trains: readonly Train[], met: Met) {
  const many = trains.length >= devicesForSpread;
  const reach = reachOf(trains);
  const half = (reach.high - reach.low) / 2;
  const bounded = law.bounds !== 'none';
  const cut = law.bounds === 'hard' && met;
  const moves = {
    low: bounded && (law.bounds === 'soft' || met.lower),
    high: bounded && (law.bounds === 'soft' || met.upper),
  };
  const plan = planOf(law, met, many);

  const boundsOf = (train: Train): Bounds => {
    const { low, high } = reachOfOne(train);
    return { lower: stateOf(reach, low), upper: stateOf(reach, high) };
  };
  const points = stepPoints(
    trains,
    reach,
    trains.map((train) => {
      const { lower, upper } = boundsOf(train);
      return {
        lower: cut !== false && cut.lower ? lower : unbounded.lower,
        upper: cut !== false && cut.upper ? upper : unbounded.upper,
      };
    }),
  );
  const begun = law.start(points);
  const steps = [...points.up.step, ...points.down.step];
  const rough = 0.3 * Math.min(sigmaOfSample(steps), meanOf(steps.map(Math.abs))) + 1e-4;
  const ends = begun.ends ?? { low: -1, high: 1 };
  const sharedStart = [
    Math.log(0.3),
    Math.log(rough),
    ...(moves.low ? [ends.low] : []),
    ...(moves.high ? [ends.high] : []),
    ...begun.shared,
  ];
  const sharedOf = ([cycle, reading, ...rest]: readonly number[]): Shared => {
    const low = moves.low ? rest[0]! : -1;
    const high = moves.high ? rest[Number(moves.low)]! : 1;
    const middle = (reach.low + reach.high) / 2;
    return {
      cycleToCycle: deviation(cycle),
      readNoise: half * deviation(reading),
      ends: { low: middle + low * half, high: middle + high * half },
      shared: rest.slice(Number(moves.low) + Number(moves.high)),
    };
  };
  const innovations = (
    train: Train,
    at: Shared,
    own: readonly number[],
    without: 'upper' | 'lower' | undefined = undefined,
  ): Innovations => {
    const bounds = bounded
      ? {
          upper: (law.bounds === 'soft' || met.upper) && without !== 'upper' ? own.at(-2)! : unbounded.upper,
          lower: (law.bounds === 'soft' || met.lower) && without !== 'lower' ? own.at(-1)! : unbounded.lower,
        }
      : unbounded;
    return innovationsOf(law, noise, train, bounds, { shared: at.shared, own, ends: at.ends }, at);
  };
  const device = (train: Train) => {
    // Of what is asked again and again, the part that does not change.
    let last: readonly number[] = [];
    let known = sharedOf(sharedStart);
    return (shared: readonly number[], own: readonly number[]) => {
      if (shared !== last) [last, known] = [shared, sharedOf(shared)];
      return innovations(train, known, plan.whole(own));
    };
  };
  const free = plan.means(begun.own);
  const startOf = (train: Train) => {
    const reached = boundsOf(train);
    const inWindow = (w: number) => (2 * (w - ends.low)) / (ends.high - ends.low) - 1;
    // No device goes beyond its bounds, and one that steps ever less may not come to them.
    const { lower, upper } =
      law.bounds === 'hard'
        ? reached
        : { lower: Math.min(-1, inWindow(reached.lower)), upper: Math.max(1, inWindow(reached.upper)) };
    return plan.part([...begun.own, ...(bounded ? [upper, lower] : [])]);
  };
  const fit = fitMixed({
    devices: trains.map(device),
    own: trains.map(startOf),
    shared: sharedStart,
    noises,
    population: [...free, ...plan.spreads.map(() => Math.log(0.2))],
    means: free.length,
    over: plan.over,
  });
  const all = [...fit.shared, ...fit.population];
  const numbersOf = (at: readonly number[]): StepNumbers => ({
    ...sharedOf(at.slice(0, sharedStart.length)),
    ...plan.told(at.slice(sharedStart.length)),
  });
  const numbers = numbersOf(all);
  const over = plan.over(fit.population);
  const score = (own: readonly Train[]): Score => {
    const parts = own.map((train) => {
      const { own: mode, logLikelihood } = likelihoodOf(device(train), fit.shared, noises, over);
      const seen = innovations(train, numbers, plan.whole(mode));
      return { logLikelihood, squares: seen.off.reduce((sum, e, i) => sum + e ** 2 / seen.variance[i]!, 0) };
    });
    const readings = own.reduce((sum, { pulses }) => sum + pulses.length, 0);
    return {
      devices: own.length,
      readings,
      logLikelihood: parts.reduce((sum, part) => sum + part.logLikelihood, 0),
      residual: Math.sqrt(parts.reduce((sum, { squares }) => sum + squares, 0) / readings),
    };
  };
  return {
    steps: {
      law,
      noise,
      met,
      numbers,
      all,
      numbersOf,
      covariance: fit.covariance,
      fitted: score(trains),
      score,
    },
    meeting: (bound: 'upper' | 'lower'): number =>
      trains.filter((train, d) => {
        const own = plan.whole(fit.own[d]!);
        const gain =
          logLikelihoodOf(innovations(train, numbers, own)) -
          logLikelihoodOf(innovations(train, numbers, own, bound));
        return gain >= leastGain;
      }).length,
  };
}

/**
 * Which numbers of devices are spread, and which means are parameters. Bounds have the means 1 and -1, because they say where the window
 * ends; where none is met nothing is spread there. Few devices are all alike.
 */
function planOf(law: StepLaw, met: Met, many: boolean) {
  const { population, own } = law;
  const bounds = law.bounds === 'none' ? [] : [1, -1];
  const meanCount = population.fixed ? 0 : own.length - bounds.length;
  const meanOfAll = (means: readonly number[]) => [
    ...(population.fixed ?? means.slice(0, meanCount)),
    ...bounds,
  ];
  const unmet = (name: string) =>
    law.bounds === 'hard' && ((name === 'boundMax' && !met.upper) || (name === 'boundMin' && !met.lower));
  const spread = own.flatMap((name, j) => (many && !unmet(name) ? [j] : []));
  const spreads = many ? population.spreads.filter((name) => !unmet(name.replace('Spread', ''))) : [];
  const spreadsOf = (logs: readonly number[]) =>
    population.spreads.map((name) => {
      const at = spreads.indexOf(name);
      return at < 0 ? 0 : deviation(logs[at]);
    });
  const told = (at: readonly number[]) => ({
    mean: meanOfAll(at),
    spreads: spreadsOf(at.slice(meanCount)),
  });
  // Devices that are alike follow the means all the same.
  const loose = spread.length > 0 ? spread : own.flatMap((_, j) => (j < meanCount ? [j] : []));
  return {
    spreads,
    means: (start: readonly number[]) => start.slice(0, meanCount),
    told,
    part: (own: readonly number[]) => loose.map((j) => own[j]!),
    over(at: readonly number[]) {
      const { mean, spreads: sigmas } = told(at);
      const covariance = population.covariance(mean, sigmas);
      return {
        mean: loose.map((j) => mean[j]!),
        covariance: loose.map((i) =>
          loose.map((j) => (i === j ? covariance[i]![j]! + alike ** 2 : covariance[i]![j]!)),
        ),
      };
    },
    whole(values: readonly number[]): readonly number[] {
      if (loose.length === own.length) return values;
      const all = population.fixed
        ? [...population.fixed, ...bounds]
        : [...own.slice(0, meanCount).map(() => 0), ...bounds];
      for (const [k, j] of loose.entries()) all[j] = values[k]!;
      return all;
    },
  };
}

/** Standard deviation by which devices that are all alike may differ. */
const alike = 1e-5;
