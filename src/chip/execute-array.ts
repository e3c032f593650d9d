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
import { findProblem } from '../bitstream/instructions.ts';
import { chipCannotExecute, enduranceSpent } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import type { ArrayProgram, BitstreamHeader, Instruction } from '../ir/schedule.ts';
import type { Ledger } from '../ledger.ts';
import { fecapWear } from '../schemes/transfer/plane.ts';
import type { Target } from '../target/target.ts';
import type { Job } from '../threads/pool.ts';
import {
  type ArrayState,
  historyOf,
  openArray,
  restoreUnwritten,
  resumeArray,
  type SavedArray,
  type SentPulse,
} from './array-state.ts';
import type { ArrayCounters, ArrayHistory, ConverterSettings } from './chip.ts';
import { execute } from './executions.ts';
import { disturbCells } from './half-select.ts';
import { settleUpdates } from './parallel-update.ts';

/** What all arrays of a chip have in common. */
interface ProgrammingContext {
  readonly header: BitstreamHeader;
  readonly target: Target;
  readonly seed: number;
  /** What a later delta needs is kept as well. */
  readonly keepHistory: boolean;
}

/** The program of one array, decoded or not, and the array that it goes onto: a fresh one where none is given. */
export type GivenProgram = (ArrayProgram | Section) & { readonly onto?: SavedArray };

/** What remains of an array when its program has run. */
export interface ProgrammedArray
  extends Pick<ArrayState, 'array' | 'conductances' | 'written' | 'drivers' | 'failed'> {
  readonly counters: ArrayCounters;
  readonly ledger: Pick<Ledger, 'of'>;
  /** By block number. */
  readonly converters: ReadonlyMap<number, ConverterSettings>;
  readonly hidden: Int16Array | undefined;
  readonly traps: Uint32Array | undefined;
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

/**
 * Programs a fresh array once more while somebody looks.
 * @param sent told of every pulse, in the order in which they are sent
 * @returns the conductances (S), the same as of the array that was programmed with this seed
 */
export function programWatched(
  { header, target, seed }: Omit<ProgrammingContext, 'keepHistory'>,
  { array, instructions }: ArrayProgram,
  sent: SentPulse,
): Float32Array {
  const state = openArray(target, header, seed, array, sent);
  executeAll(state, instructions, header);
  settleUpdates(state);
  disturbCells(state, seed);
  return state.conductances;
}

function programArray(context: ProgrammingContext, given: GivenProgram): ProgrammedArray {
  const { header, target, seed, keepHistory } = context;
  const encoded = 'payload' in given;
  const { array, instructions } = encoded ? decodeSection(header, given) : given;
  const state = openArray(target, header, seed, array);
  const plane = state.cells.hidden?.plane;
  if (given.onto) resumeArray(state, given.onto);
  executeAll(state, instructions, encoded ? undefined : header);
  settleUpdates(state);
  if (given.onto) restoreUnwritten(state, given.onto);
  disturbCells(state, seed);
  const { conductances, written, drivers, converters, failed, counters, ledger, cycles } = state;
  const memristorWear = cycles.reduce((most, count) => Math.max(most, count), 0);
  const mostOfFecap = plane ? fecapWear(plane) : 0;
  return {
    array,
    conductances,
    written,
    drivers,
    failed,
    counters,
    ledger: { of: ledger.of },
    converters,
    hidden: plane?.values,
    traps: state.cells.traps,
    memristorWear,
    fecapWear: mostOfFecap,
    history: keepHistory ? historyOf(state) : undefined,
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

/** @param limits of the fields, where decoding has not held them to these */
function executeAll(
  state: ArrayState,
  instructions: readonly Instruction[],
  limits: BitstreamHeader | undefined,
): void {
  const problems: Diagnostic[] = [];
  instructions.forEach((instruction, number) => {
    const wrong = limits && findProblem(limits, instruction);
    const reason = wrong?.reason ?? execute(state, instruction);
    if (reason !== undefined && problems.length < problemsKept) {
      const place = `program.xbs: array ${state.array}, instruction ${number} (${instruction.op})`;
      problems.push(chipCannotExecute(place, reason));
    }
  });
  raise(problems);
}
