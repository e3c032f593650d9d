/** A place in the bytes of a bitstream: reads field after field, and knows where in the file each of them lay. */

import { bitstreamInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';

export interface Cursor {
  /** Bytes left. */
  left(): number;
  /** Begins a new instruction: the fields read so far are no longer named in diagnostics. */
  forget(): void;
  u8(field: string): number;
  u16(field: string): number;
  u32(field: string): number;
  f32(field: string): number;
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
  return {
    left: () => bytes.length - at,
    forget: () => {
      read = 0;
    },
    u8: (field) => view.getUint8(move(field, 1, 8)),
    u16: (field) => view.getUint16(move(field, 2, 16), true),
    u32: (field) => view.getUint32(move(field, 4, 32), true),
    f32: (field) => view.getFloat32(move(field, 4, 32), true),
    take(field, length, bits) {
      const start = move(field, length, bits);
      return bytes.subarray(start, start + length);
    },
    fail(field, reason, index = 0) {
      const k = fields.lastIndexOf(field, read - 1);
      invalid(file, k < 0 ? base + at : base + starts[k]! + ((index * widths[k]!) >> 3), reason);
    },
  };
}

/** Raises bitstreamInvalid at an absolute offset. */
export function invalid(file: string, offset: number, reason: string): never {
  throw new DiagnosticError([bitstreamInvalid(file, offset, reason)]);
}
