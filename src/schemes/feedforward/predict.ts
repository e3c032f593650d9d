/**
 * Predicted pulses: turns a cell's conductance into one near its level, by pulses whose amplitudes are computed and not
 * searched for. Read; stop within the tolerance; otherwise the amplitude whose dose, by the pulse model, takes the cell from what was
 * read to its level; read again, and so on as often as may be retried. After Diao et al., Nanoscale Horizons 10, 780
 * (2025), of which only the abstract could be read: this is our reading of its feedforward pulse scheme.
 *
 *   dose       D = doseBetween(reading, level)              V = voltage + (ln D - logDose - offset) / slope
 *   fed on     offset += k (ln D_measured - ln D_predicted)    k = P / (P + cycleToCycle^2 + 2 (readNoise / step)^2)
 *              P *= 1 - k
 *
 * The offset is what the model was seen to be off by, in logarithms of doses: a Kalman filter of one number, which starts from the
 * spread between what was trained and what is programmed. A step within the noise of two readings says nothing.
 */
import type { Stream } from '../../math/random.ts';
import type { Window } from '../../target/cell.ts';
import type { Write, WriteOutcome } from '../scheme.ts';
import { givenAmplitude } from './amplitude.ts';
import { afterDose, conductanceAt, crossed, doseBetween } from './dose.ts';
import type { PulseModel } from './fit.ts';
import type { FeedforwardProgramming } from './parameters.ts';
import { clearStep, directionOf } from './staircase.ts';

/** Pulse models of both directions, and what is known of how far they are off. */
export interface Prediction {
  readonly up: PulseModel;
  readonly down: PulseModel;
  /** Logarithm of the factor on predicted doses. */
  offset: number;
  /** Its variance. */
  variance: number;
}

/** The amplitude that takes a cell from x to `to` (V), before the driver rounds it. */
export function predictedAmplitude(model: PulseModel, offset: number, x: number, to: number): number {
  const dose = doseBetween(model.gamma, x, to);
  return model.voltage + (Math.log(dose) - model.logDose - offset) / model.slope;
}

/** Feeds on what a prediction was off by. @param error of the logarithm of its dose @param noise of a reading, in steps */
function feedForward(
  { cycleToCycle }: FeedforwardProgramming,
  prediction: Prediction,
  error: number,
  noise: number,
): void {
  const { variance } = prediction;
  if (variance === 0) return;
  const share = variance / (variance + cycleToCycle ** 2 + 2 * noise ** 2);
  prediction.offset += share * error;
  prediction.variance = (1 - share) * variance;
}

/** The draws of pulses and readings of one programming. */
export interface PulseDraws {
  readonly readNoise: Stream;
  readonly cycleToCycle: Stream;
}

/**
 * Programs one cell.
 * @param gain factor on its rate; 0 where no pulse moves it
 * @param prediction undefined where the cell could not be trained: it gets no pulse
 * @param outcome where the result goes
 */
export function programPredicted(
  law: FeedforwardProgramming,
  window: Window,
  draws: PulseDraws,
  gain: number,
  prediction: Prediction | undefined,
  { event, from, level, tolerance, stuck, sent }: Write,
  outcome: WriteOutcome,
): void {
  const width = window.gMax - window.gMin;
  const noise = law.readNoise / width;
  const clear = clearStep({ readNoise: noise });
  draws.readNoise.seek(event);
  draws.cycleToCycle.seek(event);
  const read = (g: number) => (law.readNoise === 0 ? g : g + law.readNoise * draws.readNoise.normal());
  let g = stuck ?? from;
  let reading = read(g);
  let [setPulses, resetPulses] = [0, 0];
  while (Math.abs(level - reading) > tolerance && setPulses + resetPulses <= law.retries && prediction) {
    const up = level > reading;
    const model = up ? prediction.up : prediction.down;
    const x = crossed(window, reading, up);
    const wanted = predictedAmplitude(model, prediction.offset, x, crossed(window, level, up));
    const voltage = givenAmplitude(law.amplitude, wanted);
    sent?.(up ? 'set' : 'reset', up ? voltage : -voltage);
    const { gamma, vFull, vScale } = directionOf(law, up);
    const spread = law.cycleToCycle === 0 ? 1 : 1 + law.cycleToCycle * draws.cycleToCycle.normal();
    const dose = gain * Math.exp((voltage - vFull) / vScale) * spread;
    if (stuck === undefined) g = conductanceAt(window, afterDose(gamma, crossed(window, g, up), dose), up);
    if (up) setPulses++;
    else resetPulses++;
    reading = read(g);
    const to = crossed(window, reading, up);
    if (to - x > clear) {
      const predicted = model.logDose + model.slope * (voltage - model.voltage) + prediction.offset;
      const error = Math.log(doseBetween(model.gamma, x, Math.min(1, to))) - predicted;
      if (1 - to > clear) feedForward(law, prediction, error, noise / (to - x));
      // At the end of the window a step is cut off: the dose was that, or any larger one.
      else prediction.offset += Math.max(0, error);
    }
  }
  outcome.conductance = g;
  outcome.setPulses = setPulses;
  outcome.resetPulses = resetPulses;
  outcome.reads = setPulses + resetPulses + 1;
  outcome.accepted = Math.abs(level - reading) <= tolerance;
}
