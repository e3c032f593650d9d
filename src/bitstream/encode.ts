/**
 * Schedule -> the bytes of program.xbs, as FORMAT.md lays them out. Header, sections and trailer are separate pieces,
 * so that a large model's bitstream is written array by array.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import { crc32c } from '../files/crc32c.ts';
import type { ArrayGeometry, ArrayProgram, BitstreamHeader, Instruction } from '../ir/schedule.ts';
import { findArrayProblem, findHeaderProblem } from './check.ts';
import { byOp, findProblem, valuesOf } from './instructions.ts';
import {
  baseLength,
  codeBitsOf,
  crcLength,
  endOpcode,
  headerFixedLength,
  magic,
  sectionHeadLength,
  sectionMarker,
  trailerMarker,
  versionOf,
} from './layout.ts';
import { u8, u16, u32 } from './numbers.ts';
import { openWriter, type Writer } from './writer.ts';

const stage = 'encode-bitstream';

/**
 * The header's bytes.
 * @throws InternalError where a field is out of range
 */
export function encodeHeader(header: BitstreamHeader): Uint8Array {
  const problem = findHeaderProblem(header);
  if (problem) throw new InternalError(stage, `header: ${problem.reason}`);
  const { base } = header;
  const name = new TextEncoder().encode(header.target);
  const writer = openWriter();
  const put = (bytes: Uint8Array): void => writer.take(bytes.length).set(bytes);
  put(magic);
  writer.number(u16, versionOf(header));
  writer.number(u16, headerFixedLength + (base === undefined ? 0 : baseLength) + name.length + crcLength);
  writer.number(u16, header.rows);
  writer.number(u16, header.columns);
  writer.number(u32, header.levels);
  writer.number(u32, header.arrays);
  writer.number(u8, codeBitsOf(header.levels));
  writer.number(u8, header.hiddenBits);
  writer.number(u16, name.length);
  put(Buffer.from(header.fingerprint, 'hex'));
  put(Buffer.from(base ?? '', 'hex'));
  put(name);
  return seal(writer);
}

/**
 * One array's section.
 * @throws InternalError naming array and instruction where a field is out of range
 */
export function encodeArray(geometry: ArrayGeometry, program: ArrayProgram): Uint8Array {
  const { array, instructions } = program;
  const misplaced = findArrayProblem(geometry, array, -1);
  if (misplaced) throw new InternalError(stage, misplaced.reason);
  const writer = openWriter();
  writer.number(u32, sectionMarker);
  writer.number(u32, array);
  writer.number(u32, 0); // the length, which is not known yet
  for (const [index, instruction] of instructions.entries()) {
    const problem = findProblem(geometry, instruction);
    if (problem) {
      throw new InternalError(
        stage,
        `array ${array}, instruction ${index} (${instruction.op}): ${problem.reason}`,
      );
    }
    writeInstruction(writer, instruction, geometry);
  }
  writer.number(u8, endOpcode);
  const { buffer, length } = writer.written();
  u32.set(new DataView(buffer), 8, length - sectionHeadLength);
  return seal(writer);
}

function writeInstruction(writer: Writer, instruction: Instruction, geometry: ArrayGeometry): void {
  const values = valuesOf(instruction);
  const { opcode, fields } = byOp.get(instruction.op)!;
  writer.number(u8, opcode);
  for (const { name, write } of fields) write(writer, values[name], geometry, instruction);
}

/** The trailer after `count` sections. */
export function encodeTrailer(count: number): Uint8Array {
  const writer = openWriter();
  writer.number(u32, trailerMarker);
  writer.number(u32, count);
  return seal(writer);
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

/** All that was written, and its CRC-32C. */
function seal(writer: Writer): Uint8Array {
  writer.number(u32, crc32c(writer.written()));
  return writer.written().slice();
}
