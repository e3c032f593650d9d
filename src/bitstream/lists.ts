/** The codecs of lists: level codes, hidden integers, values, masks. */
import type { Problem } from './check.ts';
import { integer, problem } from './check.ts';
import type { Codec } from './codec.ts';
import type { Cursor } from './cursor.ts';
import { codeBitsOf } from './layout.ts';
import { i16 } from './numbers.ts';
import { packBits, packedBytesOf, unpackBits } from './pack.ts';
import { parseIntegers, printList, shorten } from './text.ts';
import type { Writer } from './writer.ts';

/** A list of integers from `min` to `max` in the text. */
export function integers<List extends ArrayLike<number>>(
  min: number,
  max: number,
  type: { from(values: number[]): List },
): Pick<Codec<List>, 'print' | 'parse'> {
  return {
    print: (values) => [printList(values)],
    parse([text], name, _geometry, complain) {
      const values = parseIntegers(name, text!, min, max, complain);
      return values && type.from(values);
    },
  };
}

export const levelCodes: Codec<Uint16Array> = {
  ...integers<Uint16Array>(0, 0xffff, Uint16Array),
  write: (writer, codes, { levels }) => writePacked(writer, codes, codeBitsOf(levels)),
  read: (cursor, name, { levels }) => readPacked(cursor, name, codeBitsOf(levels)),
  problem: (name, codes, { levels }) => outside(name, codes, 0, levels - 1),
};

/** In sign and magnitude. */
export const hiddenIntegers: Codec<Int16Array> = {
  ...integers<Int16Array>(-0x7fff, 0x7fff, Int16Array),
  write(writer, values, { hiddenBits }) {
    const sign = 1 << (hiddenBits - 1);
    const words = values.map((value) => (value < 0 ? sign | -value : value));
    writePacked(writer, new Uint16Array(words), hiddenBits);
  },
  read(cursor, name, { hiddenBits }) {
    if (hiddenBits === 0) return new Int16Array(cursor.value('count')); // findProblem rejects the instruction
    const sign = 1 << (hiddenBits - 1);
    const words = readPacked(cursor, name, hiddenBits);
    const negativeZero = words.indexOf(sign);
    if (negativeZero >= 0)
      cursor.fail(name, `write-hidden: value ${negativeZero} is a negative zero`, negativeZero);
    return new Int16Array(words).map((word) => (word & sign ? -(word & (sign - 1)) : word));
  },
  problem(name, values, { hiddenBits }) {
    const limit = 2 ** (hiddenBits - 1) - 1;
    return outside(name, values, -limit, limit);
  },
};

export const shorts: Codec<Int16Array> = {
  ...integers<Int16Array>(-0x8000, 0x7fff, Int16Array),
  write(writer, values) {
    for (const value of values) writer.number(i16, value);
  },
  read: (cursor, name) => cursor.numbers(name, i16, new Int16Array(cursor.value('count'))),
};

function maskBytesOf(columns: number): number {
  return Math.ceil(columns / 8);
}

/** One bit per column: bit c % 8 of byte c >> 3 is column c. */
export const columnMask: Codec<Uint8Array> = {
  write: (writer, mask) => writer.take(mask.length).set(mask),
  read: (cursor, name, { columns }) => cursor.take(name, maskBytesOf(columns), 8).slice(),
  problem(name, mask, { columns }) {
    const expected = maskBytesOf(columns);
    if (mask.length !== expected) return problem(name, `the mask has ${mask.length} bytes, not ${expected}`);
    const unused = expected * 8 - columns;
    if (mask[expected - 1]! >> (8 - unused) === 0) return undefined;
    return problem(name, `the mask has bits beyond column ${columns - 1}`, expected - 1);
  },
  /** The columns whose bit is 1, as ranges. */
  print(mask) {
    const isSet = (column: number): boolean => ((mask[column >> 3]! >> (column & 7)) & 1) === 1;
    const ranges: string[] = [];
    const columns = mask.length * 8;
    for (let column = 0; column < columns; column++) {
      if (!isSet(column)) continue;
      const first = column;
      while (column + 1 < columns && isSet(column + 1)) column++;
      ranges.push(first === column ? `${first}` : `${first}-${column}`);
    }
    return [ranges.join(',') || 'none'];
  },
  parse([text], name, { columns }, complain) {
    const mask = new Uint8Array(maskBytesOf(columns));
    if (text === 'none') return mask;
    let next = 0;
    for (const range of text!.split(',')) {
      const match = /^(\d+)(?:-(\d+))?$/.exec(range);
      const first = Number(match?.[1]);
      const last = Number(match?.[2] ?? match?.[1]);
      if (!(first >= next && last >= first && last < columns)) {
        complain(
          `${name}: '${shorten(range)}' is not an ascending range of columns from 0 to ${columns - 1}`,
        );
        return undefined;
      }
      for (let column = first; column <= last; column++) mask[column >> 3]! |= 1 << (column & 7);
      next = last + 1;
    }
    return mask;
  },
};

/** What is wrong with the first integer that is not from `min` to `max`, if any. */
function outside(
  name: string,
  list: Uint16Array | Int16Array,
  min: number,
  max: number,
): Problem | undefined {
  for (let k = 0; k < list.length; k++)
    if (list[k]! < min || list[k]! > max) return integer(name, list[k]!, min, max, k);
  return undefined;
}

function writePacked(writer: Writer, values: Uint16Array, bits: number): void {
  packBits(values, bits, writer.take(packedBytesOf(values.length, bits)));
}

function readPacked(cursor: Cursor, name: string, bits: number): Uint16Array {
  const count = cursor.value('count');
  const { values, rest } = unpackBits(cursor.take(name, packedBytesOf(count, bits), bits), count, bits);
  if (rest !== 0) cursor.fail(name, `the bits left over after the last of the ${name} are not 0`, count);
  return values;
}
