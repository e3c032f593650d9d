/** The program of one array -> what it asks for, in numbers. */
import type { ArrayGeometry, ArrayProgram, Instruction } from '../ir/schedule.ts';
import { toldCells, untold } from '../ir/told-cells.ts';

export interface ProgramLook {
  readonly array: number;
  /** By operation, in the order in which they come first. */
  readonly instructions: Readonly<Record<string, number>>;
  readonly cellsFormed: number;
  /** Cells that are told a level. */
  readonly cellsProgrammed: number;
  /** Pairs of cells that are told a hidden integer, or an aim. */
  readonly pairsWritten: number;
  /** Cells by level code, of those that are told one: index is the code. */
  readonly levels: readonly number[];
}

export function inspectProgram(geometry: ArrayGeometry, program: ArrayProgram): ProgramLook {
  const instructions: Record<string, number> = {};
  let cellsFormed = 0;
  for (const instruction of program.instructions) {
    instructions[instruction.op] = (instructions[instruction.op] ?? 0) + 1;
    cellsFormed += formedBy(instruction);
  }
  const told = toldCells(geometry, program);
  const levels: number[] = Array.from({ length: geometry.levels }, () => 0);
  let cellsProgrammed = 0;
  for (const code of told.levels) {
    if (code === untold) continue;
    levels[code]!++;
    cellsProgrammed++;
  }
  const pairsWritten = told.pairs.reduce((count, value) => count + (value === untold ? 0 : 1), 0);
  return { array: program.array, instructions, cellsFormed, cellsProgrammed, pairsWritten, levels };
}

function formedBy(instruction: Instruction): number {
  if (instruction.op !== 'form') return 0;
  let count = 0;
  for (const byte of instruction.mask) for (let bits = byte; bits; bits &= bits - 1) count++;
  return count;
}
