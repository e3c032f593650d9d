/**
 * Cells that predicted pulses leave around a level, over many cells and chips. The first pulse is followed node by node of its error,
 * through the law of pulses and to the end of the window; errors of those behind it are taken to be normal around the level.
 *
 *   first pulse   ln D off by xi sqrt(v)
 *   retry         where |e + readNoise xi| > tolerance, e = reading (exp(xi sqrt(v)) - 1) + readNoise xi, within the window
 *   v = P + slope + cycleToCycle^2 + (amplitude step / vScale)^2 / 12
 *
 * with P the variance of what the pulse model is off by, which every pulse makes smaller (predict.ts), but for one that was cut off at
 * the end of the window. What the fitted gamma is off by is left out.
 */
import { normalBelow, normalDensity } from '../../math/normal.ts';
import type { Cell } from '../../target/cell.ts';
import { resetSpread, type Spread } from '../spread.ts';
import { amplitudeStep } from './amplitude.ts';
import { afterDose, crossed, doseBetween } from './dose.ts';
import type { FeedforwardProgramming } from './parameters.ts';
import { amplitudesOf } from './staircase.ts';

/** Variance of the logarithm of what a pulse model is off by, before the first pulse. */
export function modelVariance(law: FeedforwardProgramming): number {
  const { cycleToCycle, deviceToDevice, arrayToArray, training } = law;
  const fitted = cycleToCycle ** 2 / training.pulses;
  switch (training.per) {
    case 'device':
      return fitted;
    // A cell and the test device each have their own.
    case 'array':
      return fitted + 2 * deviceToDevice ** 2;
    case 'die':
      return fitted + 2 * (deviceToDevice ** 2 + arrayToArray ** 2);
  }
}

/** Where first pulses end, as nodes of the midpoint rule over their logarithmic error in standard deviations. */
const nodes = 60;
const reach = 5;

/** Mean square of exp(off + xi sqrt(v)) - 1. */
const relativeSquare = (off: number, v: number) => Math.exp(2 * (off + v)) - 2 * Math.exp(off + v / 2) + 1;

/** Cells programmed after a RESET, those among them that respond. */
export function predictedSpread(law: FeedforwardProgramming, cell: Cell, level: number): Spread {
  const { gamma } = law.potentiation;
  const noise = law.readNoise ** 2;
  const width = cell.gMax - cell.gMin;
  const from = crossed(cell, resetSpread(cell, law.resetSpread).mean, true);
  const to = crossed(cell, level, true);
  const dose = Math.max(0, doseBetween(gamma, from, to));
  const pulse = law.cycleToCycle ** 2 + (amplitudeStep(law.amplitude) / law.potentiation.vScale) ** 2 / 12;
  const model = modelVariance(law);
  const ends = [level - cell.gMin, cell.gMax - level] as const;
  const pulses = { model, pulse, width, rate: 1 - gamma * to, ends };
  const beyond = beyondTraining(law, dose);
  const sigma = Math.sqrt(model + slopeVariance(law, beyond) + pulse);
  // The end of the window: a dose that takes a cell there was that, or any larger one.
  const whole = Math.log(doseBetween(gamma, from, 1) / dose);
  let [weights, sum, square] = [0, 0, 0];
  for (let node = 0; node < nodes; node++) {
    const xi = (2 * reach * (node + 0.5)) / nodes - reach;
    const error = sigma * xi;
    const weight = Math.exp(-0.5 * xi * xi);
    const off = width * (afterDose(gamma, from, dose * Math.exp(error)) - to);
    const cut = error >= whole;
    // Of an error, so much is the device's; where the pulse was cut off, the rest of it is not yet known.
    const rest = cut ? (model / (model + law.cycleToCycle ** 2)) * error - whole : 0;
    const first = { off, step: width * (to - from) + off, cut, rest, beyond };
    weights += weight;
    sum += weight * off;
    square += weight * (law.retries === 0 ? off ** 2 + noise : retried(law, pulses, first));
  }
  const mean = law.retries === 0 ? sum / weights : 0;
  return { mean: level + mean, variance: square / weights - mean ** 2 };
}

/** What all pulses have in common. */
interface Pulses {
  /** Variances of the logarithm of a dose: of the model before the first pulse, and of every pulse by itself. */
  readonly model: number;
  readonly pulse: number;
  /** The window (S), and the rate at the level, as a share of that at its beginning. */
  readonly width: number;
  readonly rate: number;
  /** How far the ends of the window are from the level (S). */
  readonly ends: readonly [number, number];
}

