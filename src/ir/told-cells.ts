/** What the instructions of an array tell its cells: which of them touch a cell, and what it is to become. */
import type { ArrayGeometry, ArrayProgram, Instruction } from './schedule.ts';

/** Instructions that touch one cell, those of its line or block included; settings of converters and drivers touch none. */
export function touches(instruction: Instruction, row: number, column: number): boolean {
  const isIn = (at: number, first: number, count: number) => at >= first && at < first + count;
  const pair = column >> 1;
  switch (instruction.op) {
    case 'driver':
    case 'converter':
      return false;
    case 'form':
    case 'reset':
      return instruction.row === row && ((instruction.mask[column >> 3]! >> (column & 7)) & 1) === 1;
    case 'program':
      return instruction.row === row && isIn(column, instruction.column, instruction.codes.length);
    case 'program-residual':
      return instruction.row === row && isIn(column, instruction.column, 2 * instruction.values.length);
    case 'verify':
      return instruction.row === row && isIn(column, instruction.column, instruction.count);
    case 'wake-up':
      return instruction.row === row;
    case 'write-hidden':
      return instruction.row === row && isIn(pair, instruction.pair, instruction.values.length);
    case 'transfer':
      return instruction.pair === pair && row >= instruction.firstRow && row < instruction.endRow;
    case 'update':
      return (
        isIn(row, instruction.row, instruction.x.length) &&
        isIn(column, instruction.column, instruction.d.length)
      );
    case 'update-bits':
      return (
        isIn(row, instruction.row, instruction.rowTrains.length) &&
        isIn(column, instruction.column, instruction.columnTrains.length)
      );
  }
}

/** What is in an entry where a cell or pair is told nothing. */
export const untold = -0x8000_0000;

/** The last of what every cell of an array is told. */
export interface ToldCells {
  /** Level codes, rows x columns. */
  readonly levels: Int32Array;
  /** Hidden integers, or what a pair and its sources are to make together, rows x column pairs. */
  readonly pairs: Int32Array;
}

export function toldCells(
  { rows, columns }: Pick<ArrayGeometry, 'rows' | 'columns'>,
  { instructions }: Pick<ArrayProgram, 'instructions'>,
): ToldCells {
  const width = columns >> 1;
  const levels = new Int32Array(rows * columns).fill(untold);
  const pairs = new Int32Array(rows * width).fill(untold);
  for (const instruction of instructions) {
    if (instruction.op === 'program')
      levels.set(instruction.codes, instruction.row * columns + instruction.column);
    else if (instruction.op === 'program-residual')
      pairs.set(instruction.values, instruction.row * width + (instruction.column >> 1));
    else if (instruction.op === 'write-hidden')
      pairs.set(instruction.values, instruction.row * width + instruction.pair);
  }
  return { levels, pairs };
}
