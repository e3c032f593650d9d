/**
 * Cells that predicted pulses leave around a level, over many cells and chips, in closed form. Errors of all pulses but the
 * first are taken to be normal around the level:
 *
 *   first pulse   e = moved (exp(xi sqrt(v)) - 1) + readNoise xi,  moved = (1 - gamma x) D times the window
 *   retry         where |e + readNoise xi| > tolerance, e = reading (exp(xi sqrt(v)) - 1) + readNoise xi
 *   v = P + cycleToCycle^2 + (amplitude step / vScale)^2 / 12
 *
 * with P the variance of what the pulse model is off by, which every pulse makes smaller (predict.ts).
 */
import { normalBelow, normalDensity } from '../../math/normal.ts';
import type { Cell } from '../../target/cell.ts';
import { heldSpread, resetSpread, type Spread } from '../spread.ts';
import { amplitudeStep } from './amplitude.ts';
import { crossed, doseBetween } from './dose.ts';
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

/** Mean and variance of exp(xi sqrt(v)) - 1. */
function relativeError(v: number): Spread {
  const mean = Math.expm1(v / 2);
  return { mean, variance: Math.exp(v) * Math.expm1(v) };
}

/** Cells programmed after a RESET, those among them that respond. */
export function predictedSpread(law: FeedforwardProgramming, cell: Cell, level: number): Spread {
  const { gamma, vScale } = law.potentiation;
  const noise = law.readNoise ** 2;
  const width = cell.gMax - cell.gMin;
  const from = crossed(cell, resetSpread(cell, law.resetSpread).mean, true);
  const to = crossed(cell, level, true);
  const firstDose = Math.max(0, doseBetween(gamma, from, to));
  const trained = Math.log(amplitudesDose(law));
  const errorOf = (model: number, dose: number) => {
    const beyond = ((Math.log(dose) - trained) * vScale) / law.training.swing;
    const slope = (law.cycleToCycle * beyond) ** 2 / law.training.pulses;
    const rounding = (amplitudeStep(law.amplitude) / vScale) ** 2 / 12;
    return relativeError(model + slope + law.cycleToCycle ** 2 + rounding);
  };
  let model = modelVariance(law);
  const first = errorOf(model, firstDose);
  // How far a relative error of the dose takes the cell.
  const reach = (1 - gamma * to) * firstDose * width;
  const mean = reach * first.mean;
  let variance = reach ** 2 * first.variance + noise;
  if (law.retries === 0) return heldSpread('normal', Math.sqrt(variance), cell, level + mean);
  let square = mean ** 2 + variance;
  let [share, accepted, step] = [1, 0, reach];
  for (let retry = 0; retry < law.retries && share > 1e-9; retry++) {
    const reading = square + noise;
    const z = law.tolerance / Math.sqrt(reading);
    const within = 2 * normalBelow(z) - 1;
    const readingWithin = reading * (within - 2 * z * normalDensity(z));
    accepted += share * ((square / reading) ** 2 * readingWithin + ((square * noise) / reading) * within);
    share *= 1 - within;
    const known = law.cycleToCycle ** 2 + 2 * (noise / step ** 2);
    model *= known / (model + known || 1);
    step = Math.sqrt((reading - readingWithin) / Math.max(1e-12, 1 - within));
    const retried = errorOf(model, step / width / (1 - gamma * to));
    square = noise + (retried.mean ** 2 + retried.variance) * step ** 2;
  }
  variance = accepted + share * square;
  return { mean: level, variance };
}

/** Mean dose of a staircase's pulses, which a prediction starts from. */
function amplitudesDose(law: FeedforwardProgramming): number {
  const { vFull, vScale } = law.potentiation;
  const [high, low] = amplitudesOf(law, true);
  return Math.exp(((high + low) / 2 - vFull) / vScale);
}
