/** Mutations of bitstreams: of instructions and their fields, or of bytes, with checksums and lengths that fit again. */
import { decodeBytes } from '../../src/bitstream/decode.ts';
import { encodeBitstream } from '../../src/bitstream/encode.ts';
import { crcLength, sectionHeadLength, sectionMarker, trailerMarker } from '../../src/bitstream/layout.ts';
import { crc32c } from '../../src/files/crc32c.ts';
import type { Random } from '../random.ts';
import { mutateBytes } from './bytes.ts';
import { mutateNumber, mutateWhole } from './numbers.ts';
import { type MutateLeaf, mutateTree } from './tree.ts';

export function mutateBitstream(random: Random, bytes: Uint8Array): Uint8Array {
  if (random.chance(0.1)) return mutateBytes(random, bytes);
  for (let tries = random.pick([0, 6]); tries > 0; tries--) {
    const mutated = mutateInstructions(random, bytes);
    if (mutated) return mutated;
  }
  return mutateFrame(random, bytes);
}

/** @returns undefined where the bytes cannot be read, or what came out cannot be written */
function mutateInstructions(random: Random, bytes: Uint8Array): Uint8Array | undefined {
  try {
    const tree = decodeBytes(bytes, 'fuzz');
    mutateTree(random, tree, [structuredClone(tree)], mutateField);
    return Buffer.concat([...encodeBitstream(tree.header, tree.programs)]);
  } catch {
    return undefined;
  }
}

type Numbers = Uint8Array | Uint16Array | Int16Array | Int32Array | Float32Array;

const mutateField: MutateLeaf = (random, _, value) => {
  if (typeof value === 'number') return mutateNumber(random, value);
  if (!ArrayBuffer.isView(value)) return value;
  const numbers = value as Numbers;
  const at = random.below(numbers.length);
  if (random.chance(0.2)) return numbers.slice(0, at);
  const change = numbers instanceof Float32Array ? mutateNumber : mutateWhole;
  const other = change(random, numbers[at] ?? 0);
  const all = random.chance(0.1);
  return numbers.map((number, i) => (all || i === at ? other : number));
};

/** Mutates the bytes of the header, a section or the trailer, and mends its length and checksum. */
function mutateFrame(random: Random, bytes: Uint8Array): Uint8Array {
  const frames = framesOf(bytes);
  if (frames.length === 0) return mutateBytes(random, bytes);
  const at = random.below(frames.length);
  const frame = frames[at]!;
  if (random.chance(0.1)) return Buffer.concat(frames.toSpliced(at, 1, ...random.pick([[], [frame, frame]])));
  // Magic number and marker stay most of the time: without them little is read.
  const kept = random.chance(0.9) ? (at === 0 ? 12 : 8) : 0;
  const body = Buffer.concat([
    frame.subarray(0, kept),
    mutateBytes(random, frame.subarray(kept, -crcLength)),
  ]);
  if (at === 0 && body.length >= 12) body.writeUInt16LE(Math.min(body.length + crcLength, 65535), 10);
  else if (body.length > sectionHeadLength && body.readUInt32LE(0) === sectionMarker)
    body.writeUInt32LE(body.length - sectionHeadLength, 8);
  const crc = Buffer.alloc(crcLength);
  crc.writeUInt32LE(crc32c(body));
  return Buffer.concat(frames.with(at, Buffer.concat([body, crc])));
}

/** Header, sections and trailer, as far as they can be told apart. */
function framesOf(bytes: Uint8Array): Uint8Array[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Uint8Array[] = [];
  let length = view.length >= 12 ? view.readUInt16LE(10) : 0;
  for (let at = 0; length > crcLength && at + length <= view.length; ) {
    frames.push(bytes.subarray(at, at + length));
    at += length;
    if (at + sectionHeadLength > view.length) break;
    const marker = view.readUInt32LE(at);
    if (marker === trailerMarker) length = 12;
    else length = marker === sectionMarker ? sectionHeadLength + view.readUInt32LE(at + 8) + crcLength : 0;
  }
  return frames;
}
