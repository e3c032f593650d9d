/** Says why an array cannot execute an instruction, in the words of a diagnostic. */
import { findProblem } from '../bitstream/instructions.ts';
import type { ArrayGeometry, Instruction } from '../ir/schedule.ts';
import type { ArrayState } from './array-state.ts';
import { readBackOf } from './devices.ts';

/**
 * The first reason for which `instruction` cannot be executed now: a field out of range, an instruction of another
 * programming scheme, a cell that was never formed, FeCAPs that were not woken up.
 */
export function findObstacle(
  state: ArrayState,
  geometry: ArrayGeometry,
  instruction: Instruction,
): string | undefined {
  const problem = findProblem(geometry, instruction);
  if (problem) return problem.reason;
  switch (instruction.op) {
    case 'driver':
    case 'converter':
    case 'form':
      return undefined;
    case 'reset':
      return unformed(state, instruction.row, 0, state.columns, instruction.mask);
    case 'program':
      return (
        (state.devices.scheme === 'transfer' ? 'this chip sets its cells by transfer only' : undefined) ??
        unformed(state, instruction.row, instruction.column, instruction.codes.length)
      );
    case 'program-residual': {
      const { row, column, sources, values } = instruction;
      const width = 2 * values.length;
      if (!readBackOf(state.devices)) return 'this chip does not read cells back while it programs others';
      return (
        unformed(state, row, column, width) ??
        sources.map((s) => unformed(state, row, column + s.distance, width)).find((reason) => reason)
      );
    }
    case 'verify':
      return unformed(state, instruction.row, instruction.column, instruction.count);
    case 'wake-up':
      return withoutPlanes(state);
    case 'write-hidden':
      return withoutPlanes(state) ?? asleep(state, instruction.row);
    case 'transfer':
      for (let row = instruction.firstRow; row < instruction.endRow; row++) {
        const reason =
          withoutPlanes(state) ?? asleep(state, row) ?? unformed(state, row, 2 * instruction.pair, 2);
        if (reason) return reason;
      }
      return undefined;
  }
}

function withoutPlanes(state: ArrayState): string | undefined {
  return state.devices.scheme === 'transfer' ? undefined : 'this chip has no hidden planes';
}

function asleep(state: ArrayState, row: number): string | undefined {
  if (state.devices.scheme !== 'transfer') return undefined;
  const needed = state.devices.law.hidden.wakeUpCycles;
  const done = state.devices.plane.wakeUps[row]!;
  return done >= needed ? undefined : `line ${row} has had ${done} of ${needed} wake-up cycles`;
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
