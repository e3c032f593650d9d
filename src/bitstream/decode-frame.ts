/** Header, sections and trailer of program.xbs: lengths, markers, checksums and order, as FORMAT.md states them. */
import { crc32c } from '../files/crc32c.ts';
import type { BitstreamHeader } from '../ir/schedule.ts';
import { findArrayProblem, findHeaderProblem } from './check.ts';
import { type Cursor, invalid, openCursor } from './cursor.ts';
import {
  baseLength,
  codeBitsOf,
  crcLength,
  formOf,
  headerFixedLength,
  magic,
  sectionHeadLength,
  sectionMarker,
  trailerLength,
  trailerMarker,
  versions,
} from './layout.ts';
import { u8, u16, u32 } from './numbers.ts';

/** Bytes that are enough for every header. */
export const maxHeaderLength = headerFixedLength + baseLength + 255 + crcLength;

/** One array's part of a bitstream, its checksum checked and its instructions not decoded yet. */
export interface Section {
  /** Name of the file in diagnostics. */
  readonly file: string;
  readonly array: number;
  /** Where the payload lies in the file. */
  readonly offset: number;
  readonly payload: Uint8Array;
}

/** How far a bitstream has been read. */
export interface Progress {
  /** Absolute offset of the next section or trailer. */
  readonly offset: number;
  /** Number of the last array, -1 at the start. */
  readonly array: number;
  readonly sections: number;
}

/**
 * The header, and where the first section begins.
 * @param start the first maxHeaderLength bytes of the file, or all of a shorter one
 * @throws DiagnosticError bitstreamInvalid
 */
export function decodeHeader(
  start: Uint8Array,
  file: string,
): { header: BitstreamHeader; progress: Progress } {
  for (const [i, byte] of magic.entries()) {
    if (i >= start.length) invalid(file, i, 'the file ends within the header');
    if (start[i] !== byte) invalid(file, i, 'this is not a Crossloom bitstream');
  }
  if (start.length < 12) invalid(file, start.length, 'the file ends within the header');
  const view = new DataView(start.buffer, start.byteOffset);
  const version = view.getUint16(8, true);
  const form = formOf(version);
  if (!form) {
    const known = `${versions.slice(0, -1).join(', ')} and ${versions.at(-1)}`;
    invalid(file, 8, `format version ${version} is not known, only ${known}`);
  }
  const least = headerFixedLength + (form.delta ? baseLength : 0) + 1 + crcLength;
  const length = view.getUint16(10, true);
  if (length < least || length > least + 254) {
    invalid(file, 10, `the header cannot be ${length} bytes long`);
  }
  if (length > start.length) invalid(file, start.length, 'the file ends within the header');
  checkCrc(start.subarray(0, length), 0, file, 'header');

  const cursor: Cursor = openCursor(start.subarray(12, length - crcLength), 12, file, 'the header');
  const rows = cursor.number('rows', u16);
  const columns = cursor.number('columns', u16);
  const levels = cursor.number('levels', u32);
  const arrays = cursor.number('arrays', u32);
  const codeBits = cursor.number('codeBits', u8);
  const hiddenBits = cursor.number('hiddenBits', u8);
  const nameLength = cursor.number('name length', u16);
  const hash = (field: string) => Buffer.from(cursor.take(field, 32, 8)).toString('hex');
  const fingerprint = hash('fingerprint');
  const base = form.delta ? { base: hash('base') } : {};
  const updates = form.updates ? { updates: true as const } : {};
  if (nameLength !== cursor.left()) {
    cursor.fail('name length', `a name of ${nameLength} bytes does not go with a header of ${length}`);
  }
  const name = cursor.take('target', nameLength, 8);
  const target = decodeUtf8(name) ?? cursor.fail('target', 'the target name is not UTF-8');
  const header = { rows, columns, levels, hiddenBits, arrays, target, fingerprint, ...base, ...updates };
  const problem = findHeaderProblem(header);
  if (problem) cursor.fail(problem.field, `header: ${problem.reason}`);
  if (codeBits !== codeBitsOf(levels)) {
    cursor.fail(
      'codeBits',
      `${codeBits} code bits do not go with ${levels} levels, which take ${codeBitsOf(levels)}`,
    );
  }
  return { header, progress: { offset: length, array: -1, sections: 0 } };
}

/**
 * Length of the section or trailer that begins with `head`.
 * @param head its first 12 bytes, or what is left of the file
 * @param size of the file
 */
export function frameLength(head: Uint8Array, progress: Progress, size: number, file: string): number {
  const { offset } = progress;
  if (head.length < sectionHeadLength) {
    invalid(file, offset + head.length, 'the file ends where a section or the trailer is missing');
  }
  const view = new DataView(head.buffer, head.byteOffset);
  const marker = view.getUint32(0, true);
  if (marker !== sectionMarker && marker !== trailerMarker) {
    invalid(file, offset, 'neither a section nor the trailer begins here');
  }
  if (marker === trailerMarker) return trailerLength;
  const length = sectionHeadLength + view.getUint32(8, true) + crcLength;
  if (offset + length > size) {
    invalid(file, size, `the file ends within the section at byte ${offset}, which has ${length} bytes`);
  }
  return length;
}

/**
 * Opens a section, and tells how far it brings us; `undefined` for a trailer.
 * @param frame all bytes of the section or trailer, `length` of them unless the file shrank meanwhile
 * @throws DiagnosticError bitstreamInvalid
 */
export function openFrame(
  header: BitstreamHeader,
  frame: Uint8Array,
  length: number,
  progress: Progress,
  size: number,
  file: string,
): { section: Section; progress: Progress } | undefined {
  const { offset, sections } = progress;
  if (frame.length < length)
    invalid(file, offset + frame.length, 'the file ends here, and was longer before');
  const view = new DataView(frame.buffer, frame.byteOffset);
  if (view.getUint32(0, true) === trailerMarker) {
    checkCrc(frame, offset, file, 'trailer');
    const count = view.getUint32(4, true);
    if (count !== sections)
      invalid(file, offset + 4, `the trailer counts ${count} sections, and there are ${sections}`);
    const end = offset + trailerLength;
    if (end !== size) invalid(file, end, `the file goes on for ${size - end} bytes after the trailer`);
    return undefined;
  }
  checkCrc(frame, offset, file, 'section');
  const array = view.getUint32(4, true);
  const problem = findArrayProblem(header, array, progress.array);
  if (problem) invalid(file, offset + 4, problem.reason);
  const payload = frame.subarray(sectionHeadLength, length - crcLength);
  return {
    section: { file, array, offset: offset + sectionHeadLength, payload },
    progress: { offset: offset + length, array, sections: sections + 1 },
  };
}

function checkCrc(bytes: Uint8Array, offset: number, file: string, what: string): void {
  const at = bytes.length - crcLength;
  const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
  if (crc32c(bytes.subarray(0, at)) !== stored) {
    invalid(file, offset + at, `the ${what} at byte ${offset} is corrupt: its CRC-32C does not match`);
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
