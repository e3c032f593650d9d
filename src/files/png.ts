/** Pixels with a palette of 16 colours -> a PNG file. Layout: Portable Network Graphics (W3C, third edition), sections 5 and 11. */
import { constants, deflateSync, gzipSync } from 'node:zlib';

/** Short matches are no good where neighbours are drawn at random. */
const packing = { level: 9, strategy: constants.Z_FILTERED };
const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

export interface IndexedImage {
  readonly width: number;
  readonly height: number;
  /** At most 16, each of red, green and blue, 0 to 255. */
  readonly palette: readonly (readonly [number, number, number])[];
  /** Numbers of colours, row by row. */
  readonly pixels: Uint8Array;
  /** The colour through which the ground is seen. */
  readonly clear?: number;
}

export function encodePng({ width, height, palette, pixels, clear }: IndexedImage): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Four bits a pixel, by palette.
  head.set([4, 3, 0, 0, 0], 8);
  const line = 1 + ((width + 1) >> 1);
  const lines = Buffer.alloc(height * line);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      lines[y * line + 1 + (x >> 1)]! |= pixels[y * width + x]! << (x & 1 ? 0 : 4);
  const opacity = palette.map((_, i) => (i === clear ? 0 : 255));
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flat())),
    ...(clear === undefined ? [] : [chunk('tRNS', Buffer.from(opacity))]),
    chunk('IDAT', deflateSync(lines, packing)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length, 0);
  // The checksum of a gzip member is the same (CRC-32), lowest byte first.
  const member = gzipSync(named, { level: 1 });
  checksum.writeUInt32BE(member.readUInt32LE(member.length - 8));
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, named, checksum]);
}
