import { describe, expect, it } from 'vitest';
import { foldConstants } from '../../../passes/lower/fold-constants.ts';
import { lowerLinear } from '../../../passes/lower/lower-linear.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import type { MvmNode } from '../../../src/ir/graph.ts';
import { verifyGraph } from '../../../src/ir/verify-graph.ts';
import { float32, int64, type Tensor } from '../../../src/math/tensor.ts';
import { encodeModel } from '../../../src/onnx/encode.ts';
import { float, type ModelParts, model, node } from '../../support/onnx-model.ts';
import { restoreLayers } from '../../support/restore-layers.ts';
import { largestError, runOnnx, sampleInputs } from '../../support/run-onnx.ts';

const ramp = (...dims: number[]): Tensor =>
  float32(
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1)),
  );
const lower = (parts: ModelParts) => lowerLinear.run(model(parts), { file: 'm.onnx' });

/** Models whose listed operators remain beside the layers. */
type Case = [name: string, remaining: readonly string[], parts: ModelParts];
const conv2 = { x: [2, 4, 9, 7] };
const conv = (attributes: Parameters<typeof node>[3]) => [node('Conv', ['x', 'w', 'b'], ['y'], attributes)];
const cases: Case[] = [
  [
    'Conv',
    [],
    {
      inputs: conv2,
      outputs: { y: undefined },
      constants: { w: ramp(6, 4, 3, 2), b: ramp(6) },
      nodes: conv({}),
    },
  ],
  [
    'Conv with stride, dilation, pads and groups',
    [],
    {
      inputs: conv2,
      outputs: { y: undefined },
      constants: { w: ramp(6, 2, 3, 2), b: ramp(6) },
      nodes: conv({ group: 2, strides: [2, 1], dilations: [1, 2], pads: [1, 0, 2, 1] }),
    },
  ],
  [
    'depthwise Conv with a multiplier, SAME_LOWER',
    [],
    {
      inputs: conv2,
      outputs: { y: undefined },
      constants: { w: ramp(8, 1, 2, 2), b: ramp(8) },
      nodes: conv({ group: 4, strides: [2, 2], auto_pad: 'SAME_LOWER' }),
    },
  ],
  [
    '1-D Conv',
    [],
    {
      inputs: { x: [2, 4, 9] },
      outputs: { y: undefined },
      constants: { w: ramp(6, 4, 3), b: ramp(6) },
      nodes: conv({ pads: [2, 0] }),
    },
  ],
  [
    'Conv and a bias of its own channels',
    [],
    {
      inputs: conv2,
      outputs: { y: undefined },
      constants: { w: ramp(6, 4, 3, 3), c: ramp(6, 1, 1) },
      nodes: [node('Conv', ['x', 'w'], ['z']), node('Add', ['c', 'z'], ['y'])],
    },
  ],
  [
    'Conv and an Add along another axis',
    ['Add'],
    {
      inputs: { x: [1, 1, 3, 3] },
      outputs: { y: undefined },
      constants: { w: ramp(3, 1, 1, 1), c: ramp(3) },
      nodes: [node('Conv', ['x', 'w'], ['z']), node('Add', ['z', 'c'], ['y'])],
    },
  ],
  [
    'Conv whose output others read too',
    ['Add', 'Relu'],
    {
      inputs: conv2,
      outputs: { y: undefined, v: undefined },
      constants: { w: ramp(6, 4, 3, 3), c: ramp(6, 1, 1) },
      nodes: [node('Conv', ['x', 'w'], ['z']), node('Add', ['z', 'c'], ['y']), node('Relu', ['z'], ['v'])],
    },
  ],
  [
    'Gemm with alpha, beta and transB',
    [],
    {
      inputs: { x: [3, 5] },
      outputs: { y: undefined },
      constants: { w: ramp(4, 5), b: ramp(1, 4) },
      nodes: [node('Gemm', ['x', 'w', 'b'], ['y'], { transB: 1, alpha: float(0.5), beta: float(-2) })],
    },
  ],
  [
    'Gemm with a transB that is set by another number than 1',
    [],
    {
      inputs: { x: [3, 5] },
      outputs: { y: undefined },
      constants: { w: ramp(4, 5), b: ramp(1, 4) },
      nodes: [node('Gemm', ['x', 'w', 'b'], ['y'], { transB: -1 })],
    },
  ],
  [
    'Gemm with a scalar C',
    [],
    {
      inputs: { x: [3, 5] },
      outputs: { y: undefined },
      constants: { w: ramp(5, 4), b: ramp() },
      nodes: [node('Gemm', ['x', 'w', 'b'], ['y'])],
    },
  ],
  [
    'MatMul and two biases',
    [],
    {
      inputs: { x: [2, 3, 5] },
      outputs: { y: undefined },
      constants: { w: ramp(5, 4), b: ramp(4), c: ramp(1, 1, 4) },
      nodes: [
        node('MatMul', ['x', 'w'], ['z']),
        node('Add', ['z', 'b'], ['v']),
        node('Add', ['v', 'c'], ['y']),
      ],
    },
  ],
  [
    'MatMul and an Add that raises the rank',
    ['Add'],
    {
      inputs: { x: [3, 5] },
      outputs: { y: undefined },
      constants: { w: ramp(5, 4), c: ramp(1, 1, 4) },
      nodes: [node('MatMul', ['x', 'w'], ['z']), node('Add', ['z', 'c'], ['y'])],
    },
  ],
  [
    'MatMul and an Add that widens it',
    ['Add'],
    {
      inputs: { x: [3, 5] },
      outputs: { y: undefined },
      constants: { w: ramp(5, 1), c: ramp(4) },
      nodes: [node('MatMul', ['x', 'w'], ['z']), node('Add', ['z', 'c'], ['y'])],
    },
  ],
  [
    'float16 layers',
    ['Cast', 'Cast', 'Cast', 'Cast'],
    {
      inputs: { x: [2, 2] },
      outputs: { y: undefined },
      constants: { w: { type: 'float16', dims: [2, 1], data: Uint16Array.of(0x3c00, 0xc000) } },
      nodes: [
        node('Cast', ['x'], ['h'], { to: 10 }),
        node('MatMul', ['h', 'w'], ['z']),
        node('Cast', ['z'], ['y'], { to: 1 }),
      ],
    },
  ],
];

