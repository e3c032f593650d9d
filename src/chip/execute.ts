/**
 * Executes a bitstream array by array: turns decoded instructions and a seed into a programmed Chip.
 *
 * Accounting, where the papers say nothing: an array has one write driver and one reader, so write-verify and verify go
 * cell by cell; forming and RESET act on the masked cells of a row at once; the FeCAPs of a line are written one after
 * the other; a transfer runs on its lines in parallel. A chip's time is the sum over its arrays.
 */
import { fecapWear } from '../device/fecap.ts';
import { type Diagnostic, InternalError, raise } from '../diagnostic.ts';
import { bitstreamWrongTarget, chipCannotExecute } from '../diagnostics.ts';
import type { ArrayProgram, BitstreamHeader, Instruction } from '../ir/schedule.ts';
import type { LoadedTarget } from '../target.ts';
import { type ArrayState, openArray, type TransferDevices } from './array-state.ts';
import { type ArrayCounters, type Chip, type ConverterSettings, failedCellsKept } from './chip.ts';
import { transfer, wakeUp, writeHidden } from './hidden-plane.ts';
import { findObstacle } from './obstacle.ts';
import { form, program, reset, verify } from './program-cells.ts';

export interface ProgramOptions {
  /** The trial's seed, any safe integer. */
  readonly seed: number;
  /** SHA-256 of program.xbs. */
  readonly bitstream: string;
  /** Called after every array. */
  readonly onArray?: (done: number, total: number) => void;
}

/** Problems of one array that are reported; a wrong program has the same one in every row. */
const problemsKept = 20;

/**
 * Programs a chip. The result depends on the seed and on what each array is told, not on the order of the arrays.
 * @param programs one program for each of the header's arrays, in any order
 * @throws DiagnosticError bitstream/wrong-target where the header's fingerprint is not the target's;
 *   chip/cannot-execute where an instruction needs another programming scheme, an unformed cell or FeCAPs that were not
 *   woken up, is out of range, or where arrays are missing or repeated
 */
export async function programChip(
  header: BitstreamHeader,
  programs: AsyncIterable<ArrayProgram> | Iterable<ArrayProgram>,
  loaded: Pick<LoadedTarget, 'target' | 'fingerprint'>,
  options: ProgramOptions,
): Promise<Chip> {
  if (header.fingerprint !== loaded.fingerprint)
    raise([bitstreamWrongTarget('program.xbs', loaded.fingerprint, header.fingerprint)]);
  const states = new Map<number, Summary>();
  const converters = new Map<number, ConverterSettings>();
  for await (const arrayProgram of programs) {
    const { array } = arrayProgram;
    if (!(Number.isInteger(array) && array >= 0 && array < header.arrays))
      raise([chipCannotExecute(`array ${array}`, `the header announces ${header.arrays} arrays`)]);
    if (states.has(array)) raise([chipCannotExecute(`array ${array}`, 'this array has two programs')]);
    const state = openArray(loaded.target, header, options.seed, array);
    executeArray(state, header, arrayProgram, converters);
    states.set(array, summaryOf(state));
    options.onArray?.(states.size, header.arrays);
  }
  const arrays = Array.from({ length: header.arrays }, (_, array) => {
    const state = states.get(array);
    if (!state) raise([chipCannotExecute(`array ${array}`, 'this array has no program')]);
    return state!;
  });
  return {
    header,
    seed: options.seed,
    bitstream: options.bitstream,
    conductances: arrays.map((a) => a.conductances),
    hidden: arrays.flatMap((a) => (a.hidden ? [a.hidden] : [])),
    drivers: arrays.map((a) => a.drivers),
    converters: new Map([...converters].sort((a, b) => a[0] - b[0])),
    counters: arrays.map((a) => a.counters),
    failed: arrays.flatMap((a) => a.failed).slice(0, failedCellsKept),
    wear: {
      memristor: arrays.reduce((most, a) => Math.max(most, a.memristorWear), 0),
      fecap: arrays.reduce((most, a) => Math.max(most, a.fecapWear), 0),
    },
  };
}

/** What remains of an array when its program has run. */
interface Summary extends Pick<ArrayState, 'conductances' | 'drivers' | 'failed'> {
  readonly counters: ArrayCounters;
  readonly hidden: Int16Array | undefined;
  readonly memristorWear: number;
  readonly fecapWear: number;
}

function summaryOf(state: ArrayState): Summary {
  const { conductances, drivers, failed, counters, devices } = state;
  const plane = devices.scheme === 'transfer' ? devices.plane : undefined;
  return {
    conductances,
    drivers,
    failed,
    counters,
    hidden: plane?.values,
    memristorWear: state.cycles.reduce((most, cycles) => Math.max(most, cycles), 0),
    fecapWear: plane ? fecapWear(plane) : 0,
  };
}

function executeArray(
  state: ArrayState,
  header: BitstreamHeader,
  arrayProgram: ArrayProgram,
  converters: Map<number, ConverterSettings>,
): void {
  const problems: Diagnostic[] = [];
  arrayProgram.instructions.forEach((instruction, number) => {
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

function transferDevices(state: ArrayState): TransferDevices {
  if (state.devices.scheme === 'transfer') return state.devices;
  throw new InternalError('chip', `a ${state.devices.scheme} chip reached an instruction on hidden planes`);
}
