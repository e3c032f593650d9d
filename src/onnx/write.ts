/**
 * Graph -> an ONNX file, and beside it a file of its large tensors where the graph is large: a protobuf message cannot
 * exceed 2 GiB, and tensors that go to their own file are made one at a time.
 */
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InternalError } from '../diagnostic.ts';
import type { Graph } from '../ir/graph.ts';
import { byteLengthOf, type Tensor } from '../tensor.ts';
import { encodeModel } from './encode.ts';
import { encodeExternal, encodeTensor } from './tensor-proto.ts';

/** Bytes of constants that one file may hold. */
const mostInside = 2 ** 27;
/** Bytes of a tensor that is worth a place in the file beside. */
const worthwhile = 2 ** 20;
/** Runtimes map the file into memory page by page. */
const page = 4096;

/**
 * Writes `path`, and `path` with `.data` behind it where the constants are more than `inside` bytes.
 * @param graph all of its nodes are ONNX nodes (InternalError otherwise)
 * @returns the names of the files
 */
export async function writeModel(
  graph: Graph,
  path: string,
  metadata: Readonly<Record<string, string>> = {},
  inside = mostInside,
): Promise<readonly string[]> {
  const total = [...graph.constants.values()].reduce((sum, tensor) => sum + byteLengthOf(tensor), 0);
  if (total <= inside) {
    await writeFile(path, encodeModel(graph, metadata));
    return [basename(path)];
  }
  const beside = dataFileOf(path);
  const places = new Map<Tensor, number>();
  let end = 0;
  for (const tensor of graph.constants.values()) {
    if (byteLengthOf(tensor) < worthwhile || places.has(tensor)) continue;
    places.set(tensor, end);
    end = Math.ceil((end + byteLengthOf(tensor)) / page) * page;
  }
  const encode = (name: string, tensor: Tensor) => {
    const offset = places.get(tensor);
    return offset === undefined
      ? encodeTensor(name, tensor)
      : encodeExternal(name, tensor, basename(beside), offset);
  };
  await writeFile(path, encodeModel(graph, metadata, encode));
  const file = await open(beside, 'w');
  try {
    for (const [tensor, offset] of places) await writeAt(file, bytesOf(tensor), offset);
  } finally {
    await file.close();
  }
  return [basename(path), basename(beside)];
}

/** The file beside a model that holds its large tensors, if it has one. */
export function dataFileOf(model: string): string {
  return `${model}.data`;
}

function bytesOf(tensor: Tensor): Uint8Array {
  const { data } = tensor;
  if (!ArrayBuffer.isView(data)) throw new InternalError('onnx/write', 'strings have no bytes');
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

async function writeAt(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const length = Math.min(writtenAtOnce, bytes.length - done);
    done += (await file.write(bytes, done, length, offset + done)).bytesWritten;
  }
}

const writtenAtOnce = 2 ** 26;