/** A first pulse. */
interface FirstPulse {
  /** How far it leaves the cell from its level, and how far it took it (S). */
  readonly off: number;
  readonly step: number;
  /** Whether it was cut off at the end of the window, and what the model is then still off by, in logarithms. */
  readonly cut: boolean;
  readonly rest: number;
  /** How far its amplitude lay from those of the training. */
  readonly beyond: number;
}

/** What one end of the window, so far from the level, leaves of the mean square of normal errors: that of the half on its side. */
function heldSquare(square: number, end: number): number {
  const t = end / Math.sqrt(square);
  return square * (normalBelow(t) - 0.5 - t * normalDensity(t)) + end ** 2 * (1 - normalBelow(t));
}

/** Mean square of what retries leave of one first pulse (S^2). */
function retried(
  law: FeedforwardProgramming,
  { model, pulse, width, rate, ends }: Pulses,
  first: FirstPulse,
): number {
  const noise = law.readNoise ** 2;
  // The controller's variance of the model, and the mean square of what the model is really off by.
  let [believed, actual] = [model, model];
  let [mean, variance, step, beyond] = [first.off, noise, first.step, first.beyond];
  let [left, sum] = [1, 0];
  for (let retry = 0; retry < law.retries && left > 1e-9; retry++) {
    const read = judged(mean, variance, noise, law.tolerance);
    sum += left * read.accepted;
    left *= 1 - read.within;
    let rest = 0;
    if (retry === 0 && first.cut) {
      rest = first.rest;
      actual = (model * law.cycleToCycle ** 2) / (model + law.cycleToCycle ** 2 || 1);
    } else {
      const known = law.cycleToCycle ** 2 + 2 * (noise / step ** 2);
      const share = believed / (believed + known || 1);
      actual = (1 - share) ** 2 * actual + share ** 2 * known;
      believed *= 1 - share;
    }
    step = Math.sqrt(read.beyond / Math.max(1e-12, 1 - read.within));
    const before = beyond;
    beyond = beyondTraining(law, step / width / rate);
    const off = relativeSquare(rest, actual + slopeVariance(law, beyond - before) + pulse);
    // From here on, what the model was off by belongs to what the next step shows.
    actual += rest ** 2;
    [mean, variance] = [0, noise + ends.reduce((held, end) => held + heldSquare(off * step ** 2, end), 0)];
  }
  return sum + left * (mean ** 2 + variance);
}

/** What a reading makes of errors: the share that it accepts, the squares of these errors, and of the readings beyond the tolerance. */
interface Judged {
  readonly within: number;
  readonly accepted: number;
  readonly beyond: number;
}

/** Normal errors about a mean (S), read with noise. */
function judged(mean: number, variance: number, noise: number, tolerance: number): Judged {
  const sigma = Math.sqrt(variance + noise);
  if (sigma === 0) {
    const within = Math.abs(mean) <= tolerance ? 1 : 0;
    return { within, accepted: within * mean ** 2, beyond: (1 - within) * mean ** 2 };
  }
  const [low, high] = [(-tolerance - mean) / sigma, (tolerance - mean) / sigma];
  // Moments of the reading within the tolerance, in standard deviations from the mean.
  const within = normalBelow(high) - normalBelow(low);
  const first = normalDensity(low) - normalDensity(high);
  const second = within + low * normalDensity(low) - high * normalDensity(high);
  const share = variance / (variance + noise);
  const squareOf = (k: number) =>
    mean ** 2 * within + 2 * mean * k * sigma * first + (k * sigma) ** 2 * second;
  return {
    within,
    accepted: squareOf(share) + share * noise * within,
    beyond: Math.max(0, mean ** 2 + sigma ** 2 - squareOf(1)),
  };
}

/** How far the amplitude of a dose lies from the middle of those that were trained, in swings. */
function beyondTraining(law: FeedforwardProgramming, dose: number): number {
  const trained = Math.log(amplitudesDose(law));
  return dose === 0 ? 0 : ((Math.log(dose) - trained) * law.potentiation.vScale) / law.training.swing;
}

/** Variance of a logarithmic dose by the error of the fitted slope. */
const slopeVariance = ({ cycleToCycle, training }: FeedforwardProgramming, beyond: number) =>
  (cycleToCycle * beyond) ** 2 / training.pulses;

/** Mean dose of a staircase's pulses, which a prediction starts from. */
function amplitudesDose(law: FeedforwardProgramming): number {
  const { vFull, vScale } = law.potentiation;
  const [high, low] = amplitudesOf(law, true);
  return Math.exp(((high + low) / 2 - vFull) / vScale);
}
