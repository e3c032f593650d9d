/** A place in the bytes of a bitstream: reads field after field, and knows where in the file each of them lay. */
import { bitstreamInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { NumberType } from './numbers.ts';

export interface Cursor {
  /** Bytes left. */
  left(): number;
  /** Begins a new instruction: the fields read so far are no longer known. */
  forget(): void;
  number(field: string, type: NumberType): number;
  /** The number that was read as `field`, the latest one of that name. */
  value(field: string): number;
  /** Reads `count` numbers into `list`, which it returns. */
  numbers<List extends { [index: number]: number; readonly length: number }>(
    field: string,
    type: NumberType,
    list: List,
    count?: number,
  ): List;
  /** A view of the next `length` bytes, a list of values of `bits` bits each. */
  take(field: string, length: number, bits: number): Uint8Array;
  /** Raises bitstreamInvalid at value `index` of a field that was read, the latest one of that name. */
  fail(field: string, reason: string, index?: number): never;
}

/**
 * @param bytes what may be read
 * @param base absolute offset in the file of its first byte
 * @param file name for diagnostics
 * @param whole what the bytes are, for the diagnostic where they end too early
 */
export function openCursor(bytes: Uint8Array, base: number, file: string, whole: string): Cursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Parallel lists, because a place per field as an object is what decoding would spend its time on.
  const fields: string[] = [];
  const starts: number[] = [];
  const widths: number[] = [];
  const values: number[] = [];
  let read = 0;
  let at = 0;

  function move(field: string, length: number, bits: number): number {
    const start = at;
    if (start + length > bytes.length) {
      invalid(
        file,
        base + start,
        `${field} needs ${length} bytes, and ${whole} ends after ${bytes.length - start}`,
      );
    }
    fields[read] = field;
    starts[read] = start;
    widths[read++] = bits;
    at = start + length;
    return start;
  }
  function latest(field: string): number {
    let k = read - 1;
    while (k >= 0 && fields[k] !== field) k--;
    return k;
  }
  return {
    left: () => bytes.length - at,
    forget: () => {
      read = 0;
    },
    number(field, type) {
      const start = move(field, type.bytes, 8 * type.bytes);
      const value = type.get(view, start);
      values[read - 1] = value;
      return value;
    },
    value: (field) => values[latest(field)]!,
    numbers(field, type, list, count = list.length) {
      const start = move(field, count * type.bytes, 8 * type.bytes);
      for (let k = 0; k < count; k++) list[k] = type.get(view, start + k * type.bytes);
      return list;
    },
    take(field, length, bits) {
      const start = move(field, length, bits);
      return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
    },
    fail(field, reason, index = 0) {
      const k = latest(field);
      invalid(file, k < 0 ? base + at : base + starts[k]! + ((index * widths[k]!) >> 3), reason);
    },
  };
}

/** Raises bitstreamInvalid at an absolute offset. */
export function invalid(file: string, offset: number, reason: string): never {
  throw new DiagnosticError([bitstreamInvalid(file, offset, reason)]);
}

/** A byte in messages. */
export function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
