/**
 * Weights as exporters leave them: behind operators that only move or convert them, in Constant nodes, in initializers
 * that are listed as inputs, in models that keep channels last. All of them reach the crossbars, and the model computes
 * the same.
 */
import { describe, expect, it } from 'vitest';
import { decomposeLayers } from '../../passes/lower/decompose-layers.ts';
import { foldBatchNorm } from '../../passes/lower/fold-batch-norm.ts';
import { foldConstants } from '../../passes/lower/fold-constants.ts';
import { lowerLinear } from '../../passes/lower/lower-linear.ts';
import type { Graph, MvmNode } from '../../src/ir/graph.ts';
import { verifyGraph } from '../../src/ir/verify-graph.ts';
import { int64, type Tensor } from '../../src/math/tensor.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { modelCodec } from '../../src/onnx/proto.ts';
import { upgradeOpset } from '../../src/onnx/upgrade.ts';
import { noise } from '../passes/lower/decompose.ts';
import { type AttributeValue, float, model, node } from '../support/onnx-model.ts';
import { restoreLayers } from '../support/restore-layers.ts';
import { largestError, runOnnx, sampleInputs } from '../support/run-onnx.ts';

/** @returns its layers */
async function expectLayers(graph: Graph, count: number, bytes = encodeModel(graph)): Promise<MvmNode[]> {
  const folded = await foldConstants.run(upgradeOpset(graph));
  const lowered = foldBatchNorm.run(lowerLinear.run(decomposeLayers.run(folded), { file: 'model' }));
  verifyGraph(lowered, 'lower');
  const inputs = sampleInputs(graph.inputs);
  // As it stands: onnxruntime otherwise quantizes the inputs of products with DequantizeLinear, too.
  const expected = await runOnnx(bytes, inputs, true);
  expect(largestError(expected, await runOnnx(encodeModel(restoreLayers(lowered)), inputs))).toBeLessThan(
    1e-5,
  );
  const layers = lowered.nodes.filter((n) => n.kind === 'mvm');
  expect(layers.length).toBe(count);
  return layers;
}

const y = { y: undefined };
const tensor = (value: Tensor) => ({ type: 'tensor', value }) as const;

/** From a stored tensor to a matrix of 6 rows and 4 columns. */
const chains: [
  string,
  Tensor,
  [op: string, attributes: Record<string, AttributeValue>, second?: Tensor][],
][] = [
  ['Transpose', noise([4, 6], 1), [['Transpose', { perm: [1, 0] }]]],
  ['Reshape', noise([24], 1), [['Reshape', {}, int64([2], [6, -1])]]],
  [
    'Reshape, Transpose and Squeeze',
    noise([4, 6], 1),
    [
      ['Reshape', {}, int64([3], [4, 6, 1])],
      ['Transpose', { perm: [1, 0, 2] }],
      ['Squeeze', {}, int64([1], [2])],
    ],
  ],
  [
    'Unsqueeze and Flatten',
    noise([6, 4], 1),
    [
      ['Unsqueeze', {}, int64([1], [0])],
      ['Flatten', { axis: 2 }],
    ],
  ],
  [
    'Cast from float64',
    { type: 'float64', dims: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => i / 7) },
    [['Cast', { to: 1 }]],
  ],
  [
    'Cast from float16',
    { type: 'float16', dims: [6, 4], data: Uint16Array.from({ length: 24 }, (_, i) => 0x3400 + 40 * i) },
    [['Cast', { to: 1 }]],
  ],
  ['Identity', noise([6, 4], 1), [['Identity', {}]]],
  ['Dropout', noise([6, 4], 1), [['Dropout', {}]]],
  ['a slice of a larger one', noise([9, 4], 1), [['Slice', {}, int64([1], [3])]]],
  ['Mul by a norm', noise([6, 4], 1), [['Mul', {}, noise([1, 4], 2)]]],
  [
    'DequantizeLinear',
    { type: 'int8', dims: [6, 4], data: Int8Array.from({ length: 24 }, (_, i) => 11 * i - 120) },
    [['DequantizeLinear', {}, { type: 'float32', dims: [], data: Float32Array.of(0.02) }]],
  ],
];

