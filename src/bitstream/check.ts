/**
 * The limits of FORMAT.md, once for all: the encoder, the decoder and the assembler ask here whether a header or an
 * instruction is legal, and say it in their own terms (instruction, byte offset, line).
 */
import type { ArrayGeometry, BitstreamHeader, Instruction } from '../ir/schedule.ts';
import { maskBytesOf, maxHiddenOf, pairsOf } from './layout.ts';

/** What is wrong with one field. */
interface Problem {
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
    whole('rows', header.rows, 1, maxShort) ??
    whole('columns', header.columns, 1, maxShort) ??
    whole('levels', header.levels, 2, maxShort + 1) ??
    whole('arrays', header.arrays, 1, maxWord) ??
    (header.hiddenBits === 0 ? undefined : whole('hiddenBits', header.hiddenBits, 2, 16)) ??
    whole('name length', nameBytes.length, 1, 255) ??
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
    whole('array', array, 0, geometry.arrays - 1) ??
    (array > previous ? undefined : problem('array', `array ${array} does not come after array ${previous}`))
  );
}

/** The first field of the instruction that is out of range, if any. */
export function findProblem(geometry: ArrayGeometry, i: Instruction): Problem | undefined {
  switch (i.op) {
    case 'driver':
      return whole('bits', i.bits, 1, 32) ?? positive('vRead', i.vRead);
    case 'converter':
      return (
        whole('block', i.block, 0, maxWord) ??
        whole('bits', i.bits, 1, 32) ??
        whole('count', i.zero.length, 1, Math.min(2 * geometry.columns, 0xffff)) ??
        (i.step.length === i.zero.length
          ? undefined
          : problem('step', `${i.step.length} steps do not go with ${i.zero.length} zeros`)) ??
        inList(i.step, (value) => positive('step', value))
      );
    case 'form':
    case 'reset':
      return row(geometry, i.row) ?? mask(geometry, i.mask);
    case 'program':
      return (
        row(geometry, i.row) ??
        span('column', i.column, i.codes.length, geometry.columns) ??
        positive('tolerance', i.tolerance) ??
        inList(i.codes, (value) => whole('codes', value, 0, geometry.levels - 1))
      );
    case 'program-residual':
      return (
        row(geometry, i.row) ??
        whole('column', i.column, 0, geometry.columns - 1) ??
        whole('count', i.values.length, 1, Math.floor((geometry.columns - i.column) / 2)) ??
        positive('tolerance', i.tolerance) ??
        whole('reads', i.reads, 1, 255) ??
        positive('scale', i.scale) ??
        whole('grain', i.grain, 1, geometry.levels - 1) ??
        whole('sources', i.sources.length, 1, 255) ??
        sources(geometry, i) ??
        inList(i.values, (value) => whole('values', value, -(2 ** 15), 2 ** 15 - 1))
      );
    case 'verify':
      return (
        row(geometry, i.row) ??
        span('column', i.column, i.count, geometry.columns) ??
        positive('tolerance', i.tolerance)
      );
    case 'wake-up':
      return hiddenPlane(geometry, i.op) ?? row(geometry, i.row) ?? whole('cycles', i.cycles, 1, maxWord);
    case 'write-hidden': {
      const limit = maxHiddenOf(geometry.hiddenBits);
      return (
        hiddenPlane(geometry, i.op) ??
        row(geometry, i.row) ??
        span('pair', i.pair, i.values.length, pairsOf(geometry.columns)) ??
        inList(i.values, (value) => whole('values', value, -limit, limit))
      );
    }
    case 'transfer':
      return (
        hiddenPlane(geometry, i.op) ??
        whole('pair', i.pair, 0, pairsOf(geometry.columns) - 1) ??
        whole('firstRow', i.firstRow, 0, geometry.rows - 1) ??
        whole('endRow', i.endRow, i.firstRow + 1, geometry.rows)
      );
  }
}

function problem(field: string, reason: string): Problem {
  return { field, index: 0, reason };
}

function whole(field: string, value: number, min: number, max: number): Problem | undefined {
  if (value >= min && value <= max && Number.isInteger(value)) return undefined;
  return problem(field, `${field} ${value} is not an integer from ${min} to ${max}`);
}

/** A quantity is legal as the binary32 that it is stored as. */
function positive(field: string, value: number): Problem | undefined {
  const stored = Math.fround(value);
  if (stored > 0 && stored < Number.POSITIVE_INFINITY) return undefined;
  return problem(field, `${field} ${value} is not a finite binary32 above zero`);
}

function row(geometry: ArrayGeometry, value: number): Problem | undefined {
  return whole('row', value, 0, geometry.rows - 1);
}

/** `count` places from `first` on, of `size` places. */
function span(field: string, first: number, count: number, size: number): Problem | undefined {
  return whole(field, first, 0, size - 1) ?? whole('count', count, 1, size - first);
}

function inList(
  values: ArrayLike<number>,
  check: (value: number) => Problem | undefined,
): Problem | undefined {
  for (let index = 0; index < values.length; index++) {
    const found = check(values[index]!);
    if (found) return { ...found, index };
  }
  return undefined;
}

/** Sources lie in the array and overlap neither what is programmed nor, as they ascend, each other. */
function sources(
  geometry: ArrayGeometry,
  i: Extract<Instruction, { op: 'program-residual' }>,
): Problem | undefined {
  const width = 2 * i.values.length;
  let previous = Number.NEGATIVE_INFINITY;
  for (const [index, { distance, ratio, grain }] of i.sources.entries()) {
    const found =
      whole(
        'distances',
        distance,
        Math.max(-i.column, -(2 ** 15)),
        Math.min(geometry.columns - width - i.column, 2 ** 15 - 1),
      ) ??
      (Math.abs(distance) >= width
        ? undefined
        : problem('distances', `distance ${distance} reads cells that this instruction programs`)) ??
      (distance >= previous + width
        ? undefined
        : problem('distances', `distance ${distance} does not come after the source before it`)) ??
      positive('ratios', ratio) ??
      whole('grains', grain, 0, geometry.levels - 1);
    if (found) return { ...found, index };
    previous = distance;
  }
  return undefined;
}

function mask(geometry: ArrayGeometry, bytes: Uint8Array): Problem | undefined {
  const expected = maskBytesOf(geometry.columns);
  if (bytes.length !== expected)
    return problem('mask', `the mask has ${bytes.length} bytes, not ${expected}`);
  const unused = expected * 8 - geometry.columns;
  if (bytes[expected - 1]! >> (8 - unused) === 0) return undefined;
  return {
    field: 'mask',
    index: expected - 1,
    reason: `the mask has bits beyond column ${geometry.columns - 1}`,
  };
}

function hiddenPlane(geometry: ArrayGeometry, op: Instruction['op']): Problem | undefined {
  return geometry.hiddenBits > 0
    ? undefined
    : problem('op', `${op} needs hidden planes, and hiddenBits is 0`);
}
