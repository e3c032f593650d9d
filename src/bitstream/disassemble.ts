/** Schedule -> the text form of FORMAT.md, line by line. */
import type { ArrayProgram, BitstreamHeader, Instruction } from '../ir/schedule.ts';
import { byOp, valuesOf } from './instructions.ts';
import { versionOf } from './layout.ts';

/**
 * The text of a bitstream, one line at a time, without line ends.
 * Use disassembleHeader and disassembleArray where the arrays are read asynchronously.
 */
export function* disassemble(
  header: BitstreamHeader,
  programs: Iterable<ArrayProgram>,
): Generator<string, void, undefined> {
  yield* disassembleHeader(header);
  for (const program of programs) yield* disassembleArray(program);
}

/** The lines before the first array. */
export function disassembleHeader(header: BitstreamHeader): string[] {
  const { target, fingerprint, base, rows, columns, levels, hiddenBits, arrays } = header;
  return [
    `.format ${versionOf(header)}`,
    `.target ${JSON.stringify(target)}`,
    `.fingerprint ${fingerprint}`,
    ...(base === undefined ? [] : [`.base ${base}`]),
    `.geometry rows=${rows} columns=${columns} levels=${levels} hiddenBits=${hiddenBits} arrays=${arrays}`,
  ];
}

/** The lines of one array. */
export function* disassembleArray(program: ArrayProgram): Generator<string, void, undefined> {
  yield '';
  yield `.array ${program.array}`;
  for (const instruction of program.instructions) yield `  ${printInstruction(instruction)}`;
  yield '  end';
}

/** One line of the text form, without its indent. */
export function printInstruction(instruction: Instruction): string {
  const values = valuesOf(instruction);
  let line: string = instruction.op;
  for (const { name, words, print } of byOp.get(instruction.op)!.fields) {
    const texts = print(values[name]);
    for (let k = 0; k < words.length; k++) line += ` ${words[k]}=${texts[k]}`;
  }
  return line;
}
