/**
 * The training staircase of one device: pulses whose two amplitudes take turns, so that rate and steepness can be told
 * apart, and a reading after each. A whole training is a staircase down from the formed state, a RESET, and one up.
 */
import type { Stream } from '../../math/random.ts';
import { type Cell, resetConductance } from '../../target/cell.ts';
import { formatQuantity } from '../../text/units.ts';
import { givenAmplitude } from './amplitude.ts';
import { afterDose, conductanceAt, crossed, doseBetween } from './dose.ts';
import type { FeedforwardProgramming, PulseDirection } from './parameters.ts';

/** One direction: pulse i, of amplitude `voltages[i]` (V), takes the reading from `readings[i]` to `readings[i + 1]` (S). */
export interface Staircase {
  readonly up: boolean;
  readonly voltages: readonly number[];
  readonly readings: readonly number[];
  /** Pulses in all: one that came too near to the end of the window is left out of the others. */
  readonly pulses: number;
}

/** Share of the dose of the whole window that a mean device gets; a fast one crosses more of it. */
const coverage = 0.6;
/** Share of the window after which a staircase ends: beyond it, a step may have been cut off. */
const end = 0.95;

export const directionOf = (law: FeedforwardProgramming, up: boolean): PulseDirection =>
  up ? law.potentiation : law.depression;

/** Dose that takes a mean device through the window, as far as a staircase goes. */
const wholeDose = ({ gamma }: PulseDirection) => doseBetween(gamma, 0, end);

/** The two amplitudes of a staircase, the larger one first (V). */
export function amplitudesOf(law: FeedforwardProgramming, up: boolean): readonly [number, number] {
  const direction = directionOf(law, up);
  const { vFull, vScale } = direction;
  const { pulses, swing } = law.training;
  const dose = (coverage * wholeDose(direction)) / pulses;
  const middle = vFull + vScale * (Math.log(dose) - Math.log(Math.cosh(swing / vScale)));
  return [middle + swing, middle - swing];
}

/** Smallest step of a mean device's staircase (S): that of the smaller amplitude at its end. */
export function smallestStep(law: FeedforwardProgramming, cell: Cell, up: boolean): number {
  const direction = directionOf(law, up);
  const x = afterDose(direction.gamma, 0, coverage * wholeDose(direction));
  const [, amplitude] = amplitudesOf(law, up);
  const dose = Math.exp((amplitude - direction.vFull) / direction.vScale);
  return (afterDose(direction.gamma, x, dose) - x) * (cell.gMax - cell.gMin);
}

/** A step beyond four standard deviations of the difference of two readings (S). */
export const clearStep = ({ readNoise }: Pick<FeedforwardProgramming, 'readNoise'>): number =>
  4 * Math.SQRT2 * readNoise;

/** The draws of trainings. */
export interface TrainingDraws {
  readonly reading: Stream;
  readonly pulse: Stream;
  readonly reset: Stream;
}

/**
 * Measures the staircases of a device.
 * @param gain factor on its rate; 0 where no pulse moves it
 * @param number keys its draws
 */
export function measure(
  law: FeedforwardProgramming,
  cell: Cell,
  draws: TrainingDraws,
  gain: number,
  number: number,
): { readonly down: Staircase; readonly up: Staircase } {
  for (const stream of [draws.reading, draws.pulse, draws.reset]) stream.seek(number);
  const down = climb(law, cell, draws, gain, cell.gMax, false);
  const bottom = gain === 0 ? cell.gMax : resetConductance(cell, law.resetSpread, draws.reset.normal());
  return { down, up: climb(law, cell, draws, gain, bottom, true) };
}

function climb(
  law: FeedforwardProgramming,
  cell: Cell,
  draws: TrainingDraws,
  gain: number,
  from: number,
  up: boolean,
): Staircase {
  const { gamma, vFull, vScale } = directionOf(law, up);
  const amplitudes = amplitudesOf(law, up).map((wanted) => givenAmplitude(law.amplitude, wanted));
  const read = (x: number) => conductanceAt(cell, x, up) + law.readNoise * draws.reading.normal();
  let x = crossed(cell, from, up);
  const voltages: number[] = [];
  const readings = [read(x)];
  while (voltages.length < law.training.pulses && crossed(cell, readings.at(-1)!, up) < end) {
    const voltage = amplitudes[voltages.length % 2]!;
    const dose = gain * Math.exp((voltage - vFull) / vScale);
    x = afterDose(gamma, x, dose * (1 + law.cycleToCycle * draws.pulse.normal()));
    voltages.push(voltage);
    readings.push(read(x));
  }
  const pulses = voltages.length;
  if (crossed(cell, readings.at(-1)!, up) >= end) {
    voltages.pop();
    readings.pop();
  }
  return { up, voltages, readings, pulses };
}

/** Fewest steps that a pulse model is fitted to: it has three parameters. */
const fewest = 4;

/** Why no pulse model can be fitted to a staircase; undefined where one can. */
export function staircaseProblem({ up, voltages, readings }: Staircase): string | undefined {
  const turn = voltages.findIndex((_, i) => (up ? 1 : -1) * (readings[i + 1]! - readings[i]!) <= 0);
  const way = up ? 'up' : 'down';
  if (turn >= 0) {
    const [before, after] = [readings[turn]!, readings[turn + 1]!].map((g) => formatQuantity(g, 'S', 6));
    return `the staircase ${way} is not monotone: pulse ${turn + 1} of ${voltages.length} takes a reading from ${before} to ${after}`;
  }
  if (voltages.length < fewest)
    return `the staircase ${way} is at the end of the window after ${voltages.length} steps, and ${fewest} are needed`;
  return undefined;
}
