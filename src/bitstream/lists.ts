/** The codecs of lists of integers: level codes, hidden integers, values. */
import { integer, type Problem } from './check.ts';
import type { Codec } from './codec.ts';
import type { Cursor } from './cursor.ts';
import { codeBitsOf } from './layout.ts';
import { i16 } from './numbers.ts';
import { packBits, packedBytesOf, unpackBits } from './pack.ts';
import { parseIntegers, printList } from './text.ts';
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
    const words = Uint16Array.from(values, (value) => (value < 0 ? sign | -value : value));
    writePacked(writer, words, hiddenBits);
  },
  read(cursor, name, { hiddenBits }) {
    if (hiddenBits === 0) return new Int16Array(cursor.value('count')); // findProblem rejects the instruction
    const sign = 1 << (hiddenBits - 1);
    const words = readPacked(cursor, name, hiddenBits);
    const negativeZero = words.indexOf(sign);
    if (negativeZero >= 0)
      cursor.fail(name, `write-hidden: value ${negativeZero} is a negative zero`, negativeZero);
    return Int16Array.from(words, (word) => (word & sign ? -(word ^ sign) : word));
  },
  problem(name, values, { hiddenBits }) {
    const limit = 2 ** (hiddenBits - 1) - 1;
    return outside(name, values, -limit, limit);
  },
};

export const shorts: Codec<Int16Array> = {
  ...integers<Int16Array>(-0x8000, 0x7fff, Int16Array),
  write: (writer, values) => writer.numbers(i16, values),
  read: (cursor, name) => cursor.numbers(name, i16, new Int16Array(cursor.value('count'))),
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
