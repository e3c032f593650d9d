/** Cells and the codes that they are told -> the bytes of the delta that tells them. */
import { encodeArray, encodeHeader, encodeTrailer } from '../bitstream/encode.ts';
import type { ArrayProgram, BitstreamHeader, Instruction } from '../ir/schedule.ts';

/** By array: cells and their codes. */
export type Writes = ReadonlyMap<number, readonly (readonly [cell: number, code: number])[]>;

/** @param header with the bitstream that the chip executed last as its base */
export function encodeWrites(header: BitstreamHeader, writes: Writes, tolerance: number): Uint8Array {
  const programs = [...writes]
    .sort((a, b) => a[0] - b[0])
    .map(
      ([array, cells]): ArrayProgram => ({ array, instructions: runsOf(cells, header.columns, tolerance) }),
    );
  const parts = [
    encodeHeader(header),
    ...programs.map((program) => encodeArray(header, program)),
    encodeTrailer(programs.length),
  ];
  return Buffer.concat(parts);
}

/** One instruction for neighbours in a row. */
function runsOf(
  cells: readonly (readonly [cell: number, code: number])[],
  columns: number,
  tolerance: number,
): Instruction[] {
  const sorted = [...cells].sort((a, b) => a[0] - b[0]);
  const runs: Instruction[] = [];
  for (let start = 0, end = 1; start < sorted.length; start = end++) {
    const first = sorted[start]![0];
    const column = first % columns;
    while (end < sorted.length && sorted[end]![0] === first + end - start && column + end - start < columns)
      end++;
    const codes = Uint16Array.from(sorted.slice(start, end), ([, code]) => code);
    runs.push({ op: 'program', row: (first - column) / columns, column, tolerance, codes });
  }
  return runs;
}
