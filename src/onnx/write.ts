/**
 * Graph -> an ONNX file, and beside it a file of its large tensors where the graph is large: a protobuf message cannot
 * exceed 2 GiB, and tensors that go to their own file are made one at a time.
 */
import { type WritableFiles, writeInto } from '../files/files.ts';
import type { Graph, ValueInfo } from '../ir/graph.ts';
import { byteLengthOf, type Tensor } from '../math/tensor.ts';
import { encodeModel } from './encode.ts';
import { bytesOf, encodeExternal, encodeTensor } from './tensor-proto.ts';

/** Bytes of constants that one file may hold. */
const mostInside = 2 ** 27;
/** Bytes of a tensor that is worth a place in the file beside. */
const worthwhile = 2 ** 20;
/** Runtimes map the file into memory page by page. */
const page = 4096;

interface WriteModelOptions {
  /** The model's metadata_props, in this order. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Values between nodes whose types and dims the file says. */
  readonly between?: readonly ValueInfo[];
  /** Bytes of constants that stay in the file. */
  readonly inside?: number;
}

/**
 * Writes a file `name`, and where the constants are many `name` with `.data` behind it.
 * @param graph all of its nodes are ONNX nodes (InternalError otherwise)
 * @returns the names of the files
 */
export async function writeModel(
  graph: Graph,
  files: WritableFiles,
  name: string,
  { metadata = {}, between = [], inside = mostInside }: WriteModelOptions = {},
): Promise<readonly string[]> {
  const total = [...graph.constants.values()].reduce((sum, tensor) => sum + byteLengthOf(tensor), 0);
  if (total <= inside) {
    await writeInto(files, name, [encodeModel(graph, metadata, encodeTensor, between)]);
    return [name];
  }
  const beside = dataFileOf(name);
  const places = new Map<Tensor, number>();
  let end = 0;
  for (const tensor of graph.constants.values()) {
    if (byteLengthOf(tensor) < worthwhile || places.has(tensor)) continue;
    places.set(tensor, end);
    end = Math.ceil((end + byteLengthOf(tensor)) / page) * page;
  }
  const encode = (constant: string, tensor: Tensor) => {
    const offset = places.get(tensor);
    return offset === undefined
      ? encodeTensor(constant, tensor)
      : encodeExternal(constant, tensor, beside, offset);
  };
  await writeInto(files, name, [encodeModel(graph, metadata, encode, between)]);
  await writeInto(files, beside, tensorsAt(places));
  return [name, beside];
}

/** The file beside a model that holds its large tensors, if it has one. */
export function dataFileOf(model: string): string {
  return `${model}.data`;
}

/** The tensors' bytes, each at its offset, with zeros between them. */
function* tensorsAt(places: ReadonlyMap<Tensor, number>): Generator<Uint8Array> {
  let end = 0;
  for (const [tensor, offset] of places) {
    if (offset > end) yield new Uint8Array(offset - end);
    yield bytesOf(tensor);
    end = offset + byteLengthOf(tensor);
  }
}
