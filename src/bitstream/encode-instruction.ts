/** Instruction -> bytes: the table of opcodes in FORMAT.md. The instruction has passed findProblem. */
import type {
  ArrayGeometry,
  ConverterInstruction,
  Instruction,
  ProgramResidualInstruction,
} from '../ir/schedule.ts';
import {
  codeBitsOf,
  converterLayout,
  convertModes,
  layoutByteOf,
  maskBytesOf,
  opcodes,
  packedBytesOf,
} from './layout.ts';
import { packBits } from './pack.ts';

/** Bytes of a converter instruction before its lists. */
const converterHead = 10;

/** Bytes of a program-residual instruction before its lists, and of one source. */
const residualHead = 19;
const sourceSize = 8;

/** Bytes that the instruction takes, its opcode included. */
export function sizeOfInstruction(geometry: ArrayGeometry, i: Instruction): number {
  switch (i.op) {
    case 'driver':
      return 6;
    case 'converter': {
      const { zeroBytes, zeros, steps } = layoutOf(i);
      return converterHead + zeros * zeroBytes + steps * 4;
    }
    case 'form':
    case 'reset':
      return 3 + maskBytesOf(geometry.columns);
    case 'program':
      return 11 + packedBytesOf(i.codes.length, codeBitsOf(geometry.levels));
    case 'program-residual':
      return residualHead + i.sources.length * sourceSize + 2 * i.values.length;
    case 'verify':
      return 11;
    case 'wake-up':
      return 7;
    case 'write-hidden':
      return 7 + packedBytesOf(i.values.length, geometry.hiddenBits);
    case 'transfer':
      return 7;
  }
}

/**
 * Writes the instruction from byte `at` of `view` on.
 * @returns the byte after it
 */
export function writeInstruction(
  geometry: ArrayGeometry,
  i: Instruction,
  view: DataView,
  at: number,
): number {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  view.setUint8(at, opcodes[i.op]);
  switch (i.op) {
    case 'driver':
      view.setUint8(at + 1, i.bits);
      view.setFloat32(at + 2, i.vRead, true);
      return at + 6;
    case 'converter':
      return writeConverter(i, view, at);
    case 'form':
    case 'reset':
      view.setUint16(at + 1, i.row, true);
      bytes.set(i.mask, at + 3);
      return at + 3 + i.mask.length;
    case 'program':
      view.setUint16(at + 1, i.row, true);
      view.setUint16(at + 3, i.column, true);
      view.setUint16(at + 5, i.codes.length, true);
      view.setFloat32(at + 7, i.tolerance, true);
      return packBits(i.codes, codeBitsOf(geometry.levels), bytes, at + 11);
    case 'program-residual':
      return writeResidual(i, view, at);
    case 'verify':
      view.setUint16(at + 1, i.row, true);
      view.setUint16(at + 3, i.column, true);
      view.setUint16(at + 5, i.count, true);
      view.setFloat32(at + 7, i.tolerance, true);
      return at + 11;
    case 'wake-up':
      view.setUint16(at + 1, i.row, true);
      view.setUint32(at + 3, i.cycles, true);
      return at + 7;
    case 'write-hidden': {
      const sign = 1 << (geometry.hiddenBits - 1);
      const words = Uint16Array.from(i.values, (value) => (value < 0 ? sign | -value : value));
      view.setUint16(at + 1, i.row, true);
      view.setUint16(at + 3, i.pair, true);
      view.setUint16(at + 5, i.values.length, true);
      return packBits(words, geometry.hiddenBits, bytes, at + 7);
    }
    case 'transfer':
      view.setUint16(at + 1, i.pair, true);
      view.setUint16(at + 3, i.firstRow, true);
      view.setUint16(at + 5, i.endRow, true);
      return at + 7;
  }
}

function writeResidual(i: ProgramResidualInstruction, view: DataView, start: number): number {
  view.setUint16(start + 1, i.row, true);
  view.setUint16(start + 3, i.column, true);
  view.setUint16(start + 5, i.values.length, true);
  view.setFloat32(start + 7, i.tolerance, true);
  view.setUint8(start + 11, i.reads);
  view.setFloat32(start + 12, i.scale, true);
  view.setUint16(start + 16, i.grain, true);
  view.setUint8(start + 18, i.sources.length);
  let at = start + residualHead;
  for (const { distance } of i.sources) {
    view.setInt16(at, distance, true);
    at += 2;
  }
  for (const { ratio } of i.sources) {
    view.setFloat32(at, ratio, true);
    at += 4;
  }
  for (const { grain } of i.sources) {
    view.setUint16(at, grain, true);
    at += 2;
  }
  for (const value of i.values) {
    view.setInt16(at, value, true);
    at += 2;
  }
  return at;
}

function writeConverter(i: ConverterInstruction, view: DataView, start: number): number {
  const { zeroBytes, zeros, steps } = layoutOf(i);
  view.setUint32(start + 1, i.block, true);
  view.setUint8(start + 5, i.bits);
  view.setUint8(start + 6, convertModes.indexOf(i.convert));
  view.setUint16(start + 7, i.zero.length, true);
  view.setUint8(start + 9, layoutByteOf(i.zero, i.step));
  let at = start + converterHead;
  for (let k = 0; k < zeros; k++, at += zeroBytes) {
    if (zeroBytes === 1) view.setInt8(at, i.zero[k]!);
    else if (zeroBytes === 2) view.setInt16(at, i.zero[k]!, true);
    else view.setInt32(at, i.zero[k]!, true);
  }
  for (let k = 0; k < steps; k++, at += 4) view.setFloat32(at, i.step[k]!, true);
  return at;
}

function layoutOf(i: ConverterInstruction) {
  return converterLayout(layoutByteOf(i.zero, i.step), i.zero.length)!;
}
