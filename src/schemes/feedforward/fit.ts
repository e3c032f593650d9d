/**
 * The pulse model of a device from its training staircase. With gamma given, the logarithm of a dose is a straight line in
 * the amplitude, fitted in closed form; gamma is the one nonlinear parameter, and is searched for between 0 and 1 by golden section
 * (variable projection: Golub and Pereyra, SIAM J. Numer. Anal. 10, 413 (1973)).
 *
 *   ln D_i = ln((1 - gamma x_i) / (1 - gamma x_i+1)) / gamma = logDose + slope (V_i - voltage)
 *
 * weighted by 1 / (cycleToCycle^2 + 2 (readNoise / step_i)^2).
 */
import type { Window } from '../../target/cell.ts';
import { crossed, doseBetween } from './dose.ts';
import type { FeedforwardProgramming } from './parameters.ts';
import type { Staircase } from './staircase.ts';

/** How a device is expected to answer pulses of one polarity. */
export interface PulseModel {
  readonly gamma: number;
  /** Logarithm of the dose at `voltage`, the weighted mean of the amplitudes that it was fitted to (V). */
  readonly logDose: number;
  readonly voltage: number;
  /** Of the logarithm by the amplitude (1/V). */
  readonly slope: number;
}

const goldenRatio = (Math.sqrt(5) - 1) / 2;
/** Beyond, a rate falls to nothing within the window, and its logarithm with it. */
const steepest = 0.99;
/** Narrows gamma down to a millionth. */
const rounds = 30;

/** @param staircase monotone, with both amplitudes */
export function fitPulses(
  { cycleToCycle, readNoise }: Pick<FeedforwardProgramming, 'cycleToCycle' | 'readNoise'>,
  window: Window,
  { up, voltages, readings }: Staircase,
): PulseModel {
  const xs = readings.map((g) => crossed(window, g, up));
  const weights = voltages.map((_, i) => {
    const step = readings[i + 1]! - readings[i]!;
    // Without spread and noise all are exact.
    return 1 / (cycleToCycle ** 2 + 2 * (readNoise / step) ** 2 + 1e-12);
  });
  const line = (gamma: number) =>
    straightLine(
      voltages,
      voltages.map((_, i) => Math.log(doseBetween(gamma, xs[i]!, xs[i + 1]!))),
      weights,
    );
  let [low, high] = [0, steepest];
  let [a, b] = [high - goldenRatio * high, goldenRatio * high];
  let [atA, atB] = [line(a).residual, line(b).residual];
  for (let round = 0; round < rounds; round++) {
    if (atA < atB) {
      [high, b, atB] = [b, a, atA];
      a = high - goldenRatio * (high - low);
      atA = line(a).residual;
    } else {
      [low, a, atA] = [a, b, atB];
      b = low + goldenRatio * (high - low);
      atB = line(b).residual;
    }
  }
  const gamma = (low + high) / 2;
  const { meanX, meanY, slope } = line(gamma);
  return { gamma, logDose: meanY, voltage: meanX, slope };
}

interface Line {
  readonly meanX: number;
  readonly meanY: number;
  readonly slope: number;
  /** Weighted sum of squares. */
  readonly residual: number;
}

function straightLine(x: readonly number[], y: readonly number[], weights: readonly number[]): Line {
  let [sum, sumX, sumY] = [0, 0, 0];
  for (const [i, weight] of weights.entries()) {
    sum += weight;
    sumX += weight * x[i]!;
    sumY += weight * y[i]!;
  }
  const [meanX, meanY] = [sumX / sum, sumY / sum];
  let [xx, xy, yy] = [0, 0, 0];
  for (const [i, weight] of weights.entries()) {
    const [dx, dy] = [x[i]! - meanX, y[i]! - meanY];
    xx += weight * dx * dx;
    xy += weight * dx * dy;
    yy += weight * dy * dy;
  }
  return { meanX, meanY, slope: xy / xx, residual: yy - (xy * xy) / xx };
}
