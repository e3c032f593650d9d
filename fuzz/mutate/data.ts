/** Mutations of files of samples, by their formats. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Random } from '../random.ts';
import { mutateNpy, mutateZip } from './arrays.ts';
import { mutateBytes } from './bytes.ts';
import { mutateWhole } from './numbers.ts';

/** Most bytes that are unpacked to be mutated. */
const mostUnpacked = 2 ** 20;

/** @param name tells the format */
export function mutateData(random: Random, name: string, bytes: Uint8Array): Uint8Array {
  if (random.chance(0.1)) return mutateBytes(random, bytes);
  if (name.endsWith('.gz')) return mutateGzip(random, name, bytes);
  if (name.endsWith('.npz')) return mutateZip(random, bytes);
  if (name.endsWith('.npy')) return mutateNpy(random, bytes);
  if (name.endsWith('.png')) return mutatePng(random, bytes);
  return name.includes('-idx') ? mutateIdx(random, bytes) : mutateBytes(random, bytes);
}

/** Mutates what is packed; or puts many members one after the other, which unpack to as much as all of them. */
function mutateGzip(random: Random, name: string, bytes: Uint8Array): Uint8Array {
  if (random.chance(0.03)) {
    const zeros = gzipSync(new Uint8Array(mostUnpacked));
    return Buffer.concat([bytes, ...Array<Buffer>(random.pick([1, 100, 900])).fill(zeros)]);
  }
  try {
    const unpacked = gunzipSync(bytes, { maxOutputLength: mostUnpacked });
    return gzipSync(mutateData(random, name.slice(0, -'.gz'.length), unpacked));
  } catch {
    return mutateBytes(random, bytes);
  }
}

function mutateIdx(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  const dims = copy[3] ?? 0;
  if (copy.length < 4 + 4 * dims || random.chance(0.3)) return mutateBytes(random, bytes);
  if (random.chance(0.3)) copy[2 + random.below(2)] = random.below(16);
  else if (dims > 0) {
    const at = 4 + 4 * random.below(dims);
    copy.writeUInt32BE(mutateWhole(random, copy.readUInt32BE(at)) >>> 0, at);
  }
  return copy;
}

/** Bytes of a PNG in front of its chunks; of a chunk, in front of its contents and behind them. */
const [signature, chunkHead, chunkEnd] = [8, 8, 4];

/** Mutates a chunk and mends its length and checksum, or changes which chunks there are. */
function mutatePng(random: Random, bytes: Uint8Array): Uint8Array {
  const chunks = chunksOf(Buffer.from(bytes));
  if (chunks.length === 0 || random.chance(0.1)) return mutateBytes(random, bytes);
  const at = random.chance(0.5) ? 0 : random.below(chunks.length);
  const chunk = chunks[at]!;
  const head = bytes.subarray(0, signature);
  if (random.chance(0.1))
    return Buffer.concat([head, ...chunks.toSpliced(at, 1, ...random.pick([[], [chunk, chunk]]))]);
  const contents = chunk.subarray(chunkHead, -chunkEnd);
  const changed = at === 0 ? changedHeader(random, contents) : mutateBytes(random, contents);
  return Buffer.concat([head, ...chunks.with(at, chunkOf(chunk.subarray(4, chunkHead), changed))]);
}

/** Another width or height, or another kind of pixels. */
function changedHeader(random: Random, contents: Buffer): Uint8Array {
  if (contents.length < 13 || random.chance(0.4)) return mutateBytes(random, contents);
  const copy = Buffer.from(contents);
  const at = 4 * random.below(2);
  const side = random.pick([
    0,
    1,
    2,
    100,
    1000,
    16_000,
    65_535,
    100_000,
    2 ** 31 - 1,
    mutateWhole(random, copy.readUInt32BE(at)),
  ]);
  copy.writeUInt32BE(side >>> 0, at);
  return copy;
}

function chunksOf(png: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = signature; at + chunkHead + chunkEnd <= png.length; ) {
    const end = at + chunkHead + png.readUInt32BE(at) + chunkEnd;
    if (end > png.length) break;
    chunks.push(png.subarray(at, end));
    at = end;
  }
  return chunks;
}

function chunkOf(type: Uint8Array, contents: Uint8Array): Buffer {
  const body = Buffer.concat([type, contents]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(contents.length);
  // The checksum of PNG is that of gzip, whose last eight bytes are checksum and size.
  const packed = gzipSync(body, { level: 0 });
  crc.writeUInt32BE(packed.readUInt32LE(packed.length - 8));
  return Buffer.concat([length, body, crc]);
}
