/** Schedule -> the text form of FORMAT.md, line by line. */
import type { ArrayProgram, BitstreamHeader, Instruction } from '../ir/schedule.ts';
import { deltaVersion, wholeVersion } from './layout.ts';

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
    `.format ${base === undefined ? wholeVersion : deltaVersion}`,
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

function printInstruction(i: Instruction): string {
  switch (i.op) {
    case 'driver':
      return `${i.op} bits=${i.bits} vRead=${printReal(i.vRead)}`;
    case 'converter': {
      const lists = `zero=${printList(i.zero, String)} step=${printList(i.step, printReal)}`;
      return `${i.op} block=${i.block} bits=${i.bits} convert=${i.convert} ${lists}`;
    }
    case 'form':
    case 'reset':
      return `${i.op} row=${i.row} mask=${printMask(i.mask)}`;
    case 'program': {
      const codes = printList(i.codes, String);
      return `${i.op} row=${i.row} column=${i.column} tolerance=${printReal(i.tolerance)} codes=${codes}`;
    }
    case 'program-residual': {
      const head = `row=${i.row} column=${i.column} tolerance=${printReal(i.tolerance)} reads=${i.reads}`;
      const distances = printList(
        i.sources.map((s) => s.distance),
        String,
      );
      const ratios = printList(
        i.sources.map((s) => s.ratio),
        printReal,
      );
      const grains = printList(
        i.sources.map((s) => s.grain),
        String,
      );
      const sources = `distances=${distances} ratios=${ratios} grains=${grains}`;
      const tail = `scale=${printReal(i.scale)} grain=${i.grain} ${sources}`;
      return `${i.op} ${head} ${tail} values=${printList(i.values, String)}`;
    }
    case 'verify':
      return `${i.op} row=${i.row} column=${i.column} count=${i.count} tolerance=${printReal(i.tolerance)}`;
    case 'wake-up':
      return `${i.op} row=${i.row} cycles=${i.cycles}`;
    case 'write-hidden':
      return `${i.op} row=${i.row} pair=${i.pair} values=${printList(i.values, String)}`;
    case 'transfer':
      return `${i.op} pair=${i.pair} firstRow=${i.firstRow} endRow=${i.endRow}`;
  }
}

/** The decimal with the fewest digits that reads back as the same binary32; 9 always suffice. */
function printReal(value: number): string {
  const stored = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(stored.toPrecision(digits));
    if (Math.fround(decimal) === stored) return String(decimal);
  }
  return String(Number(stored.toPrecision(9)));
}

/** `0*17` stands for 17 zeros; two of a kind are written out. */
function printList(values: ArrayLike<number>, print: (value: number) => string): string {
  const items: string[] = [];
  for (let start = 0; start < values.length; ) {
    let end = start + 1;
    while (end < values.length && values[end] === values[start]) end++;
    const text = print(values[start]!);
    items.push(end - start === 1 ? text : end - start === 2 ? `${text},${text}` : `${text}*${end - start}`);
    start = end;
  }
  return items.join(',');
}

/** The columns whose bit is 1, as ranges. */
function printMask(mask: Uint8Array): string {
  const isSet = (column: number): boolean => ((mask[column >> 3]! >> (column & 7)) & 1) === 1;
  const ranges: string[] = [];
  const columns = mask.length * 8;
  for (let column = 0; column < columns; column++) {
    if (!isSet(column)) continue;
    const first = column;
    while (column + 1 < columns && isSet(column + 1)) column++;
    ranges.push(first === column ? `${first}` : `${first}-${column}`);
  }
  return ranges.join(',') || 'none';
}