describe('lower-linear', () => {
  it.each(cases)('computes %s as onnxruntime does', async (name, remaining, parts) => {
    const graph = model(parts);
    const lowered = lower(parts);
    verifyGraph(lowered, 'lower');
    expect(lowered.nodes.filter((n) => n.kind === 'mvm').length).toBe(1);
    expect(lowered.nodes.flatMap((n) => (n.kind === 'onnx' ? [n.op] : []))).toEqual(remaining);
    const inputs = sampleInputs(graph.inputs);
    const original = await runOnnx(encodeModel(graph), inputs);
    const restored = await runOnnx(encodeModel(restoreLayers(lowered)), inputs);
    expect(largestError(original, restored)).toBeLessThan(name.startsWith('float16') ? 2e-3 : 1e-6);
  });

  it('lays weights out as [group][row][column]', () => {
    const w = float32([4, 1, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    const lowered = lower({
      inputs: { x: [1, 2, 4, 4] },
      outputs: { y: [] },
      constants: { w },
      nodes: [node('Conv', ['x', 'w'], ['y'], { group: 2 }, 'mine')],
    });
    expect(lowered.nodes[0]).toMatchObject({
      groups: 2,
      rows: 2,
      columns: 2,
      origin: { name: 'mine', op: 'Conv', index: 0 },
    });
    const layer = lowered.nodes[0] as MvmNode;
    const weights = Float32Array.of(1, 3, 2, 4, 5, 7, 6, 8);
    expect(layer.weights()).toEqual(weights);
    layer.weights().fill(0);
    expect(layer.weights(), 'a new array at every call').toEqual(weights);
    expect(lowered.constants.size).toBe(0);
  });

  it('keeps layers digital that the options keep', () => {
    const parts: ModelParts = {
      inputs: { x: [1, 2] },
      outputs: { y: [] },
      constants: { w: ramp(2, 2) },
      nodes: [node('MatMul', ['x', 'w'], ['z'], {}, 'a'), node('MatMul', ['z', 'w'], ['y'], {}, 'b')],
    };
    const lowered = lowerLinear.run(model(parts), {
      file: 'm',
      keepDigital: (origin) => origin.name === 'a',
    });
    expect(lowered.nodes.map((n) => n.kind)).toEqual(['onnx', 'mvm']);
  });

  it('names every layer with weights that are not finite', () => {
    const parts: ModelParts = {
      inputs: { x: [1, 2] },
      outputs: { y: [] },
      constants: { w: float32([2, 2], [1, Number.NaN, 2, Number.POSITIVE_INFINITY]), v: ramp(2, 2) },
      nodes: [
        node('MatMul', ['x', 'w'], ['a']),
        node('MatMul', ['a', 'v'], ['b']),
        node('MatMul', ['b', 'w'], ['y']),
      ],
    };
    expect(problems(() => lower(parts))).toEqual([
      [
        'onnx/weights-not-finite',
        'node (MatMul, #0)',
        "its weights 'w' hold 2 value(s) that are NaN or infinite",
      ],
      [
        'onnx/weights-not-finite',
        'node (MatMul, #2)',
        "its weights 'w' hold 2 value(s) that are NaN or infinite",
      ],
    ]);
  });

  it('names the bias, where that is not finite', () => {
    const parts: ModelParts = {
      inputs: { x: [1, 2] },
      outputs: { y: [] },
      constants: { w: ramp(2, 2), shift: float32([2], [0, Number.NaN]) },
      nodes: [node('Gemm', ['x', 'w', 'shift'], ['y'])],
    };
    expect(problems(() => lower(parts))).toEqual([
      [
        'onnx/weights-not-finite',
        'node (Gemm, #0)',
        "its weights 'shift' hold 1 value(s) that are NaN or infinite",
      ],
    ]);
  });

  it('needs a layer', () => {
    const parts: ModelParts = {
      inputs: { x: [1, 2] },
      outputs: { y: [] },
      nodes: [node('Gemm', ['x', 'x'], ['y'], { transA: 1 })],
    };
    expect(problems(() => lower(parts))[0]!.slice(0, 2)).toEqual(['onnx/no-constant-weights', 'm.onnx']);
    try {
      lower(parts);
    } catch (error) {
      expect((error as DiagnosticError).diagnostics[0]!.notes[0]).toBe(
        'node (Gemm, #0): digital: transA is set',
      );
    }
  });

  it('finds weights behind constant nodes after folding', async () => {
    const graph = model({
      inputs: { x: [1, 3] },
      outputs: { y: [1, 2] },
      constants: { w: ramp(6), s: int64([2], [3, 2]) },
      nodes: [node('Reshape', ['w', 's'], ['m']), node('MatMul', ['x', 'm'], ['y'])],
    });
    expect(lowerLinear.run(await foldConstants.run(graph), { file: 'm' }).nodes).toMatchObject([
      { kind: 'mvm', rows: 3, columns: 2 },
    ]);
  });
});

function problems(work: () => unknown): string[][] {
  try {
    work();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map((d) => [d.code, d.at, d.message]);
    throw error;
  }
  return [];
}
