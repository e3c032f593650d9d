/** The codecs of a converter instruction: the mode, and two lists that the byte `layout` shortens. */
import type { ConverterInstruction } from '../ir/schedule.ts';
import { inList, positive, problem } from './check.ts';
import { type Codec, wordless } from './codec.ts';
import { hex } from './cursor.ts';
import { integers } from './lists.ts';
import { f32, i8, i16, i32, u8 } from './numbers.ts';
import { parseList, parseReal, printList, printReal } from './text.ts';

/** The byte of a mode is its index. */
const modes: readonly ConverterInstruction['convert'][] = ['pair', 'column'];

export const mode: Codec<ConverterInstruction['convert']> = {
  type: u8,
  write: (writer, value) => writer.number(u8, modes.indexOf(value)),
  read(cursor, name) {
    const byte = cursor.number(name, u8);
    return modes[byte] ?? cursor.fail(name, `${hex(byte)} is not a conversion mode`);
  },
  print: (value) => [value],
  parse([text], name, _geometry, complain) {
    const found = modes.find((value) => value === text);
    if (!found) complain(`${name}: '${text!.slice(0, 24)}' is neither ${modes.join(' nor ')}`);
    return found;
  },
};

type Lists = Pick<ConverterInstruction, 'zero' | 'step'>;

const widths = [i8, i16, i32];
/** Bits of the byte: one value is stored for all. */
const equalZeros = 4;
const equalSteps = 8;

/** The only permitted layout of the lists. */
function layoutOf({ zero, step }: Lists): number {
  const fits = (limit: number): boolean => zero.every((z) => z >= -limit && z < limit);
  const width = fits(0x80) ? 0 : fits(0x8000) ? 1 : 2;
  const alike = (list: Int32Array | Float32Array) => list.every((value) => Object.is(value, list[0]));
  return width | (alike(zero) ? equalZeros : 0) | (alike(step) ? equalSteps : 0);
}

export const layout: Codec<undefined, Lists> = {
  ...wordless,
  type: u8,
  write: (writer, _value, _geometry, lists) => writer.number(u8, layoutOf(lists)),
  read(cursor, name) {
    const byte = cursor.number(name, u8);
    if (byte > 15 || (byte & 3) === 3) cursor.fail(name, `${hex(byte)} is not a converter layout`);
  },
};

export const zeros: Codec<Int32Array, Lists> = {
  ...integers<Int32Array>(-(2 ** 31), 2 ** 31 - 1, Int32Array),
  write(writer, zero, _geometry, lists) {
    const byte = layoutOf(lists);
    const stored = byte & equalZeros ? zero.subarray(0, 1) : zero;
    for (const value of stored) writer.number(widths[byte & 3]!, value);
  },
  read(cursor, name) {
    const byte = cursor.value('layout');
    const zero = new Int32Array(cursor.value('count'));
    const type = widths[byte & 3]!;
    return byte & equalZeros
      ? cursor.numbers(name, type, zero, 1).fill(zero[0]!)
      : cursor.numbers(name, type, zero);
  },
};

export const steps: Codec<Float32Array, Lists> = {
  write(writer, step, _geometry, lists) {
    const stored = layoutOf(lists) & equalSteps ? step.subarray(0, 1) : step;
    for (const value of stored) writer.number(f32, value);
  },
  read(cursor, name, _geometry, { zero }) {
    const byte = cursor.value('layout');
    const step = new Float32Array(zero.length);
    cursor.numbers(name, f32, step, byte & equalSteps ? 1 : step.length);
    if (byte & equalSteps) step.fill(step[0]!);
    const shortest = layoutOf({ zero, step });
    // No converters at all is findProblem's to report.
    if (zero.length > 0 && byte !== shortest)
      cursor.fail('layout', `converter: its layout is ${hex(byte)}, and the only legal one ${hex(shortest)}`);
    return step;
  },
  problem: (name, step, _geometry, { zero }) =>
    step.length === zero.length
      ? inList(step, (value) => positive(name, value))
      : problem(name, `${step.length} steps do not go with ${zero.length} zeros`),
  print: (step) => [printList(step, printReal)],
  parse([text], name, _geometry, complain) {
    const values = parseList(name, text!, complain, parseReal);
    return values && Float32Array.from(values);
  },
};
