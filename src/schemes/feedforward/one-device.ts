/**
 * One device that is taken up through all of its levels, by one predicted pulse for each or by as many identical ones: what it
 * conducts then, and in what way.
 */
import { openStream } from '../../math/random.ts';
import { type Cell, levelConductance, levelStepOf } from '../../target/cell.ts';
import { newOutcome } from '../scheme.ts';
import { afterDose, conductanceAt, crossed, doseBetween } from './dose.ts';
import { fitPulses } from './fit.ts';
import type { FeedforwardProgramming } from './parameters.ts';
import { type Prediction, programPredicted } from './predict.ts';
import { modelVariance } from './spread.ts';
import { measure } from './staircase.ts';

export interface Device {
  readonly law: FeedforwardProgramming;
  readonly cell: Cell;
  /** Keys its draws. */
  readonly number: number;
  readonly gain: number;
}

/** What a way of setting all levels upwards left, in steps, and what it took. */
export interface Climb {
  readonly errors: readonly number[];
  readonly pulses: number;
}

export function deviceOf(law: FeedforwardProgramming, cell: Cell, number: number): Device {
  const gain = Math.exp(law.deviceToDevice * openStream(number, 'device-to-device', 0).normal());
  return { law, cell, number, gain };
}

export const levelsOf = (cell: Cell): number[] =>
  Array.from({ length: cell.levels }, (_, code) => levelConductance(cell, code));

/** Every level by one predicted pulse from what was read before, after a training of its own. */
export function predicted({ law, cell, number, gain }: Device): Climb {
  const one = { ...law, retries: 0, training: { ...law.training, per: 'device' as const } };
  const open = (effect: string) => openStream(number, effect, 0);
  const training = {
    reading: open('training-reading'),
    pulse: open('training-pulse'),
    reset: open('training-reset'),
  };
  const { down, up } = measure(one, cell, training, gain, 0);
  const prediction: Prediction = {
    up: fitPulses(one, cell, up),
    down: fitPulses(one, cell, down),
    offset: 0,
    variance: modelVariance(one),
  };
  const draws = { readNoise: open('read-noise'), cycleToCycle: open('cycle-to-cycle') };
  const outcome = newOutcome();
  let [from, pulses] = [cell.gMin, 0];
  const errors = levelsOf(cell).map((level, event) => {
    const write = { cell: 0, event, from, level, tolerance: 0, stuck: undefined };
    programPredicted(one, cell, draws, gain, prediction, write, outcome);
    from = outcome.conductance;
    pulses += outcome.setPulses + outcome.resetPulses;
    return (from - level) / levelStepOf(cell);
  });
  return { errors, pulses };
}

/** Dose that, given as often as there are levels, takes this very device from the lowest to the highest. */
export function evenDose({ law, cell }: Pick<Device, 'law' | 'cell'>): number {
  const [from, to] = [cell.gMin, cell.gUseMax].map((g) => crossed(cell, g, true));
  return doseBetween(law.potentiation.gamma, from!, to!) / cell.levels;
}

/** One pulse for each level, all of them alike, and no reading. */
export function identical(device: Device): Climb {
  const { law, cell, number } = device;
  const pulse = openStream(number, 'cycle-to-cycle', 0);
  const dose = evenDose(device);
  let x = crossed(cell, cell.gMin, true);
  const errors = levelsOf(cell).map((level) => {
    x = afterDose(law.potentiation.gamma, x, dose * (1 + law.cycleToCycle * pulse.normal()));
    return (conductanceAt(cell, x, true) - level) / levelStepOf(cell);
  });
  return { errors, pulses: errors.length };
}
