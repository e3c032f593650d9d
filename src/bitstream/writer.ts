/** Bytes of a bitstream as they are written, field after field: what a Cursor reads. */
import type { NumberType } from './numbers.ts';

export interface Writer {
  number(type: NumberType, value: number): void;
  /** The next `length` bytes, to be filled. */
  take(length: number): Uint8Array;
  /** A view of all that was written so far. */
  written(): Uint8Array;
}

export function openWriter(): Writer {
  let bytes = new Uint8Array(256);
  let view = new DataView(bytes.buffer);
  let end = 0;

  function move(length: number): number {
    const start = end;
    end += length;
    if (end > bytes.length) {
      const longer = new Uint8Array(2 * end);
      longer.set(bytes);
      bytes = longer;
      view = new DataView(bytes.buffer);
    }
    return start;
  }
  return {
    number(type, value) {
      const at = move(type.bytes);
      type.set(view, at, value);
    },
    take(length) {
      const start = move(length);
      return bytes.subarray(start, end);
    },
    written: () => bytes.subarray(0, end),
  };
}
