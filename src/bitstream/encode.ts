/**
 * Schedule -> the bytes of program.xbs, as FORMAT.md lays them out. Header, sections and trailer are separate pieces,
 * so that a large model's bitstream is written array by array.
 */

import { InternalError } from '../diagnostics/diagnostic.ts';
import { crc32c } from '../files/crc32c.ts';
import type { ArrayGeometry, ArrayProgram, BitstreamHeader } from '../ir/schedule.ts';
import { findArrayProblem, findHeaderProblem, findProblem } from './check.ts';
import { sizeOfInstruction, writeInstruction } from './encode-instruction.ts';
import {
  baseLength,
  codeBitsOf,
  crcLength,
  deltaVersion,
  headerFixedLength,
  magic,
  opcodes,
  sectionHeadLength,
  sectionMarker,
  trailerLength,
  trailerMarker,
  wholeVersion,
} from './layout.ts';

const stage = 'encode-bitstream';

/**
 * The header's bytes.
 * @throws InternalError where a field is out of range
 */
export function encodeHeader(header: BitstreamHeader): Uint8Array {
  const problem = findHeaderProblem(header);
  if (problem) throw new InternalError(stage, `header: ${problem.reason}`);
  const name = new TextEncoder().encode(header.target);
  const nameAt = headerFixedLength + (header.base === undefined ? 0 : baseLength);
  const bytes = new Uint8Array(nameAt + name.length + crcLength);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint16(8, header.base === undefined ? wholeVersion : deltaVersion, true);
  view.setUint16(10, bytes.length, true);
  view.setUint16(12, header.rows, true);
  view.setUint16(14, header.columns, true);
  view.setUint32(16, header.levels, true);
  view.setUint32(20, header.arrays, true);
  bytes[24] = codeBitsOf(header.levels);
  bytes[25] = header.hiddenBits;
  view.setUint16(26, name.length, true);
  bytes.set(Buffer.from(header.fingerprint, 'hex'), 28);
  if (header.base !== undefined) bytes.set(Buffer.from(header.base, 'hex'), headerFixedLength);
  bytes.set(name, nameAt);
  return seal(bytes);
}

/**
 * One array's section.
 * @throws InternalError naming array and instruction where a field is out of range
 */
export function encodeArray(geometry: ArrayGeometry, program: ArrayProgram): Uint8Array {
  const { array, instructions } = program;
  const misplaced = findArrayProblem(geometry, array, -1);
  if (misplaced) throw new InternalError(stage, misplaced.reason);
  let length = 1; // `end`
  for (const [index, instruction] of instructions.entries()) {
    const problem = findProblem(geometry, instruction);
    if (problem) {
      throw new InternalError(
        stage,
        `array ${array}, instruction ${index} (${instruction.op}): ${problem.reason}`,
      );
    }
    length += sizeOfInstruction(geometry, instruction);
  }
  const bytes = new Uint8Array(sectionHeadLength + length + crcLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, sectionMarker, true);
  view.setUint32(4, array, true);
  view.setUint32(8, length, true);
  let at = sectionHeadLength;
  for (const instruction of instructions) at = writeInstruction(geometry, instruction, view, at);
  bytes[at] = opcodes.end;
  return seal(bytes);
}

/** The trailer after `count` sections. */
export function encodeTrailer(count: number): Uint8Array {
  const bytes = new Uint8Array(trailerLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, trailerMarker, true);
  view.setUint32(4, count, true);
  return seal(bytes);
}

/**
 * The whole bitstream, piece by piece.
 * @param programs in ascending order of their arrays, each array at most once
 * @throws InternalError as encodeHeader and encodeArray, and where the arrays do not ascend
 */
export function* encodeBitstream(
  header: BitstreamHeader,
  programs: Iterable<ArrayProgram>,
): Generator<Uint8Array, void, undefined> {
  yield encodeHeader(header);
  let previous = -1;
  let count = 0;
  for (const program of programs) {
    const problem = findArrayProblem(header, program.array, previous);
    if (problem) throw new InternalError(stage, problem.reason);
    yield encodeArray(header, program);
    previous = program.array;
    count++;
  }
  yield encodeTrailer(count);
}

/** Writes the CRC of all bytes before it into the last four. */
function seal(bytes: Uint8Array): Uint8Array {
  const at = bytes.length - crcLength;
  new DataView(bytes.buffer).setUint32(at, crc32c(bytes.subarray(0, at)), true);
  return bytes;
}
