import { describe, expect, test } from 'vitest';
import { encodeArray, encodeBitstream, encodeHeader, encodeTrailer } from '../../src/bitstream/encode.ts';
import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import { crc32c } from '../../src/files/crc32c.ts';
import type { Instruction } from '../../src/ir/schedule.ts';
import { join, sample } from './arbitrary.ts';

/** Bytes from hexadecimal digits; `crc` appends the checksum. */
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

function withCrc(text: string): Uint8Array {
  const bytes = hex(text);
  const crc = new Uint8Array(4);
  new DataView(crc.buffer).setUint32(0, crc32c(bytes), true);
  return join([bytes, crc]);
}

describe('the bytes are those that FORMAT.md describes', () => {
  test('header', () => {
    expect(encodeHeader(sample.header)).toEqual(
      withCrc(`
        89 58 42 53 0d 0a 1a 0a  0100  4a00  1400  0c00  06000000  04000000  03  0a  0a00
        ${'ab'.repeat(32)}
        74 69 6e 79 2d 32 30 78 31 32`),
    );
  });

  test('section with memristor instructions', () => {
    // Codes 5,0,0,0,1 in 3 bits each: 5 + (1 << 12) = 0x1005. The payload has 6 + 24 + 5 + 5 + 13 + 11 + 39 + 1 bytes.
    expect(encodeArray(sample.header, sample.programs[0]!)).toEqual(
      withCrc(`
        41525259 01000000 68000000
        10 01 0000803e
        11 07000000 08 00 0300 05  8000  acc52737 acc5a737 acc52737
        20 0300 ff05
        21 0300 0000
        22 0300 0200 0500 bd378635 0510
        23 0300 0200 0500 bd370636
        24 0300 0400 0200 bd378635 04 00002040 0100 02  fcff 0400  00008841 f1f0703d  0300 0000  d4fe 0700
        01`),
    );
  });

  test('section with hidden-plane instructions', () => {
    // -511 is 11.1111.1111 in sign and magnitude, 448 is 01.1100.0000: 3ff, 000, 000, 1c0 in 10 bits each.
    expect(encodeArray(sample.header, sample.programs[1]!)).toEqual(
      withCrc(`
        41525259 03000000 1b000000
        30 1300 e8030000
        31 1300 0200 0400 ff03000070
        32 0200 0000 1400
        01`),
    );
  });

  test('trailer', () => {
    expect(encodeTrailer(2)).toEqual(withCrc('58454e44 02000000'));
  });

  test('the whole is header, sections, trailer', () => {
    expect(join(encodeBitstream(sample.header, sample.programs))).toEqual(
      join([
        encodeHeader(sample.header),
        encodeArray(sample.header, sample.programs[0]!),
        encodeArray(sample.header, sample.programs[1]!),
        encodeTrailer(2),
      ]),
    );
  });
});

describe('a schedule that does not fit is our own bug', () => {
  const wrong: readonly (readonly [string, Instruction])[] = [
    ['bits', { op: 'driver', bits: 0, vRead: 1 }],
    ['vRead', { op: 'driver', bits: 1, vRead: 1e-60 }],
    ['row 20', { op: 'form', row: 20, mask: new Uint8Array(2) }],
    ['the mask has 3 bytes', { op: 'form', row: 0, mask: new Uint8Array(3) }],
    ['beyond column 11', { op: 'reset', row: 0, mask: Uint8Array.of(0, 0x10) }],
    ['codes 6', { op: 'program', row: 0, column: 0, tolerance: 1, codes: Uint16Array.of(0, 6) }],
    ['count 0', { op: 'program', row: 0, column: 0, tolerance: 1, codes: new Uint16Array(0) }],
    ['count 3', { op: 'program', row: 0, column: 10, tolerance: 1, codes: new Uint16Array(3) }],
    ['tolerance NaN', { op: 'verify', row: 0, column: 0, count: 1, tolerance: Number.NaN }],
    ['tolerance 0', { op: 'verify', row: 0, column: 0, count: 1, tolerance: 0 }],
    ['cycles 0', { op: 'wake-up', row: 0, cycles: 0 }],
    ['values -512', { op: 'write-hidden', row: 0, pair: 0, values: Int16Array.of(-512) }],
    ['pair 6', { op: 'write-hidden', row: 0, pair: 6, values: Int16Array.of(0) }],
    ['endRow 4', { op: 'transfer', pair: 0, firstRow: 4, endRow: 4 }],
    [
      '1 steps',
      {
        op: 'converter',
        block: 0,
        bits: 8,
        convert: 'pair',
        zero: new Int32Array(2),
        step: Float32Array.of(1),
      },
    ],
    [
      'step -1',
      {
        op: 'converter',
        block: 0,
        bits: 8,
        convert: 'pair',
        zero: new Int32Array(1),
        step: Float32Array.of(-1),
      },
    ],
  ];

  test.each(wrong)('%s', (reason, instruction) => {
    const program = { array: 2, instructions: [{ op: 'driver', bits: 1, vRead: 1 }, instruction] as const };
    const act = () => encodeArray(sample.header, program);
    expect(act).toThrow(InternalError);
    expect(act).toThrow(`array 2, instruction 1 (${instruction.op}): `);
    expect(act).toThrow(reason);
  });

  test('hidden instructions on a chip without hidden planes', () => {
    const header = { ...sample.header, hiddenBits: 0 };
    expect(() => encodeArray(header, sample.programs[1]!)).toThrow('needs hidden planes');
  });

  test.each([
    ['arrays that do not ascend', [3, 3]],
    ['an array beyond the last', [4]],
  ])('%s', (_name, arrays) => {
    const programs = arrays.map((array) => ({ array, instructions: [] }));
    expect(() => join(encodeBitstream(sample.header, programs))).toThrow(InternalError);
  });

  test.each([
    { rows: 0 },
    { columns: 65536 },
    { levels: 1 },
    { hiddenBits: 1 },
    { hiddenBits: 17 },
    { arrays: 0 },
    { target: '' },
    { target: '\ud800' },
    { fingerprint: 'AB'.repeat(32) },
  ])('header with %o', (change) => {
    expect(() => encodeHeader({ ...sample.header, ...change })).toThrow(InternalError);
  });
});
