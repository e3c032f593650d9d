/**
 * Fits a step law to trains of pulses, in two stages. First, what all devices share and what each has of its own, by the
 * likelihood of every reading given those before it (innovations.ts). Then how the own numbers are spread over devices: each is
 * its population's, blurred by how well its device tells it. The likelihood of all readings follows by Laplace's method.
 */
import type { Matrix } from 'ml-matrix';
import { meanOf, sigmaOfSample } from '../../math/statistics.ts';
import type { Score } from '../law.ts';
import { logDeterminant, type Maximum, maximize, type Unit, withoutBias } from '../maximize.ts';
import { type Innovations, logLikelihoodOf, scoreOfInnovations } from '../scores.ts';
import { innovationsOf } from './innovations.ts';
import { deviation, overDevices, populationOf, type StepNumbers } from './population.ts';
import { reachOf, reachOfOne } from './reach.ts';
import {
  conductanceOf,
  cutAt,
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

export interface FittedSteps {
  readonly law: StepLaw;
  readonly noise: Noise;
  readonly ends: Ends;
  /** Whether the data tell the mean bounds. */
  readonly told: { readonly upper: boolean; readonly lower: boolean };
  /** cycleToCycle and readNoise (in w), what devices share, the means of their own numbers, and their spreads; and the covariance of all. */
  readonly numbers: StepNumbers;
  readonly covariance: Matrix;
  readonly numbersOf: (all: readonly number[]) => StepNumbers;
  readonly all: readonly number[];
  readonly fitted: Score;
  readonly parameters: number;
  /** What the likelihood gains by bounds at which steps are cut off. */
  readonly gainOfBounds: () => number;
  readonly score: (trains: readonly Train[]) => Score;
}

export function fitSteps(law: StepLaw, noise: Noise, trains: readonly Train[]): FittedSteps {
  let ends = reachOf(trains);
  let fitted = fitWithin(law, noise, trains, ends);
  // The ends of a window are the mean bounds, which are known only now.
  for (let i = 0; law.bounds !== 'none' && i < 4; i++) {
    const { told, numbers } = fitted;
    const [upper, lower] = [told.upper ? numbers.mean.at(-2)! : 1, told.lower ? numbers.mean.at(-1)! : -1];
    if (!(upper > 0 && lower < 0) || (Math.abs(upper - 1) < 1e-3 && Math.abs(lower + 1) < 1e-3)) break;
    ends = { low: conductanceOf(ends, lower), high: conductanceOf(ends, upper) };
    fitted = fitWithin(law, noise, trains, ends);
  }
  return fitted;
}

/** Standard error of a mean bound, in w, above which the data do not tell it. */
const vague = 0.1;

function fitWithin(law: StepLaw, noise: Noise, trains: readonly Train[], ends: Ends): FittedSteps {
  const { population } = law;
  const many = trains.length >= devicesForSpread;
  // A mean that the law fixes is every device's, where nothing tells how devices differ.
  const fixedOwn = many ? undefined : population.fixed;
  const reach = trains.map((train) => {
    const { low, high } = reachOfOne(train);
    return { lower: stateOf(ends, low), upper: stateOf(ends, high) };
  });
  const points = stepPoints(trains, ends, law.bounds === 'hard' ? reach : reach.map(() => unbounded));
  const start = law.start(points);
  const startOf = (d: number): readonly number[] =>
    fixedOwn ? [] : law.bounds === 'hard' ? [...start.own, reach[d]!.upper, reach[d]!.lower] : start.own;
  const steps = [...points.up.step, ...points.down.step];
  const rough = 0.1 * Math.min(sigmaOfSample(steps), meanOf(steps.map(Math.abs))) + 1e-4;
  const innovations = (train: Train, at: readonly number[], cut: Cut = 'both') =>
    innovationsAt(law, noise, train, ends, at, fixedOwn, cut);
  const stage = (cut: Cut = 'both'): Maximum => {
    const units = trains.map(
      (train): Unit =>
        (at) =>
          scoreOfInnovations((own) => innovations(train, own, cut), at),
    );
    const found = maximize(
      units,
      [Math.log(0.3), Math.log(rough), ...start.shared],
      trains.map((_, d) => startOf(d)),
    );
    return cut === 'both'
      ? withoutBias(
          found,
          (i) => i < 2,
          (shared) => ownInformation(units, found, shared),
        )
      : found;
  };
  const devices = law.bounds === 'hard' ? withBoundsMet(stage(), trains, innovations) : stage();
  const { numbers, all, covariance, numbersOf } = populationOf(law, devices, many);
  const first = all.length - (many ? population.spreads.length : 0);
  const isTold = (fromEnd: number) =>
    law.bounds === 'soft' ||
    (law.bounds === 'hard' && Math.sqrt(covariance.get(first - fromEnd, first - fromEnd)) < vague);
  const told = { upper: isTold(2), lower: isTold(1) };
  const scoreOne = (train: Train, own: readonly number[], ownCovariance: Matrix) => {
    const at = [Math.log(numbers.cycleToCycle), Math.log(numbers.readNoise), ...numbers.shared, ...own];
    const seen = innovations(train, at);
    const squares = seen.off.reduce((sum, e, i) => sum + e ** 2 / seen.variance[i]!, 0);
    const logLikelihood = logLikelihoodOf(seen) + (many ? overDevices(law, numbers, own, ownCovariance) : 0);
    return { logLikelihood, squares };
  };
  const scoreAll = (own: readonly Train[], parts: readonly ReturnType<typeof scoreOne>[]): Score => {
    const readings = own.reduce((sum, { pulses }) => sum + pulses.length, 0);
    const sum = (of: (part: (typeof parts)[number]) => number) => parts.reduce((t, part) => t + of(part), 0);
    return {
      devices: own.length,
      readings,
      // Densities of conductances, and not of w.
      logLikelihood:
        sum(({ logLikelihood }) => logLikelihood) - readings * Math.log((ends.high - ends.low) / 2),
      residual: Math.sqrt(sum(({ squares }) => squares) / readings),
    };
  };
  const parts = trains.map((train, d) => scoreOne(train, devices.own[d]!, devices.ownCovariance[d]!));
  const untold = law.bounds === 'hard' ? Number(!told.upper) + Number(!told.lower) : 0;
  const ownCount = fixedOwn ? 0 : law.own.length - untold;
  return {
    law,
    noise,
    ends,
    told,
    numbers,
    all,
    numbersOf,
    covariance,
    fitted: scoreAll(trains, parts),
    parameters:
      2 +
      law.shared.length +
      (many ? all.length - 2 - law.shared.length - 2 * untold : ownCount * trains.length),
    gainOfBounds: () => stage().logLikelihood - stage('none').logLikelihood,
    score: (held) =>
      scoreAll(
        held,
        held.map((train) => {
          const fixed = [Math.log(numbers.cycleToCycle), Math.log(numbers.readNoise), ...numbers.shared];
          const alone: Unit = (own) => scoreOfInnovations((at) => innovations(train, [...fixed, ...at]), own);
          const { own, ownCovariance } = maximize([alone], [], [fixedOwn ? [] : numbers.mean]);
          return scoreOne(train, own[0]!, ownCovariance[0]!);
        }),
      ),
  };
}

/** Which bounds cut steps off. */
type Cut = 'both' | 'none' | 'upper' | 'lower';

/** What the likelihood of a device gains at least by a bound that it has met. */
const leastGain = 3;

/** A bound that a device has not met could lie anywhere beyond, and its likelihood is none of a normal number. */
function withBoundsMet(
  devices: Maximum,
  trains: readonly Train[],
  innovations: (train: Train, at: readonly number[], cut: Cut) => Innovations,
): Maximum {
  const ownCovariance = devices.ownCovariance.map((covariance, d) => {
    const own = devices.own[d]!;
    const made = covariance.clone();
    const gain = (without: Cut) => {
      const at = [...devices.shared, ...own];
      return (
        logLikelihoodOf(innovations(trains[d]!, at, 'both')) -
        logLikelihoodOf(innovations(trains[d]!, at, without))
      );
    };
    for (const [without, index] of [
      ['lower', own.length - 2],
      ['upper', own.length - 1],
    ] as const) {
      if (gain(without) >= leastGain) continue;
      for (let j = 0; j < own.length; j++) {
        made.set(index, j, 0);
        made.set(j, index, 0);
      }
      made.set(index, index, anywhere);
    }
    return made;
  });
  return { ...devices, ownCovariance };
}

/** Variance of a bound of which nothing is known, in w. */
const anywhere = 1e4;

/** Logarithm of the determinant of what devices tell of their own numbers, by what they share. */
function ownInformation(units: readonly Unit[], { own }: Maximum, shared: readonly number[]): number {
  return units.reduce((sum, unit, d) => {
    const { information } = unit([...shared, ...own[d]!]);
    return sum + logDeterminant(information.slice(shared.length).map((row) => row.slice(shared.length)));
  }, 0);
}

function innovationsAt(
  law: StepLaw,
  noise: Noise,
  train: Train,
  ends: Ends,
  [cycle, reading, ...rest]: readonly number[],
  fixedOwn: readonly number[] | undefined,
  cut: Cut,
) {
  const shared = rest.slice(0, law.shared.length);
  const own = fixedOwn ?? rest.slice(law.shared.length);
  const all = cutAt(law, own);
  const within = cut === 'both' ? all : cut === 'none' ? unbounded : { ...unbounded, [cut]: all[cut] };
  const spreads = { cycleToCycle: deviation(cycle), readNoise: deviation(reading) };
  return innovationsOf(law, noise, train, within, { shared, own, ends }, spreads);
}
