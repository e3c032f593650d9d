/** The codecs of parallel updates: modes, and the pulses of neighbouring rows or columns, each list with its own length. */
import {
  type ArrayGeometry,
  certainPulse,
  type UpdateBias,
  type UpdateBitsInstruction,
} from '../ir/schedule.ts';
import { inList, integer, type Problem, problem } from './check.ts';
import type { Codec } from './codec.ts';
import { hex } from './cursor.ts';
import { integers } from './lists.ts';
import { i16, type NumberType, u8, u16, u32 } from './numbers.ts';

/** One of a few words, whose byte is its index. */
function oneOf<W extends string>(words: readonly W[], what: string): Codec<W> {
  return {
    type: u8,
    write: (writer, value) => writer.number(u8, words.indexOf(value)),
    read(cursor, name) {
      const byte = cursor.number(name, u8);
      return words[byte] ?? cursor.fail(name, `${hex(byte)} is not ${what}`);
    },
    print: (value) => [value],
    parse([text], name, _geometry, complain) {
      const found = words.find((word) => word === text);
      if (!found) complain(`${name}: '${text!.slice(0, 24)}' is neither ${words.join(' nor ')}`);
      return found;
    },
  };
}

export const bias: Codec<UpdateBias> = oneOf(['half', 'gate'], 'a bias');
export const direction: Codec<UpdateBitsInstruction['direction']> = oneOf(['set', 'reset'], 'a direction');

type Longest<Whole> = (geometry: ArrayGeometry, whole: Whole) => number;
type Numbers = Int16Array | Uint32Array;

/** A u16 with the length of a list, and the list. */
function counted<List extends Numbers, Whole>(
  element: NumberType,
  type: { new (length: number): List; from(values: number[]): List },
  [min, max]: readonly [number, number],
  longest: Longest<Whole>,
  wrong: (name: string, value: number, whole: Whole) => Problem | undefined,
): Codec<List, Whole> {
  return {
    ...integers<List>(min, max, type),
    type: u16,
    write(writer, values) {
      writer.number(u16, values.length);
      for (const value of values) writer.number(element, value);
    },
    read: (cursor, name) => cursor.numbers(name, element, new type(cursor.number(`length of ${name}`, u16))),
    problem: (name, values, geometry, whole) =>
      integer(`length of ${name}`, values.length, 1, longest(geometry, whole)) ??
      inList(values, (value) => wrong(name, value, whole)),
  };
}

/** Signed probabilities of a pulse, in units of 1 / certainPulse. */
export const probabilities = <Whole>(longest: Longest<Whole>): Codec<Int16Array, Whole> =>
  counted<Int16Array, Whole>(i16, Int16Array, [-0x8000, 0x7fff], longest, (name, value) =>
    integer(name, value, -certainPulse, certainPulse),
  );

/** Trains of as many slots as the instruction's `length`, the first slot in the lowest bit. */
export const trains = <Whole>(
  longest: Longest<Whole>,
): Codec<Uint32Array, Whole & { readonly length: number }> =>
  counted<Uint32Array, Whole & { readonly length: number }>(
    u32,
    Uint32Array,
    [0, 2 ** 32 - 1],
    longest,
    (name, value, { length }) =>
      value < 2 ** length
        ? undefined
        : problem(name, `${name} ${value} has a pulse after slot ${length - 1}, the last`),
  );
