/**
 * The second stage of a fit of steps: how the own numbers of devices are spread, where each is blurred by how well its device
 * tells it.
 */
import { Matrix } from 'ml-matrix';
import { meanOf } from '../../math/statistics.ts';
import { logDeterminant, type Maximum, maximize, type Unit, withoutBias } from '../maximize.ts';
import { logLikelihoodOfBlock, scoreOfBlock } from '../scores.ts';
import type { StepLaw } from './step-law.ts';

export interface StepNumbers {
  readonly cycleToCycle: number;
  readonly readNoise: number;
  readonly shared: readonly number[];
  readonly mean: readonly number[];
  /** Empty where too few devices tell them. */
  readonly spreads: readonly number[];
}

/** Logarithms of standard deviations stay above this. */
const least = -9;
export const deviation = (log = 0) => Math.exp(Math.max(least, log));

/** How the own numbers of devices are spread, and the covariance of all that was estimated. */
export function populationOf(law: StepLaw, devices: Maximum, many: boolean) {
  const { population } = law;
  const sharedCount = devices.shared.length;
  const own = devices.own.map((numbers) => [...numbers]);
  const size = own[0]!.length;
  const sample = law.own.slice(0, size).map((_, j) => meanOf(own.map((numbers) => numbers[j]!)));
  const free = population.fixed ? 0 : size;
  const meanIn = (at: readonly number[]) => population.fixed ?? at.slice(0, free);
  let estimates: readonly number[] = sample.slice(0, free);
  let within = Matrix.zeros(free, free);
  if (many) {
    const units = own.map(
      (numbers, d): Unit =>
        (parameters) =>
          scoreOfBlock((at) => {
            const mean = meanIn(at);
            const spreads = at.slice(free).map(deviation);
            const spread = population.covariance(mean, spreads);
            const blur = devices.ownCovariance[d]!;
            return {
              off: numbers.map((value, j) => value - mean[j]!),
              covariance: spread.map((row, i) => row.map((value, j) => value + blur.get(i, j))),
            };
          }, parameters),
    );
    const none = own.map(() => []);
    const plain = maximize(units, [...estimates, ...population.spreads.map(() => Math.log(0.1))], none);
    const found = withoutBias(
      plain,
      (i) => i >= free,
      (at) => {
        const scores = units.map((unit) => unit(at).information);
        const means = plain.shared
          .slice(0, free)
          .map((_, i) =>
            plain.shared.slice(0, free).map((_, j) => scores.reduce((sum, one) => sum + one[i]![j]!, 0)),
          );
        return logDeterminant(means);
      },
    );
    estimates = found.shared;
    within = found.covariance;
  } else {
    const sum = devices.ownCovariance.reduce((a, b) => Matrix.add(a, b));
    within = free > 0 ? sum.div(own.length ** 2) : within;
  }
  // Means follow what devices share, as each device does.
  const follow = Matrix.zeros(estimates.length, sharedCount);
  for (let j = 0; j < free; j++)
    for (let k = 0; k < sharedCount; k++)
      follow.set(j, k, meanOf(devices.follow.map((one) => one.get(j, k))));
  const cross = follow.mmul(devices.covariance);
  const covariance = Matrix.zeros(sharedCount + estimates.length, sharedCount + estimates.length);
  covariance.setSubMatrix(devices.covariance, 0, 0);
  if (estimates.length > 0) {
    covariance.setSubMatrix(Matrix.add(within, cross.mmul(follow.transpose())), sharedCount, sharedCount);
    covariance.setSubMatrix(cross, sharedCount, 0);
    covariance.setSubMatrix(cross.transpose(), 0, sharedCount);
  }
  const numbersOf = ([cycle, reading, ...rest]: readonly number[]): StepNumbers => ({
    cycleToCycle: deviation(cycle),
    readNoise: deviation(reading),
    shared: rest.slice(0, law.shared.length),
    mean: meanIn(rest.slice(law.shared.length)),
    spreads: rest.slice(law.shared.length + free).map(deviation),
  });
  const all = [...devices.shared, ...estimates];
  return { numbers: numbersOf(all), all, covariance, numbersOf };
}

/** What the likelihood of a device's readings at its own numbers becomes over all that these can be (Laplace). */
export function overDevices(
  law: StepLaw,
  { mean, spreads }: StepNumbers,
  own: readonly number[],
  blur: Matrix,
): number {
  const spread = law.population.covariance(mean, spreads);
  const off = own.map((value, j) => value - mean[j]!);
  const covariance = spread.map((row, i) => row.map((value, j) => value + blur.get(i, j)));
  const known = own.length * Math.log(2 * Math.PI) + logDeterminant(blur.to2DArray());
  return logLikelihoodOfBlock({ off, covariance }) + 0.5 * known;
}
