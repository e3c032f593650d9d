import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBitstream, decodeBytes } from '../../src/bitstream/decode.ts';
import { encodeArray, encodeBitstream, encodeHeader, encodeTrailer } from '../../src/bitstream/encode.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { ByteSource } from '../../src/files/byte-source.ts';
import { crc32c } from '../../src/files/crc32c.ts';
import type { ArrayProgram } from '../../src/ir/schedule.ts';
import { diagnosticsOf, join, sample, wholes } from './arbitrary.ts';

const bytes = join(encodeBitstream(sample.header, sample.programs));
const headerLength = encodeHeader(sample.header).length;
const firstLength = encodeArray(sample.header, sample.programs[0]!).length;
const secondLength = encodeArray(sample.header, sample.programs[1]!).length;
/** Offsets of the payloads' first bytes, and of the trailer. */
const first = headerLength + 12;
const second = headerLength + firstLength + 12;
const trailer = headerLength + firstLength + secondLength;

/** A reader that hands out bytes in memory. */
const sourceOf = (all: Uint8Array): ByteSource => ({
  size: all.length,
  read: async (offset, length) => all.subarray(offset, offset + length),
});

async function collect(arrays: AsyncIterable<ArrayProgram>): Promise<ArrayProgram[]> {
  const programs: ArrayProgram[] = [];
  for await (const program of arrays) programs.push(program);
  return programs;
}

/** Puts the right CRC at the end of the frame that begins at `start`. */
function reseal(all: Uint8Array, start: number, length: number): void {
  const crc = crc32c(all.subarray(start, start + length - 4));
  new DataView(all.buffer).setUint32(start + length - 4, crc, true);
}

/** The sample with other bytes from `offset` on, and with right CRCs. */
function patched(offset: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, offset);
  reseal(copy, 0, headerLength);
  reseal(copy, headerLength, firstLength);
  reseal(copy, headerLength + firstLength, secondLength);
  reseal(copy, trailer, 12);
  return copy;
}

