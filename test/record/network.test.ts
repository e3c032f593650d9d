/** A network in pieces gives what it gives as a whole, and shows every value once. */
import { describe, expect, it } from 'vitest';
import { float32, int64, type Tensor } from '../../src/math/tensor.ts';
import { openNetwork, type Values } from '../../src/record/network.ts';
import { model, node } from '../support/onnx-model.ts';

const size = 600;
const wave = (phase: number) =>
  float32(
    [size, size],
    Float32Array.from({ length: size * size }, (_, i) => Math.sin(i * i + phase) / size),
  );
const graph = {
  ...model({
    inputs: { x: [1, size], late: [1, size] },
    outputs: { h: undefined, y: [1, size] },
    constants: { a: wave(1), b: wave(2), c: wave(3), shape: int64([2], [1, size]) },
    nodes: [
      node('MatMul', ['x', 'a'], ['h']),
      node('Shape', ['h'], ['s']),
      node('MatMul', ['h', 'b'], ['g']),
      // Reads an input of the graph, a value of the first piece and a shape, which is int64.
      node('Sum', ['g', 'h', 'late'], ['f']),
      node('Reshape', ['f', 's'], ['r']),
      node('MatMul', ['r', 'c'], ['y']),
    ],
  }),
};
const samples = [0, 1, 2].map((phase): Values => {
  const draw = (k: number): Tensor =>
    float32(
      [1, size],
      Float32Array.from({ length: size }, (_, i) => Math.cos(i * k + phase)),
    );
  return { x: draw(1), late: draw(3) };
});

async function valuesOf(limit: number) {
  const network = await openNetwork(graph, limit, { threads: 1 });
  const seen: [string, number, ArrayLike<unknown>][] = [];
  await network.run(
    samples.length,
    async (i) => samples[i]!,
    (i, values) => {
      for (const [name, { data }] of Object.entries(values)) {
        if (name === 'h' || name === 'y' || name in samples[0]!) seen.push([name, i, data]);
      }
    },
  );
  await network.release();
  return { pieces: network.pieces, seen };
}

describe('openNetwork', () => {
  it('gives the same values whole and in pieces', async () => {
    const whole = await valuesOf(2 ** 30);
    const cut = await valuesOf(2 ** 20);
    expect(whole.pieces).toBe(1);
    expect(cut.pieces).toBe(3);
    expect(cut.seen).toHaveLength(whole.seen.length);
    for (const [name, sample, data] of whole.seen) {
      const found = cut.seen.filter((s) => s[0] === name && s[1] === sample);
      expect(found, `${name} of sample ${sample}`).toHaveLength(1);
      const got = found[0]![2] as Float32Array;
      for (const [i, value] of (data as Float32Array).entries()) expect(got[i]).toBeCloseTo(value, 5);
    }
  });
});
