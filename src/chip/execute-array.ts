/**
 * Executes the program of one array: turns its instructions and a seed into cells, settings and what that took. A job,
 * because arrays can be programmed in any thread.
 *
 * Accounting, where the papers say nothing: an array has one write driver and one reader, so write-verify and verify go
 * cell by cell; forming and RESET act on the masked cells of a row at once; the FeCAPs of a line are written one after
 * the other; a transfer runs on its lines in parallel. A chip's time is the sum over its arrays.
 */
import type { Section } from '../bitstream/decode-frame.ts';
import { decodeSection } from '../bitstream/decode-section.ts';
import { fecapWear } from '../device/fecap.ts';
import { type Diagnostic, InternalError, raise } from '../diagnostic.ts';
import { chipCannotExecute, enduranceSpent } from '../diagnostics.ts';
import type { ArrayProgram, BitstreamHeader, Instruction } from '../ir/schedule.ts';
import type { Job } from '../pool.ts';
import type { Target } from '../target/target.ts';
import { type ArrayState, historyOf, openArray, resumeArray, type SavedArray } from './array-state.ts';
import type { ArrayCounters, ArrayHistory, ConverterSettings } from './chip.ts';
import { type ReadBackDevices, readBackOf, type TransferDevices } from './devices.ts';
import { disturbCells } from './half-select.ts';
import { transfer, wakeUp, writeHidden } from './hidden-plane.ts';
import { findObstacle } from './obstacle.ts';
import { form, program, reset, verify } from './program-cells.ts';
import { programResidual } from './program-residual.ts';

/** What all arrays of a chip have in common. */
export interface ProgrammingContext {
  readonly header: BitstreamHeader;
  readonly target: Target;
  readonly seed: number;
  /** What a later delta needs is kept as well; on chips with hidden planes. */
  readonly keepHistory: boolean;
}

/** The program of one array, decoded or not, and the array that it goes onto: a fresh one where none is given. */
export type GivenProgram = (ArrayProgram | Section) & { readonly onto?: SavedArray };

/** What remains of an array when its program has run. */
export interface ProgrammedArray extends Pick<ArrayState, 'array' | 'conductances' | 'drivers' | 'failed'> {
  readonly counters: ArrayCounters;
  /** By block number. */
  readonly converters: ReadonlyMap<number, ConverterSettings>;
  readonly hidden: Int16Array | undefined;
  readonly memristorWear: number;
  readonly fecapWear: number;
  readonly history: ArrayHistory | undefined;
  /** The memristor and the FeCAP that got most, where that is more than they had left. */
  readonly worn: readonly Diagnostic[];
}

/** Programs one array. */
export const job: Job<ProgrammingContext, GivenProgram, ProgrammedArray> = {
  module: import.meta.url,
  open: (context) => ({ run: (given) => programArray(context, given) }),
};

function programArray(context: ProgrammingContext, given: GivenProgram): ProgrammedArray {
  const { header, target, seed, keepHistory } = context;
  const { array, instructions } = 'payload' in given ? decodeSection(header, given) : given;
  const state = openArray(target, header, seed, array);
  if (given.onto) resumeArray(state, transferDevices(state).plane, given.onto);
  const converters = new Map<number, ConverterSettings>();
  executeAll(state, header, instructions, converters);
  disturbCells(state, seed);
  const { conductances, drivers, failed, counters, devices, cycles } = state;
  const plane = devices.scheme === 'transfer' ? devices.plane : undefined;
  const memristorWear = cycles.reduce((most, count) => Math.max(most, count), 0);
  const mostOfFecap = plane ? fecapWear(plane) : 0;
  return {
    array,
    conductances,
    drivers,
    failed,
    counters,
    converters,
    hidden: plane?.values,
    memristorWear,
    fecapWear: mostOfFecap,
    history: plane && keepHistory ? historyOf(state, plane) : undefined,
    worn: [...wornOut(target, state, memristorWear), ...wornFecaps(target, array, mostOfFecap)],
  };
}

function wornOut(
  { faults }: Target,
  { array, cycles, columns }: ArrayState,
  most: number,
): readonly Diagnostic[] {
  if (!faults || faults.spent + most <= faults.endurance) return [];
  const cell = cycles.indexOf(most);
  const place = `array ${array}, cell (row ${Math.floor(cell / columns)}, column ${cell % columns})`;
  return [enduranceSpent(place, `${most} pulses`, String(faults.endurance - faults.spent))];
}

function wornFecaps({ hidden }: Target, array: number, most: number): readonly Diagnostic[] {
  const ageing = hidden?.ageing;
  if (!ageing || ageing.spent + most <= ageing.endurance) return [];
  const left = String(ageing.endurance - ageing.spent);
  return [enduranceSpent(`array ${array}, FeCAPs`, `${most} cycles`, left, 'FeCAPs')];
}

/** Problems of one array that are reported; a wrong program has the same one in every row. */
const problemsKept = 20;

function executeAll(
  state: ArrayState,
  header: BitstreamHeader,
  instructions: readonly Instruction[],
  converters: Map<number, ConverterSettings>,
): void {
  const problems: Diagnostic[] = [];
  instructions.forEach((instruction, number) => {
    const obstacle = findObstacle(state, header, instruction);
    if (obstacle === undefined) execute(state, instruction, converters);
    else if (problems.length < problemsKept) {
      const place = `program.xbs: array ${state.array}, instruction ${number} (${instruction.op})`;
      problems.push(chipCannotExecute(place, obstacle));
    }
  });
  raise(problems);
}

function execute(
  state: ArrayState,
  instruction: Instruction,
  converters: Map<number, ConverterSettings>,
): void {
  switch (instruction.op) {
    case 'driver':
      state.drivers = { bits: instruction.bits, vRead: instruction.vRead };
      return;
    case 'converter': {
      const { block, bits, convert, zero, step } = instruction;
      // Copies: the decoded values may be views of a whole section.
      converters.set(block, { bits, convert, zero: zero.slice(), step: step.slice() });
      return;
    }
    case 'form':
      form(state, instruction);
      return;
    case 'reset':
      reset(state, instruction);
      return;
    case 'program':
      program(state, instruction);
      return;
    case 'program-residual':
      programResidual(state, readBackDevices(state), instruction);
      return;
    case 'verify':
      verify(state, instruction);
      return;
    case 'wake-up':
      wakeUp(state, transferDevices(state), instruction);
      return;
    case 'write-hidden':
      writeHidden(state, transferDevices(state), instruction);
      return;
    case 'transfer':
      transfer(state, transferDevices(state), instruction);
      return;
  }
}

function readBackDevices(state: ArrayState): ReadBackDevices {
  const devices = readBackOf(state.devices);
  if (devices) return devices;
  throw new InternalError(
    'chip',
    `a ${state.devices.scheme} chip reached an instruction that reads cells back`,
  );
}

function transferDevices(state: ArrayState): TransferDevices {
  if (state.devices.scheme === 'transfer') return state.devices;
  throw new InternalError('chip', `a ${state.devices.scheme} chip reached an instruction on hidden planes`);
}
