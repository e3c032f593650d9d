/** The bytes of a section -> the instructions of its array, with every limit checked. */
import type { ArrayGeometry, ArrayProgram, Instruction } from '../ir/schedule.ts';
import { type Cursor, hex, openCursor } from './cursor.ts';
import type { Section } from './decode-frame.ts';
import { byOpcode, findProblem, instructionOf, type Values } from './instructions.ts';
import { endOpcode } from './layout.ts';
import { u8 } from './numbers.ts';

/** @throws DiagnosticError bitstreamInvalid at the first field that is not legal */
export function decodeSection(geometry: ArrayGeometry, section: Section): ArrayProgram {
  const { array, payload, offset, file } = section;
  const cursor: Cursor = openCursor(payload, offset, file, 'the section');
  const instructions: Instruction[] = [];
  for (;;) {
    cursor.forget();
    const opcode = cursor.number('op', u8);
    if (opcode === endOpcode) break;
    const instruction = readInstruction(geometry, opcode, cursor);
    const problem = findProblem(geometry, instruction);
    if (problem) cursor.fail(problem.field, `${instruction.op}: ${problem.reason}`, problem.index);
    instructions.push(instruction);
  }
  const left = cursor.left();
  if (left > 0) {
    cursor.number('rest', u8);
    cursor.fail('rest', `the section goes on for ${left} bytes after its end instruction`);
  }
  return { array, instructions };
}

function readInstruction(geometry: ArrayGeometry, opcode: number, cursor: Cursor): Instruction {
  const { op, fields } = byOpcode.get(opcode) ?? cursor.fail('op', `${hex(opcode)} is not an opcode`);
  const values: Values = { op };
  for (const { name, read } of fields) {
    const value = read(cursor, name, geometry, values);
    if (value !== undefined) values[name] = value;
  }
  return instructionOf(values);
}
