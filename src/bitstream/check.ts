/**
 * The limits of FORMAT.md, once for all: the encoder, the decoder and the assembler ask whether a header, an array or an
 * instruction is legal, and say it in their own terms (instruction, byte offset, line).
 */
import type { ArrayGeometry, BitstreamHeader } from '../ir/schedule.ts';

/** What is wrong with one field. */
export interface Problem {
  readonly field: string;
  /** Which value of a list field is wrong; 0 for others. */
  readonly index: number;
  readonly reason: string;
}

const maxWord = 2 ** 32 - 1;
const maxShort = 2 ** 16 - 1;

/** The first field of the header that is out of range, if any. */
export function findHeaderProblem(header: BitstreamHeader): Problem | undefined {
  const nameBytes = new TextEncoder().encode(header.target);
  return (
    integer('rows', header.rows, 1, maxShort) ??
    integer('columns', header.columns, 1, maxShort) ??
    integer('levels', header.levels, 2, maxShort + 1) ??
    integer('arrays', header.arrays, 1, maxWord) ??
    (header.hiddenBits === 0 ? undefined : integer('hiddenBits', header.hiddenBits, 2, 16)) ??
    integer('name length', nameBytes.length, 1, 255) ??
    (new TextDecoder('utf-8', { ignoreBOM: true }).decode(nameBytes) === header.target
      ? undefined
      : problem('target', 'the target name is not well-formed Unicode')) ??
    (/^[0-9a-f]{64}$/.test(header.fingerprint)
      ? undefined
      : problem('fingerprint', 'the fingerprint is not 64 lower-case hexadecimal digits')) ??
    (header.base === undefined || /^[0-9a-f]{64}$/.test(header.base)
      ? undefined
      : problem('base', 'the base is not 64 lower-case hexadecimal digits'))
  );
}

/** What is wrong with the number of an array that follows array `previous` (-1 at the start), if anything. */
export function findArrayProblem(
  geometry: ArrayGeometry,
  array: number,
  previous: number,
): Problem | undefined {
  return (
    integer('array', array, 0, geometry.arrays - 1) ??
    (array > previous ? undefined : problem('array', `array ${array} does not come after array ${previous}`))
  );
}

export function problem(field: string, reason: string, index = 0): Problem {
  return { field, index, reason };
}

/** `value` is to be an integer from `min` to `max`. */
export function integer(
  field: string,
  value: number,
  min: number,
  max: number,
  index = 0,
): Problem | undefined {
  if (value >= min && value <= max && Number.isInteger(value)) return undefined;
  return problem(field, `${field} ${value} is not an integer from ${min} to ${max}`, index);
}

/** A quantity is legal as the binary32 that it is stored as. */
export function positive(field: string, value: number): Problem | undefined {
  const stored = Math.fround(value);
  if (stored > 0 && stored < Number.POSITIVE_INFINITY) return undefined;
  return problem(field, `${field} ${value} is not a finite binary32 above zero`);
}

/** The problem of the first value that has one. */
export function inList(
  values: ArrayLike<number>,
  check: (value: number) => Problem | undefined,
): Problem | undefined {
  for (let index = 0; index < values.length; index++) {
    const found = check(values[index]!);
    if (found) return { ...found, index };
  }
  return undefined;
}
