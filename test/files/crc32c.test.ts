import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32c } from '../../src/files/crc32c.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

describe('crc32c', () => {
  // The check value of the CRC catalogue (CRC-32/ISCSI), then RFC 3720, appendix B.4 (printed there as stored bytes).
  test.each([
    ['123456789', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
    ['32 bytes of zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['32 incrementing bytes', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['32 decrementing bytes', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    [
      'an iSCSI SCSI Read (10) command',
      hex(`01c00000 00000000 00000000 00000000 14000000 00000400
           00000014 00000018 28000000 00000000 02000000 00000000`),
      0xd9963a56,
    ],
  ])('of %s is the published value', (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  test('equals the division bit by bit, whatever the length and alignment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(8), (bytes, skip) => {
        let remainder = 0xffffffff;
        for (const byte of bytes.subarray(skip)) {
          for (let bit = 0; bit < 8; bit++) {
            const feedback = (remainder ^ (byte >> bit)) & 1;
            remainder = (remainder >>> 1) ^ (feedback ? 0x82f63b78 : 0);
          }
        }
        expect(crc32c(bytes.subarray(skip))).toBe(~remainder >>> 0);
      }),
    );
  });

  test('continues from the checksum of the bytes before', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 60 }), (a, b) => {
        expect(crc32c(b, crc32c(a))).toBe(crc32c(Uint8Array.of(...a, ...b)));
      }),
    );
  });
});
