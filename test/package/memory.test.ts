/** Packages in memory: the files that a folder gets, checked alike, and the chips that a folder gives. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { type Files, placeIn } from '../../src/files/files.ts';
import type { Compiled } from '../../src/ir/compiled.ts';
import { deferred } from '../../src/math/tensor.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { dataFileOf, writeModel } from '../../src/onnx/write.ts';
import { packageFiles } from '../../src/package/manifest.ts';
import { openPackage } from '../../src/package/open.ts';
import { packageOf } from '../../src/package/package-of.ts';
import { writePackage } from '../../src/package/write.ts';
import { programChip } from '../../src/program.ts';
import { loadTarget } from '../../src/target/load.ts';
import { matMulModel } from '../lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf } from '../support/build.ts';
import { node, model as onnxModel } from '../support/onnx-model.ts';

let folder: string;
let compiled: Compiled;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-memory-'));
  const model = modelOf(matMulModel([8], 40, 12));
  const feeds = [1, 2].map((seed) => drawFeeds(model.graph.inputs, seed));
  compiled = await compileModel(model, await loadTarget('tetramem-256-6bit'), feeds);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function inMemory(files: Files): ReadonlyMap<string, Uint8Array> {
  if (typeof files === 'string') throw new Error('a folder');
  return files;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

async function problemsOf(promise: Promise<unknown>): Promise<string[]> {
  const error: unknown = await promise.catch((e: unknown) => e);
  if (!(error instanceof DiagnosticError)) throw new Error(`no diagnostics but ${String(error)}`);
  return error.diagnostics.map(({ code, at }) => `${code} ${at}`);
}

describe('a package in memory', () => {
  it('has the files of a folder, byte for byte, and gives the same chip', async () => {
    const place = join(folder, 'a.xbar');
    await writePackage(compiled, place);
    const [stored, kept] = [await openPackage(place), await packageOf(compiled)];
    const files = inMemory(kept.files);
    expect([...files.keys()].sort()).toEqual((await readdir(place)).sort());
    for (const [name, bytes] of files)
      expect(Buffer.compare(bytes, await readFile(join(place, name))), name).toBe(0);
    expect({ ...kept, files: place }).toEqual(stored);
    expect(await programChip(kept, { seed: 3 })).toEqual(await programChip(stored, { seed: 3 }));
  });

  it('is checked when it is opened', async () => {
    const { files } = await packageOf(compiled);
    const place = (name: string) => placeIn(files, name);
    const changed = new Map(inMemory(files));
    changed.set(packageFiles.host, Buffer.from('x'));
    changed.delete(packageFiles.bitstream);
    expect(await problemsOf(openPackage(changed))).toEqual([
      `package/unreadable ${place(packageFiles.bitstream)}`,
      `package/hash-mismatch ${place(packageFiles.host)}`,
    ]);
    expect(await problemsOf(openPackage(new Map()))).toEqual(['package/unreadable memory']);
  });
});

describe('a model in memory with its tensors beside', () => {
  const size = 520;
  const wave = Float32Array.from({ length: size * size }, (_, i) => Math.sin(i));
  const graph = onnxModel({
    inputs: { x: [1, size] },
    outputs: { y: [1, size] },
    constants: {
      a: deferred('float32', [size, size], () => wave),
      b: deferred('float32', [size, size], () => wave),
    },
    nodes: [node('MatMul', ['x', 'a'], ['h']), node('MatMul', ['h', 'b'], ['y'])],
  });
  const name = 'model.onnx';

  it('is what a folder holds, and reads back', async () => {
    const files = new Map<string, Uint8Array>();
    expect(await writeModel(graph, files, name, { inside: 0 })).toEqual([name, dataFileOf(name)]);
    await writeModel(graph, folder, name, { inside: 0 });
    for (const [file, bytes] of files)
      expect(Buffer.compare(bytes, await readFile(join(folder, file))), file).toBe(0);
    const source = { file: name, folder: files };
    const { graph: read, sha256 } = await decodeModel(files.get(name)!, source);
    const stored = await decodeModel(files.get(name)!, { file: name, folder });
    expect(sha256).toBe(stored.sha256);
    for (const tensor of read.constants.values())
      expect(Buffer.compare(bytesOf(tensor.data as Float32Array), bytesOf(wave))).toBe(0);
  });

  it('is refused where these are missing or end early', async () => {
    const files = new Map<string, Uint8Array>();
    await writeModel(graph, files, name, { inside: 0 });
    const data = files.get(dataFileOf(name))!;
    const read = () => decodeModel(files.get(name)!, { file: name, folder: files });
    files.set(dataFileOf(name), data.subarray(0, data.length - 1));
    expect(await problemsOf(read())).toEqual(["onnx/external-data-missing tensor 'b'"]);
    files.delete(dataFileOf(name));
    expect(await problemsOf(read())).toHaveLength(2);
  });
});
