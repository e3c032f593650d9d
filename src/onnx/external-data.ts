/**
 * Tensors whose bytes lie in files beside the model. A location is a path below the model's folder; one that leaves
 * it, by `..`, as an absolute path or through a symbolic link, is refused: a model must not read the user's files.
 */
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Diagnostic } from '../diagnostic.ts';
import { externalDataMissing, externalDataOutside, graphInvalid } from '../diagnostics.ts';
import { sizeOf } from '../tensor.ts';
import { subgraphsOf } from './attributes.ts';
import { type GraphProto, type TensorProto, toNumber } from './proto.ts';
import { elementWidth } from './tensor-proto.ts';

/**
 * Reads the external data of all initializers and tensor attributes, in file order.
 * @param folder the model's folder; undefined for a model that came from memory
 * @param problems gets what cannot be read
 */
export async function loadExternal(
  graph: GraphProto,
  folder: string | undefined,
  problems: Diagnostic[],
): Promise<ReadonlyMap<TensorProto, Uint8Array>> {
  const attributes = (graph.node ?? []).flatMap((node) => node.attribute ?? []);
  if (attributes.flatMap(subgraphsOf).some(holdsExternal)) {
    problems.push(graphInvalid('subgraph', 'it has weights in an external file, which is not supported'));
  }
  const tensors = [...(graph.initializer ?? []), ...attributes.flatMap((a) => a.t ?? [])].filter(isExternal);
  const loaded = new Map<TensorProto, Uint8Array>();
  for (const tensor of tensors) {
    const needed = sizeOf((tensor.dims ?? []).map(toNumber)) * elementWidth(tensor.dataType ?? 0);
    const data = await readExternal(tensor, folder, needed);
    if (data instanceof Uint8Array) loaded.set(tensor, data);
    else problems.push(data);
  }
  return loaded;
}

function holdsExternal(graph: GraphProto): boolean {
  const attributes = (graph.node ?? []).flatMap((node) => node.attribute ?? []);
  const tensors = [...(graph.initializer ?? []), ...attributes.flatMap((a) => a.t ?? [])];
  return tensors.some(isExternal) || attributes.flatMap(subgraphsOf).some(holdsExternal);
}

function isExternal(tensor: TensorProto): boolean {
  return tensor.dataLocation === 1;
}

/** @param byteLength what the tensor's shape needs, for entries that give no length */
async function readExternal(
  tensor: TensorProto,
  folder: string | undefined,
  byteLength: number,
): Promise<Uint8Array | Diagnostic> {
  const entries = new Map((tensor.externalData ?? []).map((e) => [e.key ?? '', e.value ?? '']));
  const name = tensor.name ?? '';
  const location = entries.get('location') ?? '';
  const missing = (reason: string) => externalDataMissing(name, location, reason);
  if (location === '') return missing('it names no file');
  if (folder === undefined) return missing('the model did not come from a folder');
  const path = resolve(folder, location);
  if (isAbsolute(location) || leaves(folder, path)) return externalDataOutside(name, location);
  const offset = Number(entries.get('offset') || 0);
  const length = Number(entries.get('length') || byteLength);
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    return missing('its offset or length is not a number');
  }
  try {
    if (leaves(await realpath(folder), await realpath(path))) return externalDataOutside(name, location);
    return (await readRange(path, offset, length)) ?? missing(`it ends before byte ${offset + length}`);
  } catch (error) {
    if (isSystemError(error)) return missing(error.code === 'ENOENT' ? 'there is no such file' : error.code);
    throw error;
  }
}

function leaves(folder: string, path: string): boolean {
  const way = relative(resolve(folder), path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

async function readRange(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
  const file = await open(path, 'r');
  try {
    if ((await file.stat()).size < offset + length) return undefined;
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) return undefined;
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