describe('weights on their way to crossbars', () => {
  it.each(chains)('behind %s', async (_, stored, chain) => {
    const constants: Record<string, Tensor> = { w0: stored, end: int64([1], [9]), bias: noise([4], 3) };
    const nodes = chain.map(([op, attributes, second], i) => {
      if (second) constants[`c${i}`] = second;
      const inputs = [`w${i}`, ...(second ? [`c${i}`] : []), ...(op === 'Slice' ? ['end'] : [])];
      return node(op, inputs, [`w${i + 1}`], attributes);
    });
    const graph = model({
      inputs: { x: ['batch', 6] },
      outputs: y,
      constants,
      nodes: [...nodes, node('Gemm', ['x', `w${chain.length}`, 'bias'], ['y'])],
    });
    const [layer] = await expectLayers(graph, 1);
    expect([layer!.rows, layer!.columns]).toEqual([6, 4]);
  });

  it('behind a weight norm', async () => {
    const graph = model({
      inputs: { x: [1, 3, 6, 6] },
      outputs: y,
      constants: { v: noise([4, 3, 3, 3], 1), g: noise([4, 1, 1, 1], 2) },
      nodes: [
        node('ReduceL2', ['v'], ['norm'], { axes: [1, 2, 3], keepdims: 1 }),
        node('Div', ['v', 'norm'], ['direction']),
        node('Mul', ['direction', 'g'], ['w']),
        node('Conv', ['x', 'w'], ['y']),
      ],
    });
    await expectLayers(graph, 1);
  });

  it('in Constant nodes, of a convolution and its norm', async () => {
    const stored = (name: string, value: Tensor) => node('Constant', [], [name], { value: tensor(value) });
    const graph = model({
      inputs: { x: [1, 2, 5, 5] },
      outputs: y,
      nodes: [
        stored('w', noise([3, 2, 3, 3], 1)),
        stored('b', noise([3], 2)),
        node('Conv', ['x', 'w', 'b'], ['c']),
        ...['scale', 'shift', 'mean'].map((name, i) => stored(name, noise([3], 3 + i))),
        stored('variance', { ...noise([3], 6), data: Float32Array.of(0.5, 1, 2) }),
        node('BatchNormalization', ['c', 'scale', 'shift', 'mean', 'variance'], ['y'], {
          epsilon: float(1e-3),
        }),
      ],
    });
    const [layer] = await expectLayers(graph, 1);
    expect(layer!.folded.map((o) => o.op)).toEqual(['BatchNormalization']);
  });

  it('in initializers that are listed as inputs too', async () => {
    const graph = model({
      inputs: { x: ['batch', 6] },
      outputs: y,
      constants: { w: noise([6, 4], 1), b: noise([4], 2) },
      nodes: [node('MatMul', ['x', 'w'], ['p']), node('Add', ['p', 'b'], ['y'])],
      opset: 8,
    });
    const proto = modelCodec.decode(encodeModel(graph));
    const listed = ['w', 'b'].map((name) => ({
      name,
      type: {
        tensorType: {
          elemType: 1,
          shape: { dim: graph.constants.get(name)!.dims.map((d) => ({ dimValue: d })) },
        },
      },
    }));
    const bytes = modelCodec.encode({
      ...proto,
      irVersion: 3,
      graph: { ...proto.graph!, input: [...proto.graph!.input!, ...listed] },
    });
    const { graph: read } = await decodeModel(bytes, { file: 'model' });
    expect(read.inputs.map((v) => v.name)).toEqual(['x']);
    await expectLayers(read, 1, bytes);
  });

  it('in a model with channels last, as exporters from TensorFlow write it', async () => {
    const first = { perm: [0, 3, 1, 2] };
    const last = { perm: [0, 2, 3, 1] };
    const graph = model({
      inputs: { image: ['batch', 8, 8, 3] },
      outputs: y,
      constants: {
        // Kernels are stored as height, width, inputs, outputs.
        stem: noise([3, 3, 3, 4], 1),
        stemBias: noise([4], 2),
        depthwise: noise([3, 3, 4, 1], 3),
        pointwise: noise([1, 1, 4, 6], 4),
        flat: int64([2], [-1, 96]),
        dense: noise([96, 5], 5),
        denseBias: noise([5], 6),
        order: int64([4], [3, 2, 0, 1]),
      },
      nodes: [
        node('Transpose', ['stem'], ['stem_t'], { perm: [3, 2, 0, 1] }),
        node('Transpose', ['image'], ['image_t'], first),
        node('Conv', ['image_t', 'stem_t'], ['c1'], {
          strides: [2, 2],
          auto_pad: 'SAME_UPPER',
          kernel_shape: [3, 3],
        }),
        node('Transpose', ['c1'], ['c1_t'], last),
        node('Add', ['c1_t', 'stemBias'], ['a1']),
        node('Relu', ['a1'], ['r1']),
        node('Transpose', ['depthwise'], ['depthwise_t'], { perm: [2, 3, 0, 1] }),
        node('Transpose', ['r1'], ['r1_t'], first),
        node('Conv', ['r1_t', 'depthwise_t'], ['c2'], {
          group: 4,
          auto_pad: 'SAME_UPPER',
          kernel_shape: [3, 3],
        }),
        node('Transpose', ['pointwise'], ['pointwise_t'], { perm: [3, 2, 0, 1] }),
        node('Conv', ['c2', 'pointwise_t'], ['c3'], { kernel_shape: [1, 1] }),
        node('Transpose', ['c3'], ['c3_t'], last),
        node('Reshape', ['c3_t', 'flat'], ['f']),
        node('MatMul', ['f', 'dense'], ['m']),
        node('Add', ['m', 'denseBias'], ['y']),
      ],
      opset: 13,
    });
    const layers = await expectLayers(graph, 4);
    expect(layers.map((l) => `${l.groups} x ${l.rows}x${l.columns}`)).toEqual([
      '1 x 27x4',
      '4 x 9x1',
      '1 x 4x6',
      '1 x 96x5',
    ]);
  });

  it('as the projections of attention, the embedding and its transpose', async () => {
    const heads = int64([4], [0, 5, 2, 4]);
    const project = (name: string) => [
      node('MatMul', ['rows', `w${name}`], [`p${name}`]),
      node('Add', [`b${name}`, `p${name}`], [`a${name}`]),
      node('Reshape', [`a${name}`, 'heads'], [`h${name}`]),
    ];
    const graph = model({
      inputs: { word: ['batch', 5] },
      outputs: y,
      constants: {
        table: noise([11, 8], 1),
        ...Object.fromEntries(
          ['q', 'k', 'v', 'o'].flatMap((n, i) => [
            [`w${n}`, noise([8, 8], 2 + i)],
            [`b${n}`, noise([8], 7 + i)],
          ]),
        ),
        heads,
        joined: int64([3], [0, 5, 8]),
        root: { type: 'float32', dims: [], data: Float32Array.of(0.5) },
      },
      nodes: [
        // Words come as floats here, since sample inputs are.
        node('Cast', ['word'], ['id'], { to: 7 }),
        node('Gather', ['table', 'id'], ['rows']),
        ...['q', 'k', 'v'].flatMap(project),
        node('Transpose', ['hq'], ['tq'], { perm: [0, 2, 1, 3] }),
        node('Transpose', ['hk'], ['tk'], { perm: [0, 2, 3, 1] }),
        node('Transpose', ['hv'], ['tv'], { perm: [0, 2, 1, 3] }),
        node('MatMul', ['tq', 'tk'], ['scores']),
        node('Mul', ['scores', 'root'], ['scaled']),
        node('Softmax', ['scaled'], ['shares'], { axis: -1 }),
        node('MatMul', ['shares', 'tv'], ['mixed']),
        node('Transpose', ['mixed'], ['back'], { perm: [0, 2, 1, 3] }),
        node('Reshape', ['back', 'joined'], ['flat']),
        node('MatMul', ['flat', 'wo'], ['po']),
        node('Add', ['po', 'bo'], ['out']),
        // The output's words share the embedding, transposed.
        node('Transpose', ['table'], ['table_t'], { perm: [1, 0] }),
        node('MatMul', ['out', 'table_t'], ['y']),
      ],
    });
    const layers = await expectLayers(graph, 6);
    expect(layers.map((l) => l.bias.some((v) => v !== 0))).toEqual([false, true, true, true, true, false]);
  });

  it('is one matrix where layers share it, and several where they arrange it otherwise', async () => {
    const graph = model({
      inputs: { x: ['batch', 4] },
      outputs: y,
      constants: { w: noise([4, 4], 1), b: noise([4], 2) },
      nodes: [
        node('MatMul', ['x', 'w'], ['a']),
        node('Gemm', ['a', 'w', 'b'], ['c']),
        node('Gemm', ['c', 'w'], ['d'], { transB: 1 }),
        node('Gemm', ['d', 'w'], ['y'], { alpha: float(0.5) }),
      ],
    });
    const layers = await expectLayers(graph, 4);
    const matrices = [...new Set(layers.map((l) => l.weights))];
    expect(layers.map((l) => matrices.indexOf(l.weights))).toEqual([0, 0, 1, 2]);
  });
});
