/** Small files of samples in every format that is read, each of samples of the same shape. */
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { encodeNpy } from '../../src/files/npy.ts';
import { writeZip } from '../../src/files/zip.ts';
import type { Input } from '../input.ts';
import { drawn } from './onnx-parts.ts';

/** Of one sample. */
const [channels, height, width] = [3, 6, 5] as const;
const count = 4;
const size = channels * height * width;

/** Bytes that are drawn. */
function pixels(length: number): Uint8Array {
  return Uint8Array.from(drawn('pixels', length), (v) => Math.floor(128 * (1 + v)));
}

function idx(dims: readonly number[], body: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * dims.length);
  head[2] = 8;
  head[3] = dims.length;
  for (const [i, dim] of dims.entries()) head.writeUInt32BE(dim, 4 + 4 * i);
  return Buffer.concat([head, body]);
}

export async function dataFiles(): Promise<readonly Input[]> {
  const dims = [count, channels, height, width];
  const floats = encodeNpy({ type: 'float32', dims, data: drawn('samples', count * size) });
  const bytes = encodeNpy({ type: 'uint8', dims, data: pixels(count * size) });
  const labels = encodeNpy({ type: 'uint8', dims: [count], data: Uint8Array.of(0, 1, 2, 1) });
  const images = sharp(pixels(size), { raw: { width, height, channels } });
  const png = await images.png().toBuffer();
  const files: Readonly<Record<string, Uint8Array>> = {
    'samples.npy': floats,
    'bytes.npy': bytes,
    'samples.npz': writeZip(
      new Map([
        ['images.npy', floats],
        ['labels.npy', labels],
      ]),
    ),
    'samples-idx4-ubyte': idx(dims, pixels(count * size)),
    'samples-idx4-ubyte.gz': gzipSync(idx(dims, pixels(count * size))),
    'samples.npy.gz': gzipSync(bytes),
    'image.png': png,
    'image.jpg': await images.jpeg().toBuffer(),
    'image.webp': await images.webp().toBuffer(),
    'image.gif': await images.gif().toBuffer(),
    'image.tiff': await images.tiff().toBuffer(),
    'records.bin': pixels(2 * 3073),
  };
  return Object.entries(files).map(([name, bytes]): Input => new Map([[name, bytes]]));
}
