/**
 * A field of an instruction: its bytes, its words in the text, and its limits, side by side. The table of instructions
 * consists of them. Here are those of single numbers; those of lists are in files of their own.
 */

import type { ArrayGeometry } from '../ir/schedule.ts';
import type { Problem } from './check.ts';
import { integer, positive } from './check.ts';
import type { Cursor } from './cursor.ts';
import { f32, type NumberType, u16 } from './numbers.ts';
import { type Complain, parseInteger, parseReal, printReal } from './text.ts';
import type { Writer } from './writer.ts';

/** A field with the value `Value` of an instruction with the fields `Whole`. */
export interface Codec<Value, Whole = unknown> {
  /** The number with which its bytes begin; absent where they are a list. */
  readonly type?: NumberType | undefined;
  readonly write: (writer: Writer, value: Value, geometry: ArrayGeometry, whole: Whole) => void;
  /** @param whole has the fields before this one */
  readonly read: (cursor: Cursor, name: string, geometry: ArrayGeometry, whole: Whole) => Value;
  readonly problem?: (
    name: string,
    value: Value,
    geometry: ArrayGeometry,
    whole: Whole,
  ) => Problem | undefined;
  /** Names of its words; absent where that is the field's name alone. */
  readonly words?: readonly string[];
  /** One text per word. */
  readonly print: (value: Value) => readonly string[];
  /** The value of one text per word; `undefined` after complaining. */
  readonly parse: (
    texts: readonly string[],
    name: string,
    geometry: ArrayGeometry,
    complain: Complain,
  ) => Value | undefined;
}

/** The text of what follows from other fields, and is no field of the instruction. */
export const wordless = { words: [], print: () => [], parse: () => undefined };

/** A limit that may follow from the array and from the other fields. */
type Limit<Whole> = number | ((geometry: ArrayGeometry, whole: Whole) => number);

function limitOf<Whole>(limit: Limit<Whole>, geometry: ArrayGeometry, whole: Whole): number {
  return typeof limit === 'number' ? limit : limit(geometry, whole);
}

function bytesOf(type: NumberType): Pick<Codec<number>, 'type' | 'write' | 'read'> {
  return {
    type,
    write: (writer, value) => writer.number(type, value),
    read: (cursor, name) => cursor.number(name, type),
  };
}

/** An integer from `min` to `max`. */
export function int<Whole>(
  type: NumberType,
  min: Limit<NoInfer<Whole>>,
  max: Limit<NoInfer<Whole>>,
): Codec<number, Whole> {
  return {
    ...bytesOf(type),
    problem: (name, value, geometry, whole) =>
      integer(name, value, limitOf(min, geometry, whole), limitOf(max, geometry, whole)),
    print: (value) => [String(value)],
    parse: ([text], name, _geometry, complain) => parseInteger(name, text!, complain),
  };
}

/** A binary32 above zero. */
export const quantity: Codec<number> = {
  ...bytesOf(f32),
  problem: positive,
  print: (value) => [printReal(value)],
  parse: ([text], name, _geometry, complain) => parseReal(name, text!, complain),
};

/** The length of the list in the field `list`, which is read further on. */
export function count<List extends string, Whole extends Readonly<Record<List, ArrayLike<number>>>>(
  list: List,
  max: Limit<NoInfer<Whole>>,
): Codec<undefined, Whole> {
  return {
    ...wordless,
    type: u16,
    write: (writer, _value, _geometry, whole) => writer.number(u16, whole[list].length),
    read(cursor, name) {
      cursor.number(name, u16);
    },
    problem: (name, _value, geometry, whole) =>
      integer(name, whole[list].length, 1, limitOf(max, geometry, whole)),
  };
}
