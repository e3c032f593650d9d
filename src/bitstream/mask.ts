/** The codec of a mask, one bit per column: bit c % 8 of byte c >> 3 is column c. */
import { problem } from './check.ts';
import type { Codec } from './codec.ts';
import { shorten } from './text.ts';

function maskBytesOf(columns: number): number {
  return Math.ceil(columns / 8);
}

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
