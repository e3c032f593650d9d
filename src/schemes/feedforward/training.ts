/**
 * Who is trained, and whom that speaks for: every device by its own staircase, or the devices of an array or die by that of a test
 * device beside their cells. What training gives depends on the seed and the number of a device alone: a chip
 * that is loaded again need not keep it.
 */
import { notTrained } from '../../diagnostics/all.ts';
import { raise } from '../../diagnostics/diagnostic.ts';
import { openStream } from '../../math/random.ts';
import type { ProgrammedTarget, Training } from '../scheme.ts';
import { fitPulses, type PulseModel } from './fit.ts';
import type { FeedforwardProgramming } from './parameters.ts';
import { measure, staircaseProblem } from './staircase.ts';

type Target = ProgrammedTarget<FeedforwardProgramming>;

/** Test devices beside an array: the next is taken where no pulse model can be fitted to one. */
const testDevices = 8;

/** Pulse models of both directions. */
export interface PulseModels {
  readonly up: PulseModel;
  readonly down: PulseModel;
}

/** What one staircase down and one up gave, or why they gave nothing. */
interface Trained {
  readonly models: PulseModels | undefined;
  readonly problem: string | undefined;
  readonly spent: Training;
}

/** The devices of an array, with what trains them. */
export interface Devices {
  /** Factor on the rate of a cell; 0 where no pulse moves it. */
  gainOf(cell: number): number;
  /** @throws DiagnosticError chip/not-trained where no test device could be. @returns undefined for a cell that could not */
  modelsOf(cell: number): PulseModels | undefined;
  /** What training the cell, or the test devices before it, takes. */
  train(cell: number): Training;
  /** The array was programmed before: its test devices need no training. */
  resume(): void;
}

const nothing: Training = { setPulses: 0, resetPulses: 0, reads: 0, wear: 0 };

/** @param cells of one array: test devices have numbers beyond them */
export function openDevices(target: Target, cells: number, seed: number, array: number): Devices {
  const { per } = target.programming.training;
  const gainOf = openGains(target, seed, array);
  if (per === 'device') return { gainOf, ...trainedEach(openTrainings(target, seed, array, gainOf)) };
  const first = per === 'array' ? array : array - (array % target.array.arraysPerChip);
  const gains = first === array ? gainOf : openGains(target, seed, first);
  const trainings = openTrainings(target, seed, first, gains);
  return { gainOf, ...trainedTogether(trainings, cells, `array ${first}`, first === array) };
}

/** Factors on the rates of an array's devices. */
function openGains({ programming: law }: Target, seed: number, array: number): (device: number) => number {
  const unresponsive = openStream(seed, 'unresponsive', array);
  const own = openStream(seed, 'device-to-device', array);
  const common = law.arrayToArray * openStream(seed, 'array-to-array', array).normal();
  return (device) => {
    unresponsive.seek(device);
    if (law.unresponsive > 0 && unresponsive.uniform() < law.unresponsive) return 0;
    own.seek(device);
    return Math.exp(common + law.deviceToDevice * own.normal());
  };
}

function openTrainings(
  { programming: law, cell }: Target,
  seed: number,
  array: number,
  gainOf: (device: number) => number,
): (device: number) => Trained {
  const draws = {
    reading: openStream(seed, 'training-reading', array),
    pulse: openStream(seed, 'training-pulse', array),
    reset: openStream(seed, 'training-reset', array),
  };
  return (device) => {
    const { down, up } = measure(law, cell, draws, gainOf(device), device);
    const problem = staircaseProblem(down) ?? staircaseProblem(up);
    // A RESET lies between the staircases, and a reading before each.
    const pulses = down.pulses + up.pulses;
    const spent = {
      setPulses: up.pulses,
      resetPulses: down.pulses + 1,
      reads: pulses + 2,
      wear: pulses + 1,
    };
    const models =
      problem === undefined ? { up: fitPulses(law, cell, up), down: fitPulses(law, cell, down) } : undefined;
    return { models, problem, spent };
  };
}

function trainedEach(trainingOf: (device: number) => Trained): Omit<Devices, 'gainOf'> {
  const known = new Map<number, Trained>();
  const trained = (cell: number): Trained => {
    const found = known.get(cell) ?? trainingOf(cell);
    known.set(cell, found);
    return found;
  };
  return {
    modelsOf: (cell) => trained(cell).models,
    train: (cell) => trained(cell).spent,
    resume() {},
  };
}

/** @param own whether the test devices lie beside this array, whose program then spends what their training takes */
function trainedTogether(
  trainingOf: (device: number) => Trained,
  cells: number,
  place: string,
  own: boolean,
): Omit<Devices, 'gainOf'> {
  let trained = trainingOf(cells);
  let { spent } = trained;
  for (let device = 1; device < testDevices && !trained.models; device++) {
    trained = trainingOf(cells + device);
    spent = together(spent, trained.spent);
  }
  const { models, problem } = trained;
  let due = own;
  return {
    modelsOf() {
      if (!models) raise([notTrained(place, testDevices, problem!)]);
      return models;
    },
    train() {
      const now = due ? { ...spent, wear: 0 } : nothing;
      due = false;
      return now;
    },
    resume() {
      due = false;
    },
  };
}

const together = (a: Training, b: Training): Training => ({
  setPulses: a.setPulses + b.setPulses,
  resetPulses: a.resetPulses + b.resetPulses,
  reads: a.reads + b.reads,
  wear: a.wear + b.wear,
});
