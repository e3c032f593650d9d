/**
 * What every instruction does to an array, and why an array cannot execute it: a scheme that has no such thing, a cell that
 * was never formed, FeCAPs that were not woken up.
 */
import type { Instruction } from '../ir/schedule.ts';
import type { HiddenCells } from '../schemes/scheme.ts';
import type { ArrayState } from './array-state.ts';
import { transfer, wakeUp, writeHidden } from './hidden-plane.ts';
import { settleUpdates, update, updateBits } from './parallel-update.ts';
import { form, program, reset, verify } from './program-cells.ts';
import { programResidual } from './program-residual.ts';

type Op = Instruction['op'];
/** Executes an instruction whose fields are in range. @returns why it cannot be executed now; then nothing has changed */
type Execution<O extends Op> = (
  state: ArrayState,
  instruction: Extract<Instruction, { readonly op: O }>,
) => string | undefined;

const withoutPlanes = 'this chip has no hidden planes';
const withoutUpdates = 'this chip has no parallel updates';

const executions: { readonly [O in Op]: Execution<O> } = {
  driver(state, { bits, vRead }) {
    state.drivers = { bits, vRead };
    return undefined;
  },
  converter(state, { block, bits, convert, zero, step }) {
    // Copies: the decoded values may be views of a whole section.
    state.converters.set(block, { bits, convert, zero: zero.slice(), step: step.slice() });
    return undefined;
  },
  form,
  reset: (state, instruction) =>
    unformed(state, instruction.row, 0, state.columns, instruction.mask) ?? reset(state, instruction),
  program(state, instruction) {
    const { row, column, codes } = instruction;
    const { program: write } = state.cells;
    if (!write) return 'this chip sets its cells by transfer only';
    return unformed(state, row, column, codes.length) ?? program(state, write, instruction);
  },
  'program-residual'(state, instruction) {
    const { row, column, sources, values } = instruction;
    const width = 2 * values.length;
    const { program: write, readBack } = state.cells;
    if (!write || !readBack) return 'this chip does not read cells back while it programs others';
    return (
      unformed(state, row, column, width) ??
      sources.map((s) => unformed(state, row, column + s.distance, width)).find((reason) => reason) ??
      programResidual(state, { program: write, readBack }, instruction)
    );
  },
  verify: (state, instruction) =>
    unformed(state, instruction.row, instruction.column, instruction.count) ?? verify(state, instruction),
  'wake-up'(state, instruction) {
    const { hidden } = state.cells;
    return hidden ? wakeUp(state, hidden, instruction) : withoutPlanes;
  },
  'write-hidden'(state, instruction) {
    const { hidden } = state.cells;
    if (!hidden) return withoutPlanes;
    return asleep(hidden, instruction.row) ?? writeHidden(state, hidden, instruction);
  },
  transfer(state, instruction) {
    const { hidden } = state.cells;
    if (!hidden) return withoutPlanes;
    for (let row = instruction.firstRow; row < instruction.endRow; row++) {
      const reason = asleep(hidden, row) ?? unformed(state, row, 2 * instruction.pair, 2);
      if (reason) return reason;
    }
    return transfer(state, hidden, instruction);
  },
  update(state, instruction) {
    const { updates } = state.cells;
    if (!updates) return withoutUpdates;
    const { vSet, vReset, row, column, x, d } = instruction;
    return (
      updates.refuse(vSet) ??
      updates.refuse(vReset) ??
      unmet(state, row, column, x, d) ??
      update(state, updates, instruction)
    );
  },
  'update-bits'(state, instruction) {
    const { updates } = state.cells;
    if (!updates) return withoutUpdates;
    const { voltage, row, column, rowTrains, columnTrains } = instruction;
    return (
      updates.refuse(voltage) ??
      unmet(state, row, column, rowTrains, columnTrains) ??
      updateBits(state, updates, instruction)
    );
  },
};

/** Instructions that do not ask what cells conduct. */
const blind: readonly Op[] = ['driver', 'converter', 'update', 'update-bits'];

/** Executes an instruction whose fields are in range. @returns why it cannot be executed now; then nothing has changed */
export function execute(state: ArrayState, instruction: Instruction): string | undefined {
  if (!blind.includes(instruction.op)) settleUpdates(state);
  const execution = executions[instruction.op] as Execution<Op>;
  return execution(state, instruction);
}

function asleep({ plane, section }: HiddenCells, row: number): string | undefined {
  const done = plane.wakeUps[row]!;
  const needed = section.wakeUpCycles;
  return done >= needed ? undefined : `line ${row} has had ${done} of ${needed} wake-up cycles`;
}

/** Why pulses cannot meet in a cell; lines whose value is 0 give none. */
function unmet(
  state: ArrayState,
  row: number,
  column: number,
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
): string | undefined {
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; rows[i] !== 0 && j < columns.length; j++) {
      const reason = columns[j] === 0 ? undefined : unformed(state, row + i, column + j, 1);
      if (reason) return reason;
    }
  return undefined;
}

function unformed(
  state: ArrayState,
  row: number,
  first: number,
  count: number,
  mask?: Uint8Array,
): string | undefined {
  for (let column = first; column < first + count; column++) {
    const concerned = mask === undefined || (mask[column >> 3]! >> (column & 7)) & 1;
    if (concerned && !state.formed[row * state.columns + column])
      return `cell (row ${row}, column ${column}) was never formed`;
  }
  return undefined;
}
