/** Bytes -> instructions: the table of opcodes in FORMAT.md, with every limit checked. */
import type { ArrayGeometry, Instruction } from '../ir/schedule.ts';
import { findProblem } from './check.ts';
import { type Cursor, openCursor } from './cursor.ts';
import {
  codeBitsOf,
  converterLayout,
  convertModes,
  layoutByteOf,
  maskBytesOf,
  opcodes,
  packedBytesOf,
} from './layout.ts';
import { unpackBits } from './pack.ts';

/**
 * The instructions of one section's payload, without its `end`.
 * @param base absolute offset in the file of the payload's first byte
 * @throws DiagnosticError bitstreamInvalid at the first field that is not legal
 */
export function decodeInstructions(
  geometry: ArrayGeometry,
  payload: Uint8Array,
  base: number,
  file: string,
): Instruction[] {
  const cursor: Cursor = openCursor(payload, base, file, 'the section');
  const instructions: Instruction[] = [];
  for (;;) {
    cursor.forget();
    const opcode = cursor.u8('op');
    if (opcode === opcodes.end) break;
    const instruction = readInstruction(geometry, opcode, cursor);
    const problem = findProblem(geometry, instruction);
    if (problem) cursor.fail(problem.field, `${instruction.op}: ${problem.reason}`, problem.index);
    instructions.push(instruction);
  }
  const left = cursor.left();
  if (left > 0) {
    cursor.u8('rest');
    cursor.fail('rest', `the section goes on for ${left} bytes after its end instruction`);
  }
  return instructions;
}

function readInstruction(geometry: ArrayGeometry, opcode: number, cursor: Cursor): Instruction {
  switch (opcode) {
    case opcodes.driver:
      return { op: 'driver', bits: cursor.u8('bits'), vRead: cursor.f32('vRead') };
    case opcodes.converter:
      return readConverter(cursor);
    case opcodes.form:
      return { op: 'form', row: cursor.u16('row'), mask: readMask(geometry, cursor) };
    case opcodes.reset:
      return { op: 'reset', row: cursor.u16('row'), mask: readMask(geometry, cursor) };
    case opcodes.program: {
      const row = cursor.u16('row');
      const column = cursor.u16('column');
      const count = cursor.u16('count');
      const tolerance = cursor.f32('tolerance');
      const codes = readPacked('codes', count, codeBitsOf(geometry.levels), cursor);
      return { op: 'program', row, column, tolerance, codes };
    }
    case opcodes['program-residual']:
      return readResidual(cursor);
    case opcodes.verify:
      return {
        op: 'verify',
        row: cursor.u16('row'),
        column: cursor.u16('column'),
        count: cursor.u16('count'),
        tolerance: cursor.f32('tolerance'),
      };
    case opcodes['wake-up']:
      return { op: 'wake-up', row: cursor.u16('row'), cycles: cursor.u32('cycles') };
    case opcodes['write-hidden']: {
      const row = cursor.u16('row');
      const pair = cursor.u16('pair');
      const count = cursor.u16('count');
      return { op: 'write-hidden', row, pair, values: readHidden(count, geometry.hiddenBits, cursor) };
    }
    case opcodes.transfer:
      return {
        op: 'transfer',
        pair: cursor.u16('pair'),
        firstRow: cursor.u16('firstRow'),
        endRow: cursor.u16('endRow'),
      };
    default:
      return cursor.fail('op', `${hex(opcode)} is not an opcode`);
  }
}

function readConverter(cursor: Cursor): Instruction {
  const block = cursor.u32('block');
  const bits = cursor.u8('bits');
  const mode = cursor.u8('convert');
  const convert = convertModes[mode] ?? cursor.fail('convert', `${hex(mode)} is not a conversion mode`);
  const count = cursor.u16('count');
  const byte = cursor.u8('layout');
  const layout =
    converterLayout(byte, count) ?? cursor.fail('layout', `${hex(byte)} is not a converter layout`);

  const zero = new Int32Array(count);
  const zeroBytes = viewOf(cursor.take('zero', layout.zeros * layout.zeroBytes, layout.zeroBytes * 8));
  for (let k = 0; k < layout.zeros; k++) {
    if (layout.zeroBytes === 1) zero[k] = zeroBytes.getInt8(k);
    else if (layout.zeroBytes === 2) zero[k] = zeroBytes.getInt16(2 * k, true);
    else zero[k] = zeroBytes.getInt32(4 * k, true);
  }
  if (layout.zeros < count) zero.fill(zero[0]!);

  const step = new Float32Array(count);
  const stepBytes = viewOf(cursor.take('step', layout.steps * 4, 32));
  for (let k = 0; k < layout.steps; k++) step[k] = stepBytes.getFloat32(4 * k, true);
  if (layout.steps < count) step.fill(step[0]!);

  const shortest = layoutByteOf(zero, step);
  // No converters at all is findProblem's to report.
  if (count > 0 && byte !== shortest)
    cursor.fail('layout', `converter: its layout is ${hex(byte)}, and the only legal one ${hex(shortest)}`);
  return { op: 'converter', block, bits, convert, zero, step };
}

function readResidual(cursor: Cursor): Instruction {
  const row = cursor.u16('row');
  const column = cursor.u16('column');
  const count = cursor.u16('count');
  const tolerance = cursor.f32('tolerance');
  const reads = cursor.u8('reads');
  const scale = cursor.f32('scale');
  const grain = cursor.u16('grain');
  const length = cursor.u8('sources');
  const distances = viewOf(cursor.take('distances', 2 * length, 16));
  const ratios = viewOf(cursor.take('ratios', 4 * length, 32));
  const grains = viewOf(cursor.take('grains', 2 * length, 16));
  const sources = Array.from({ length }, (_, k) => ({
    distance: distances.getInt16(2 * k, true),
    ratio: ratios.getFloat32(4 * k, true),
    grain: grains.getUint16(2 * k, true),
  }));
  const bytes = viewOf(cursor.take('values', 2 * count, 16));
  const values = Int16Array.from({ length: count }, (_, k) => bytes.getInt16(2 * k, true));
  return { op: 'program-residual', row, column, tolerance, reads, scale, grain, sources, values };
}

function readMask(geometry: ArrayGeometry, cursor: Cursor): Uint8Array {
  return cursor.take('mask', maskBytesOf(geometry.columns), 8).slice();
}

function readPacked(field: string, count: number, bits: number, cursor: Cursor): Uint16Array {
  const length = packedBytesOf(count, bits);
  const { values, rest } = unpackBits(cursor.take(field, length, bits), count, bits);
  if (rest !== 0) cursor.fail(field, `the bits left over after the last of the ${field} are not 0`, count);
  return values;
}

function readHidden(count: number, bits: number, cursor: Cursor): Int16Array {
  if (bits === 0) return new Int16Array(count); // findProblem rejects the instruction
  const words = readPacked('values', count, bits, cursor);
  const sign = 1 << (bits - 1);
  const negativeZero = words.indexOf(sign);
  if (negativeZero >= 0)
    cursor.fail('values', `write-hidden: value ${negativeZero} is a negative zero`, negativeZero);
  return Int16Array.from(words, (word) => (word & sign ? -(word ^ sign) : word));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