describe('decode(encode(x)) is x', () => {
  test('in memory, and through a reader', async () => {
    await fc.assert(
      fc.asyncProperty(wholes, async ({ header, programs }) => {
        const all = join(encodeBitstream(header, programs));
        expect(decodeBytes(all, 'x')).toEqual({ header, programs });
        const streamed = await decodeBitstream(sourceOf(all), 'x');
        expect(streamed.header).toEqual(header);
        expect(await collect(streamed.arrays)).toEqual(programs);
      }),
      { numRuns: 300 },
    );
  });

  test('from a file, also when the reader stops early', async () => {
    const folder = mkdtempSync(joinPath(tmpdir(), 'crossloom-'));
    try {
      const path = joinPath(folder, 'program.xbs');
      writeFileSync(path, bytes);
      const { header, arrays } = await decodeBitstream(path, 'program.xbs');
      expect(header).toEqual(sample.header);
      expect(await collect(arrays)).toEqual(sample.programs);
      for await (const { array } of (await decodeBitstream(path, 'program.xbs')).arrays) {
        expect(array).toBe(1);
        break;
      }
      const missing = await decodeBitstream(joinPath(folder, 'none.xbs'), 'none.xbs').catch(
        (e: unknown) => e,
      );
      expect(missing).toBeInstanceOf(DiagnosticError);
      expect(String(missing)).toContain('package/unreadable');
      const directory = await decodeBitstream(folder, 'folder').catch((e: unknown) => e);
      expect(String(directory)).toContain('it is not a file');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('does not depend on where the bytes lie in their buffer', () => {
    const shifted = join([Uint8Array.of(1, 2, 3), bytes]).subarray(3);
    expect(decodeBytes(shifted, 'x')).toEqual(sample);
  });
});

describe('damage', () => {
  test('of any single byte is detected', () => {
    for (let offset = 0; offset < bytes.length; offset++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const damaged = bytes.slice();
        damaged[offset]! ^= flip;
        const [diagnostic] = diagnosticsOf(() => decodeBytes(damaged, 'x'));
        expect(diagnostic!.code).toBe('bitstream/invalid');
      }
    }
  });

  test('of any byte of any bitstream is detected', () => {
    fc.assert(
      fc.property(wholes, fc.nat(), fc.integer({ min: 1, max: 255 }), ({ header, programs }, place, flip) => {
        const damaged = join(encodeBitstream(header, programs));
        damaged[place % damaged.length]! ^= flip;
        expect(diagnosticsOf(() => decodeBytes(damaged, 'x'))).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  test('by truncation at any length is reported at the end of what is left', async () => {
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      const [diagnostic] = diagnosticsOf(() => decodeBytes(cut, 'x'));
      expect(diagnostic!.at).toBe(`x: byte ${length}`);
      const raised = await decodeBitstream(sourceOf(cut), 'x')
        .then(({ arrays }) => collect(arrays))
        .catch((error: unknown) => error);
      expect(raised).toEqual(new DiagnosticError([diagnostic!]));
    }
  });

  test('behind a right CRC gives a diagnostic within the file, or another program with exactly these bytes', () => {
    fc.assert(
      fc.property(
        wholes,
        fc.nat(),
        fc.array(fc.nat(255), { minLength: 1, maxLength: 4 }),
        (whole, place, values) => {
          const pieces = [...encodeBitstream(whole.header, whole.programs)];
          const piece = pieces[place % pieces.length]!;
          piece.set(
            values.slice(0, piece.length),
            Math.floor(place / pieces.length) % Math.max(1, piece.length - 8),
          );
          reseal(piece, 0, piece.length);
          const changed = join(pieces);
          try {
            const { header, programs } = decodeBytes(changed, 'x');
            expect(Buffer.from(join(encodeBitstream(header, programs))).equals(changed)).toBe(true);
          } catch (error) {
            if (!(error instanceof DiagnosticError)) throw error;
            const offset = Number(/byte (\d+)/.exec(error.diagnostics[0]!.at)![1]);
            expect(offset).toBeLessThanOrEqual(changed.length);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('what the format does not allow is reported at its byte', () => {
  const float = (value: number) => [...new Uint8Array(Float32Array.of(value).buffer)];
  // Payload offsets of the sample: driver 0, converter 6, form 30, reset 35, program 40, verify 53,
  // program-residual 64, end 103.
  const converter = first + 6;
  const program = first + 40;
  const verify = first + 53;
  const residual = first + 64;
  // wake-up 0, write-hidden 7, transfer 19, end 26.
  const write = second + 7;
  const transfer = second + 19;

  const cases: readonly (readonly [string, number, readonly number[], number, string])[] = [
    ['magic', 3, [0x54], 3, 'not a Crossloom bitstream'],
    ['version', 8, [5, 0], 8, 'version 5'],
    ['version of a delta', 8, [2, 0], 10, '74 bytes long'],
    ['header length', 10, [64, 0], 10, '64 bytes long'],
    ['rows', 12, [0, 0], 12, 'rows 0'],
    ['levels', 16, [1, 0, 0, 0], 16, 'levels 1'],
    ['arrays', 20, [0], 20, 'arrays 0'],
    ['code bits', 24, [4], 24, '4 code bits'],
    ['hidden bits', 25, [17], 25, 'hiddenBits 17'],
    ['name length', 26, [9], 26, 'name of 9 bytes'],
    ['name', 60, [0xff], 60, 'not UTF-8'],
    ['marker', headerLength, [0x42], headerLength, 'neither a section nor the trailer'],
    ['array beyond the last', headerLength + 4, [4], headerLength + 4, 'array 4'],
    [
      'arrays that descend',
      headerLength + firstLength + 4,
      [0],
      headerLength + firstLength + 4,
      'after array 1',
    ],
    ['an array twice', headerLength + firstLength + 4, [1], headerLength + firstLength + 4, 'after array 1'],
    ['opcode', first + 6, [0x12], first + 6, '0x12 is not an opcode'],
    ['driver bits', first + 1, [33], first + 1, 'bits 33'],
    ['infinite voltage', first + 2, float(Number.POSITIVE_INFINITY), first + 2, 'vRead Infinity'],
    ['converter mode', converter + 6, [2], converter + 6, 'not a conversion mode'],
    ['converter count', converter + 7, [0], converter + 7, 'count 0'],
    ['converter layout', converter + 9, [0x15], converter + 9, 'not a converter layout'],
    ['a zero that is too wide', converter + 10, [5, 0], converter + 9, 'the only legal one 0x04'],
    [
      'equal steps written out',
      converter + 16,
      float(Math.fround(1e-5)),
      converter + 9,
      'the only legal one 0x0d',
    ],
    ['step', converter + 16, float(-1), converter + 16, 'step -1'],
    ['NaN step', converter + 20, float(Number.NaN), converter + 20, 'step NaN'],
    ['row', first + 31, [20], first + 31, 'row 20'],
    ['mask beyond the columns', first + 34, [0x15], first + 34, 'beyond column 11'],
    ['column', program + 3, [12], program + 3, 'column 12'],
    ['count', program + 3, [8], program + 5, 'count 5'],
    ['tolerance', program + 7, float(0), program + 7, 'tolerance 0'],
    ['level code', program + 12, [0x70], program + 12, 'codes 7'],
    ['bits after the last code', program + 12, [0x90], program + 12, 'left over'],
    ['verify count', verify + 5, [11], verify + 5, 'count 11'],
    ['residual count', residual + 5, [0], residual + 5, 'count 0'],
    ['no readings', residual + 11, [0], residual + 11, 'reads 0'],
    ['scale', residual + 12, float(-1), residual + 12, 'scale -1'],
    ['grain', residual + 16, [6], residual + 16, 'grain 6'],
    ['no sources', residual + 18, [0], residual + 18, 'sources 0'],
    ['a source beyond the columns', residual + 21, [5], residual + 21, 'distances 5'],
    ['a source among the programmed', residual + 19, [0xfe], residual + 19, 'reads cells that'],
    ['sources that overlap', residual + 21, [0xfc, 0xff], residual + 21, 'does not come after'],
    ['ratio', residual + 27, float(0), residual + 27, 'ratios 0'],
    ['grain of a source', residual + 33, [6], residual + 33, 'grains 6'],
    ['a missing end', first + 103, [0x32], first + 104, 'pair needs 2 bytes'],
    ['an early end', first + 35, [0x01], first + 36, 'after its end'],
    ['cycles', second + 3, [0, 0], second + 3, 'cycles 0'],
    ['pair', write + 3, [6], write + 3, 'pair 6'],
    ['negative zero', write + 7, [0x00, 0x02], write + 7, 'negative zero'],
    ['transfer rows', transfer + 3, [20], transfer + 3, 'firstRow 20'],
    ['transfer end', transfer + 5, [21], transfer + 5, 'endRow 21'],
    ['section count', trailer + 4, [3], trailer + 4, 'counts 3 sections'],
  ];

  test.each(cases)('%s', (_name, place, values, offset, reason) => {
    const [diagnostic] = diagnosticsOf(() => decodeBytes(patched(place, ...values), 'x.xbs'));
    expect(diagnostic!.code).toBe('bitstream/invalid');
    expect(diagnostic!.at).toBe(`x.xbs: byte ${offset}`);
    expect(diagnostic!.message).toContain(reason);
  });

  test('hidden instructions without hidden planes', () => {
    const [diagnostic] = diagnosticsOf(() => decodeBytes(patched(25, 0), 'x'));
    expect(diagnostic).toMatchObject({
      at: `x: byte ${second}`,
      message: expect.stringContaining('needs hidden planes'),
    });
  });

  test('bytes after the trailer', () => {
    const [diagnostic] = diagnosticsOf(() => decodeBytes(join([bytes, Uint8Array.of(0)]), 'x'));
    expect(diagnostic!.at).toBe(`x: byte ${bytes.length}`);
  });

  test('a section that was left out', () => {
    const pieces = [
      encodeHeader(sample.header),
      encodeArray(sample.header, sample.programs[1]!),
      encodeTrailer(2),
    ];
    const [diagnostic] = diagnosticsOf(() => decodeBytes(join(pieces), 'x'));
    expect(diagnostic!.message).toContain('counts 2 sections, and there are 1');
  });

  test('a wrong CRC, at the CRC', () => {
    const damaged = bytes.slice();
    damaged[first]! ^= 1;
    const [diagnostic] = diagnosticsOf(() => decodeBytes(damaged, 'x'));
    expect(diagnostic!.at).toBe(`x: byte ${headerLength + firstLength - 4}`);
    expect(diagnostic!.message).toContain(`the section at byte ${headerLength} is corrupt`);
  });
});
