/**
 * Tensors whose bytes lie in files beside the model. A location is a path below the model's folder; one that leaves
 * it, by `..`, as an absolute path or through a symbolic link, is refused: a model must not read the user's files.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { externalDataMissing, externalDataOutside, formUnsupported } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Files } from '../files/files.ts';
import { bytesFor, sizeOf } from '../math/tensor.ts';
import { subgraphsOf } from './attributes.ts';
import { elementType } from './element-types.ts';
import { type GraphProto, type TensorProto, toNumber } from './proto.ts';
import type { ExternalBytes } from './tensor-proto.ts';

/**
 * Finds the external data of all initializers and tensor attributes, in file order, without reading them.
 * @param files the model's folder, or the files in memory beside it; undefined for a model that came alone
 * @param problems gets what is not there, not long enough or outside
 */
export async function findExternal(
  graph: GraphProto,
  files: Files | undefined,
  problems: Diagnostic[],
): Promise<ReadonlyMap<TensorProto, ExternalBytes>> {
  const attributes = (graph.node ?? []).flatMap((node) => node.attribute ?? []);
  if (attributes.flatMap(subgraphsOf).some(holdsExternal)) {
    problems.push(
      formUnsupported(
        'subgraph',
        'it has weights in an external file',
        'Save the model with its weights inside, without save_as_external_data.',
      ),
    );
  }
  const sparse = (graph.sparseInitializer ?? []).flatMap(({ values, indices }) => [
    values ?? [],
    indices ?? [],
  ]);
  const stored = attributes.flatMap((a) => a.t ?? []);
  const tensors = [...(graph.initializer ?? []), ...sparse.flat(), ...stored].filter(isExternal);
  const found = new Map<TensorProto, ExternalBytes>();
  for (const tensor of tensors) {
    const size = sizeOf((tensor.dims ?? []).map(toNumber));
    const needed = bytesFor(elementType(tensor.dataType ?? 0) ?? 'string', size);
    const data = await findBytes(tensor, files, needed);
    if ('read' in data) found.set(tensor, data);
    else problems.push(data);
  }
  return found;
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
async function findBytes(
  tensor: TensorProto,
  files: Files | undefined,
  byteLength: number,
): Promise<ExternalBytes | Diagnostic> {
  const entries = new Map((tensor.externalData ?? []).map((e) => [e.key ?? '', e.value ?? '']));
  const name = tensor.name ?? '';
  const location = entries.get('location') ?? '';
  const missing = (reason: string) => externalDataMissing(name, location, reason);
  if (location === '') return missing('it names no file');
  if (files === undefined) return missing('the model did not come from a folder');
  const inFolder = typeof files === 'string';
  const path = inFolder ? resolve(files, location) : location;
  if (inFolder && (isAbsolute(location) || leaves(files, path))) return externalDataOutside(name, location);
  const offset = Number(entries.get('offset') || 0);
  const length = Number(entries.get('length') || byteLength);
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    return missing('its offset or length is not a number');
  }
  const ended = missing(`it ends before byte ${offset + length}`);
  if (!inFolder) {
    const bytes = files.get(location);
    if (!bytes) return missing('there is no such file');
    if (bytes.length < offset + length) return ended;
    return {
      byteLength: length,
      read: (start, count) => bytes.subarray(offset + start, offset + start + count),
    };
  }
  const unreadable = (error: unknown) => {
    if (isSystemError(error)) return missing(error.code === 'ENOENT' ? 'there is no such file' : error.code);
    throw error;
  };
  try {
    if (leaves(await realpath(files), await realpath(path))) return externalDataOutside(name, location);
    if ((await sizeOfFile(path)) < offset + length) return ended;
  } catch (error) {
    return unreadable(error);
  }
  // The file was there and long enough when the model was opened; it may have changed since.
  const read = (start: number, count: number): Uint8Array => {
    let bytes: Uint8Array | undefined;
    try {
      bytes = readRange(path, offset + start, count);
    } catch (error) {
      throw new DiagnosticError([unreadable(error)]);
    }
    if (!bytes) throw new DiagnosticError([ended]);
    return bytes;
  };
  return { byteLength: length, read };
}

function leaves(folder: string, path: string): boolean {
  const way = relative(resolve(folder), path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

/** The size of a file that can be opened. */
async function sizeOfFile(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** @returns undefined where the file ends early */
function readRange(path: string, offset: number, length: number): Uint8Array | undefined {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const read = readSync(file, bytes, done, Math.min(length - done, readAtOnce), offset + done);
      if (read === 0) return undefined;
      done += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** readSync takes less than 2 GiB. */
const readAtOnce = 2 ** 30;

function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
