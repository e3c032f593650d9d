/**
 * The instructions of FORMAT.md, each once: opcode and fields, in the order of their bytes. What is written, read, printed,
 * parsed and checked follows from this table.
 */

import {
  type ArrayGeometry,
  type Instruction,
  longestTrain,
  type TransferInstruction,
} from '../ir/schedule.ts';
import type { Problem } from './check.ts';
import { problem } from './check.ts';
import { type Codec, count, int, quantity } from './codec.ts';
import { layout, mode, steps, zeros } from './converter-fields.ts';
import { columnMask, hiddenIntegers, levelCodes, shorts } from './lists.ts';
import { u8, u16, u32 } from './numbers.ts';
import { bias, direction, probabilities, trains } from './pulse-trains.ts';
import { residualSources } from './residual-sources.ts';

type Op = Instruction['op'];

/** A codec for every field of the instruction, and for what stands between them in its bytes. */
type Fields<I> = { readonly [Field in Exclude<keyof I, 'op'>]: Codec<I[Field], I> } & {
  readonly [Between in Exclude<'count' | 'layout', keyof I>]?: Codec<undefined, I>;
};

interface Entry<Fields> {
  readonly opcode: number;
  /** What of the header the chip must have for it. */
  readonly needs?: Need;
  readonly fields: Fields;
}

/** What only some chips have, and why an instruction cannot do without. */
const needs = {
  hidden: {
    met: ({ hiddenBits }: ArrayGeometry) => hiddenBits > 0,
    reason: 'needs hidden planes, and hiddenBits is 0',
  },
  updates: {
    met: ({ updates }: ArrayGeometry) => updates === true,
    reason: 'needs a chip with parallel updates, and this bitstream is for one without',
  },
} as const;
type Need = keyof typeof needs;

type Limit = (array: ArrayGeometry) => number;
const pairs: Limit = ({ columns }) => Math.floor(columns / 2);
const columnsLeft = ({ columns }: ArrayGeometry, { column }: { readonly column: number }) => columns - column;
const rowsLeft = ({ rows }: ArrayGeometry, { row }: { readonly row: number }) => rows - row;
const rows: Limit = ({ rows }) => rows;
const afterFirst = (_: ArrayGeometry, i: TransferInstruction) => i.firstRow + 1;

const bits = int(u8, 1, 32);
const row = int(u16, 0, ({ rows }) => rows - 1);
const column = int(u16, 0, ({ columns }) => columns - 1);
const trainLength = int(u8, 1, longestTrain);
const pair = int(u16, 0, (array) => pairs(array) - 1);

const table = {
  driver: { opcode: 0x10, fields: { bits, vRead: quantity } },
  converter: {
    opcode: 0x11,
    fields: {
      block: int(u32, 0, 2 ** 32 - 1),
      bits,
      convert: mode,
      count: count('zero', ({ columns }) => Math.min(2 * columns, 2 ** 16 - 1)),
      layout,
      zero: zeros,
      step: steps,
    },
  },
  form: { opcode: 0x20, fields: { row, mask: columnMask } },
  reset: { opcode: 0x21, fields: { row, mask: columnMask } },
  program: {
    opcode: 0x22,
    fields: { row, column, count: count('codes', columnsLeft), tolerance: quantity, codes: levelCodes },
  },
  verify: {
    opcode: 0x23,
    fields: { row, column, count: int(u16, 1, columnsLeft), tolerance: quantity },
  },
  'program-residual': {
    opcode: 0x24,
    fields: {
      row,
      column,
      count: count('values', (array, i) => Math.floor(columnsLeft(array, i) / 2)),
      tolerance: quantity,
      reads: int(u8, 1, 255),
      scale: quantity,
      grain: int(u16, 1, ({ levels }) => levels - 1),
      sources: residualSources,
      values: shorts,
    },
  },
  'wake-up': { opcode: 0x30, needs: 'hidden', fields: { row, cycles: int(u32, 1, 2 ** 32 - 1) } },
  'write-hidden': {
    opcode: 0x31,
    needs: 'hidden',
    fields: {
      row,
      pair,
      count: count('values', (array, i) => pairs(array) - i.pair),
      values: hiddenIntegers,
    },
  },
  transfer: {
    opcode: 0x32,
    needs: 'hidden',
    fields: { pair, firstRow: row, endRow: int(u16, afterFirst, rows) },
  },
  update: {
    opcode: 0x40,
    needs: 'updates',
    fields: {
      bias,
      length: trainLength,
      vSet: quantity,
      vReset: quantity,
      key: int(u32, 0, 2 ** 32 - 1),
      row,
      column,
      x: probabilities(rowsLeft),
      d: probabilities(columnsLeft),
    },
  },
  'update-bits': {
    opcode: 0x41,
    needs: 'updates',
    fields: {
      bias,
      length: trainLength,
      direction,
      voltage: quantity,
      row,
      column,
      rowTrains: trains(rowsLeft),
      columnTrains: trains(columnsLeft),
    },
  },
} satisfies { readonly [O in Op]: Entry<Fields<Extract<Instruction, { op: O }>>> };

/** A field of any instruction: the table has held its type to the instruction's, and here all are alike. */
export type Field = Required<Codec<unknown>> & { readonly name: string };

/** All fields have one shape, because going through them is what encoding and decoding spend their time on. */
function fieldOf([name, codec]: readonly [string, Codec<unknown>]): Field {
  const { type, write, read, problem = () => undefined, words = [name], print, parse } = codec;
  return { name, type, write, read, problem, words, print, parse };
}

export interface Format extends Entry<readonly Field[]> {
  readonly op: Op;
}

const formats = Object.entries<Entry<object>>(table).map(([op, entry]): Format => {
  const codecs = Object.entries<Codec<unknown>>({ ...entry.fields });
  return { op: op as Op, ...entry, fields: codecs.map(fieldOf) };
});
export const byOp: ReadonlyMap<string, Format> = new Map(formats.map((format) => [format.op, format]));
export const byOpcode: ReadonlyMap<number, Format> = new Map(
  formats.map((format) => [format.opcode, format]),
);

/** Fields by their names, as the table goes through them. */
export type Values = Record<string, unknown>;

/** An instruction as the table goes through it: the table has held its fields to the instruction's. */
export const valuesOf = (instruction: Instruction): Values => instruction as unknown as Values;
/** All fields of an instruction, each as its codec gave it. */
export const instructionOf = (values: Values): Instruction => values as unknown as Instruction;

/** The first field of the instruction that is out of range, if any. */
export function findProblem(geometry: ArrayGeometry, instruction: Instruction): Problem | undefined {
  const { op, needs: need, fields } = byOp.get(instruction.op)!;
  if (need && !needs[need].met(geometry)) return problem('op', `${op} ${needs[need].reason}`);
  const values = valuesOf(instruction);
  for (const { name, problem } of fields) {
    const found = problem(name, values[name], geometry, instruction);
    if (found) return found;
  }
  return undefined;
}
