import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { type Diagnostic, DiagnosticError, InternalError } from '../../src/diagnostics/diagnostic.ts';
import { type Graph, ints } from '../../src/ir/graph.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { float32, sizeOf, type Tensor } from '../../src/math/tensor.ts';
import { unlessRefused } from '../../src/record/refused-model.ts';
import type { SampleSource } from '../../src/record/sample-source.ts';
import { loadTarget } from '../../src/target/load.ts';
import { modelOf } from '../support/build.ts';
import { type ModelParts, model, node } from '../support/onnx-model.ts';

const ideal = await loadTarget('ideal');
const filled = (dims: readonly number[], value = 0.5) =>
  float32(dims, Array<number>(sizeOf(dims)).fill(value));

/** A layer for the crossbars, and what stands behind it. */
function behindLayer(nodes: ModelParts['nodes'], constants: Readonly<Record<string, Tensor>> = {}): Graph {
  return model({
    inputs: { x: ['N', 4] },
    outputs: { y: undefined },
    constants: { w: filled([4, 4]), ...constants },
    nodes: [node('MatMul', ['x', 'w'], ['h'], {}, 'first'), ...nodes],
  });
}

const samplesOf = (...tensors: readonly Tensor[]): SampleSource => ({
  length: tensors.length,
  sample: async (i) => ({ feeds: { x: tensors[i]! }, hash: String(i) }),
});

async function problemsOf(work: () => Promise<unknown>): Promise<readonly Diagnostic[]> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
  return [];
}

/** What compiling says, `code at place: message`. */
async function compiling(graph: Graph, ...tensors: readonly Tensor[]): Promise<string[]> {
  const samples = samplesOf(...(tensors.length > 0 ? tensors : [filled([1, 4])]));
  const problems = await problemsOf(() =>
    compile(modelOf(graph), ideal, parseOptions({}), { kind: 'samples', samples }),
  );
  return problems.map(({ code, at, message }) => `${code} at ${at}: ${message}`);
}

describe('a model that onnxruntime refuses', () => {
  it('has an operator that ONNX does not know', async () => {
    expect(await compiling(behindLayer([node('Geem', ['h'], ['y'], {}, 'second')]))).toEqual([
      "onnx/graph-invalid at node 'second' (Geem, #1): onnxruntime refuses it: No Op registered for Geem with domain_version of 17",
    ]);
  });

  it('has a node without a name, which its number finds', async () => {
    expect(
      await compiling(behindLayer([node('Concat', ['h', 'one'], ['y'], { axis: 0 })], { one: filled([1]) })),
    ).toEqual([
      'onnx/graph-invalid at node (Concat, #1): onnxruntime refuses it: All inputs to Concat must have same rank. Input 1 has rank 1 != 2',
    ]);
  });

  it('has a layer whose attributes contradict each other', async () => {
    const graph = model({
      inputs: { x: ['N', 1, 4, 4] },
      outputs: { y: undefined },
      constants: { w: filled([2, 1, 3, 3]) },
      nodes: [node('Conv', ['x', 'w'], ['y'], { pads: ints([1, 1, 1, 1, 1]) }, 'stem')],
    });
    expect(await compiling(graph, filled([1, 1, 4, 4]))).toEqual([
      "onnx/graph-invalid at node 'stem' (Conv, #0): onnxruntime refuses it: Attribute pads has incorrect size",
    ]);
  });

  it('needs a kernel that there is not', async () => {
    const graph: Graph = {
      ...behindLayer(
        [
          node('Cast', ['h'], ['d'], { to: 11 }, 'wide'),
          node('Unsqueeze', ['d', 'axes'], ['u'], {}, 'plane'),
          node('GlobalAveragePool', ['u'], ['g'], {}, 'pool'),
          node('Cast', ['g'], ['y'], { to: 1 }, 'narrow'),
        ],
        { axes: { type: 'int64', dims: [2], data: BigInt64Array.of(2n, 3n) } },
      ),
    };
    expect(await compiling(graph)).toEqual([
      "onnx/not-runnable at node 'pool' (GlobalAveragePool, #3): onnxruntime refuses it: Could not find an implementation for GlobalAveragePool(1)",
    ]);
  });

  it('opens, and cannot be run', async () => {
    const bias = node('Gemm', ['h', 'h', 'b'], ['y'], { transB: 1 }, 'second');
    const [problem] = await compiling(behindLayer([bias], { b: filled([3]) }));
    expect(problem).toBe(
      "onnx/not-runnable at node 'second' (Gemm, #1): onnxruntime refuses it: Gemm: Invalid bias shape for broadcast",
    );
  });

  it('runs on some of the samples alone', async () => {
    const reshape = node('Reshape', ['h', 'shape'], ['y'], {}, 'one-only');
    const shape: Tensor = { type: 'int64', dims: [2], data: BigInt64Array.of(1n, 4n) };
    const [problem] = await compiling(behindLayer([reshape], { shape }), filled([1, 4]), filled([2, 4]));
    expect(problem).toMatch(
      /^onnx\/not-runnable at node 'one-only' \(Reshape, #1\): onnxruntime refuses it: .*\{2,4\}/,
    );
  });
});

describe('a model that onnxruntime runs', () => {
  const sound = { graph: behindLayer([node('Relu', ['h'], ['y'])]), file: 'net.onnx' };

  it('is not to blame for our bugs', async () => {
    const bug = new InternalError('test', 'ours');
    const work = unlessRefused(sound, samplesOf(filled([1, 4])), () => Promise.reject(bug));
    await expect(work).rejects.toBe(bug);
  });

  it('nor for a full disk', async () => {
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
    const broken = { ...sound, graph: behindLayer([node('Geem', ['h'], ['y'])]) };
    await expect(unlessRefused(broken, undefined, () => Promise.reject(full))).rejects.toBe(full);
  });

  it('gives what the work gives', async () => {
    expect(await unlessRefused(sound, undefined, () => 7)).toBe(7);
  });
});

describe('numbers that overflow on the way', () => {
  it('are told of the layer that gets them', async () => {
    const graph = behindLayer([
      node('Exp', ['h'], ['e'], {}, 'exp'),
      node('MatMul', ['e', 'w'], ['y'], {}, 'second'),
    ]);
    expect(await compiling(graph, filled([1, 4], 1000))).toEqual([
      "calibrate/not-finite at node 'second' (MatMul, #2): its input becomes Infinity with 1 of 1 calibration sample(s), the first of which is sample 0",
    ]);
  });
});
