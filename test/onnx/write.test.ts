/** Models with their tensors inside and beside: the same graph comes back, and tensors beside are made one at a time. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deferred, float32 } from '../../src/math/tensor.ts';
import { readModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { model, node } from '../support/onnx-model.ts';

const size = 520;
const wave = (phase: number) => Float32Array.from({ length: size * size }, (_, i) => Math.sin(i + phase));
const small = Float32Array.from({ length: size }, (_, i) => i / size);
let looks: string[] = [];
const large = (name: string, phase: number) =>
  deferred('float32', [size, size], () => {
    looks.push(name);
    return wave(phase);
  });
const graph = model({
  inputs: { x: [1, size] },
  outputs: { y: [1, size] },
  constants: { a: large('a', 1), b: float32([size], small), c: large('c', 2) },
  nodes: [
    node('MatMul', ['x', 'a'], ['h'], {}, 'first'),
    node('Add', ['h', 'b'], ['g'], {}, 'sum'),
    node('MatMul', ['g', 'c'], ['y'], {}, 'second'),
  ],
});
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-write-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('writeModel', () => {
  it('writes a small graph as one file, the bytes that encodeModel gives', async () => {
    const file = join(folder, 'one.onnx');
    expect(await writeModel(graph, folder, 'one.onnx', { metadata: { key: 'value' } })).toEqual(['one.onnx']);
    expect(Buffer.compare(await readFile(file), encodeModel(graph, { key: 'value' }))).toBe(0);
  });

  it('puts large tensors of a large graph into a file beside, each made once, at whole pages', async () => {
    const file = join(folder, 'two.onnx');
    looks = [];
    expect(await writeModel(graph, folder, 'two.onnx', { inside: 2 ** 20 })).toEqual([
      'two.onnx',
      'two.onnx.data',
    ]);
    expect(looks).toEqual(['a', 'c']);
    expect(await readdir(folder)).toContain('two.onnx.data');
    const second = Math.ceil((4 * size * size) / 4096) * 4096;
    expect((await stat(`${file}.data`)).size).toBe(second + 4 * size * size);
    expect((await stat(file)).size).toBeLessThan(4 * size + 1000);
    const { graph: read } = await readModel(file);
    expect([...read.constants.keys()]).toEqual(['a', 'b', 'c']);
    expect([...read.constants.values()].map((t) => t.deferred ?? false)).toEqual([true, false, true]);
    for (const [name, values] of [['a', wave(1)] as const, ['b', small] as const, ['c', wave(2)] as const]) {
      const { data } = read.constants.get(name)!;
      expect(Buffer.compare(bytesOf(data as Float32Array), bytesOf(values)), name).toBe(0);
    }
    expect(read.nodes).toEqual(graph.nodes);
  });

  it('writes what onnxruntime reads', async () => {
    const file = join(folder, 'three.onnx');
    await writeModel(graph, folder, 'three.onnx', { inside: 0 });
    const feeds = { x: new ort.Tensor('float32', small, [1, size]) };
    const beside = await (await ort.InferenceSession.create(file)).run(feeds);
    const inside = await (await ort.InferenceSession.create(encodeModel(graph))).run(feeds);
    expect(beside.y!.data).toEqual(inside.y!.data);
  });
});
