/** Constant folding of operators that onnxruntime computes: the same values, and the grid of weights that come quantized. */
import { describe, expect, it } from 'vitest';
import { foldConstants } from '../../../passes/lower/fold-constants.ts';
import type { OnnxNode } from '../../../src/ir/graph.ts';
import { float32, int8, int64, sizeOf, type Tensor, toDoubles } from '../../../src/math/tensor.ts';
import { elementNumber } from '../../../src/onnx/element-types.ts';
import { encodeModel } from '../../../src/onnx/encode.ts';
import { type AttributeValue, model, node } from '../../support/onnx-model.ts';
import { runOnnx, sampleInputs } from '../../support/run-onnx.ts';

const ramp = (...dims: number[]): Tensor =>
  float32(
    dims,
    Array.from({ length: sizeOf(dims) }, (_, i) => 2 * Math.sin(i + 1)),
  );
const bool = (...data: number[]): Tensor => ({
  type: 'bool',
  dims: [data.length],
  data: Uint8Array.from(data),
});
const a = ramp(3, 4);
const positive = float32([3], [0.3, 2, 7.5]);

/** Nodes that make `r` of constants. */
type Case = [name: string, constants: Record<string, Tensor>, nodes: OnnxNode[], opset?: number];
const elementwise =
  'Abs Acos Asin Atan Ceil Cos Elu Erf Exp Floor HardSigmoid Mish Neg Round Selu Sigmoid Sign Sin Softplus Tanh';
const one = (op: string, inputs: string[], attributes: Record<string, AttributeValue> = {}) => [
  node(op, inputs, ['r'], attributes),
];
const cases: Case[] = [
  ...elementwise
    .split(' ')
    .map((op): Case => [op, { a: float32([4], [-0.9, -0.25, 0.5, 1]) }, one(op, ['a']), 18]),
  ...['Log', 'Sqrt', 'Reciprocal'].map((op): Case => [op, { a: positive }, one(op, ['a'])]),
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'].map(
    (op): Case => [op, { a: ramp(3, 1), b: ramp(2, 1, 4) }, one(op, ['a', 'b'])],
  ),
  ['Pow', { a: positive, b: float32([], [1.5]) }, one('Pow', ['a', 'b'])],
  ['Mod', { a: int64([3], [-7, 7, 9]), b: int64([], [4]) }, one('Mod', ['a', 'b'])],
  ['Clip', { a, low: float32([], [-0.5]), high: float32([], [1]) }, one('Clip', ['a', 'low', 'high'])],
  ['Where', { m: bool(1, 0, 1, 0), a, b: ramp(4) }, one('Where', ['m', 'a', 'b'])],
  ['Expand', { a: ramp(3, 1), s: int64([3], [2, 1, 4]) }, one('Expand', ['a', 's'])],
  ['Tile', { a, s: int64([2], [2, 3]) }, one('Tile', ['a', 's'])],
  [
    'Range',
    { f: float32([], [0.5]), l: float32([], [4]), d: float32([], [0.75]) },
    one('Range', ['f', 'l', 'd']),
  ],
  ['Split', { a, s: int64([2], [1, 3]) }, [node('Split', ['a', 's'], ['first', 'r'], { axis: 1 })], 18],
  ['Pad', { a, s: int64([4], [0, 1, 2, 0]) }, one('Pad', ['a', 's'])],
  ['Concat', { a, b: ramp(3, 2) }, [node('Exp', ['b'], ['e']), ...one('Concat', ['a', 'e'], { axis: 1 })]],
  ['CumSum', { a, s: int64([], [1]) }, one('CumSum', ['a', 's'])],
  ['TopK', { a, s: int64([1], [2]) }, [node('TopK', ['a', 's'], ['r', 'places'])]],
  ['NonZero', { a: bool(1, 0, 1) }, one('NonZero', ['a'])],
  ['Compress', { a, m: bool(1, 0, 1) }, one('Compress', ['a', 'm'], { axis: 0 })],
  ['ScatterND', { a, i: int64([1, 1], [1]), u: ramp(1, 4) }, one('ScatterND', ['a', 'i', 'u'])],
  ['GatherND', { a, i: int64([2, 1], [2, 0]) }, one('GatherND', ['a', 'i'])],
  [
    'OneHot',
    { i: int64([2], [1, 0]), d: int64([], [3]), v: float32([2], [0, 2]) },
    one('OneHot', ['i', 'd', 'v']),
  ],
  ['EyeLike', { a }, one('EyeLike', ['a'])],
  ['Trilu', { a }, one('Trilu', ['a'])],
  ['MatMul', { a, b: ramp(4, 2) }, one('MatMul', ['a', 'b'])],
  ['Gemm', { a, b: ramp(2, 4) }, one('Gemm', ['a', 'b'], { transB: 1 })],
  ['Einsum', { a, b: ramp(4, 2) }, one('Einsum', ['a', 'b'], { equation: 'ij,jk->ki' })],
  ['Conv', { a: ramp(1, 2, 4, 4), b: ramp(3, 2, 3, 3) }, one('Conv', ['a', 'b'])],
  ['Softmax', { a }, one('Softmax', ['a'])],
  ['LayerNormalization', { a, b: ramp(4) }, one('LayerNormalization', ['a', 'b'])],
  ['Resize', { a: ramp(1, 1, 2, 2), s: float32([4], [1, 1, 2, 2]) }, one('Resize', ['a', '', 's'])],
  ...['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'LogSumExp', 'SumSquare'].map(
    (op): Case => [`Reduce${op}`, { a, s: int64([1], [-1]) }, one(`Reduce${op}`, ['a', 's']), 18],
  ),
  ['ArgMax', { a }, one('ArgMax', ['a'])],
  ['Greater', { a, b: ramp(4) }, one('Greater', ['a', 'b'])],
  [
    'BitShift',
    {
      a: { type: 'uint8', dims: [2], data: Uint8Array.of(1, 3) },
      b: { type: 'uint8', dims: [1], data: Uint8Array.of(2) },
    },
    one('BitShift', ['a', 'b'], { direction: 'LEFT' }),
  ],
  ['the size of a shape', { a }, [node('Shape', ['a'], ['s']), node('Size', ['s'], ['r'])]],
  [
    'a chain whose sizes show on the way',
    { a: bool(1, 0, 1), b: ramp(3, 2) },
    [
      node('NonZero', ['a'], ['n']),
      node('Transpose', ['n'], ['t']),
      node('GatherND', ['b', 't'], ['g']),
      node('Tanh', ['g'], ['r']),
    ],
  ],
];

const toEven = (v: number) => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v)) + 0;
const cast = node('Cast', ['r'], ['c'], { to: 1 });
const behind = (constants: Record<string, Tensor>, nodes: readonly OnnxNode[], opset = 17) =>
  model({
    inputs: { x: [1] },
    outputs: { y: undefined },
    constants,
    nodes: [...nodes, cast, node('Add', ['x', 'c'], ['y'])],
    opset,
  });

describe('fold-constants', () => {
  it.each(cases)('computes %s as onnxruntime does', async (_, constants, nodes, opset) => {
    const graph = behind(constants, nodes, opset);
    const folded = await foldConstants.run(graph);
    expect(folded.nodes.map((n) => n.origin.op)).toEqual(['Add']);
    const inputs = sampleInputs(graph.inputs);
    expect(await runOnnx(encodeModel(folded), inputs)).toEqual(
      await runOnnx(encodeModel(graph), inputs, true),
    );
  });

  const quantized: [name: string, zero: Tensor][] = [
    ['int8', int8([], Int8Array.of(3))],
    ['uint8', { type: 'uint8', dims: [], data: Uint8Array.of(120) }],
    ['int16', { type: 'int16', dims: [], data: Int16Array.of(0) }],
    ['uint16', { type: 'uint16', dims: [], data: Uint16Array.of(500) }],
    ['int4', { type: 'int4', dims: [], data: Int8Array.of(0) }],
    ['uint4', { type: 'uint4', dims: [], data: Uint8Array.of(8) }],
  ];
  it.each(quantized)('rounds float weights to %s and back', async (_, z) => {
    const graph = behind(
      { a, s: float32([], [0.25]), z },
      [node('QuantizeLinear', ['a', 's', 'z'], ['q']), node('DequantizeLinear', ['q', 's', 'z'], ['r'])],
      21,
    );
    const folded = await foldConstants.run(graph);
    expect(folded.nodes.map((n) => n.origin.op)).toEqual(['Add']);
    // The weights lie within 2: 4 bits end at 7 steps above their middle.
    const most = z.type.endsWith('int4') ? 7 : 8;
    const expected = Array.from(toDoubles(a)!, (v) => Math.min(toEven(4 * v), most) / 4);
    expect([...folded.constants.get('c')!.data]).toEqual(expected);
  });

  const stored: [name: string, tensor: Tensor, expected: number[]][] = [
    ['int4', { type: 'int4', dims: [3], data: Int8Array.of(-8, 7, 1) }, [-4, 3.5, 0.5]],
    ['uint4', { type: 'uint4', dims: [3], data: Uint8Array.of(0, 15, 1) }, [0, 7.5, 0.5]],
    [
      'float8e4m3fn',
      { type: 'float8e4m3fn', dims: [3], data: Uint8Array.of(0x38, 0xc0, 0x01) },
      [0.5, -1, 2 ** -10],
    ],
    ['float8e5m2', { type: 'float8e5m2', dims: [2], data: Uint8Array.of(0x3c, 0xc1) }, [0.5, -1.25]],
    ['int32', { type: 'int32', dims: [2], data: Int32Array.of(-100_000, 3) }, [-50_000, 1.5]],
  ];
  it.each(stored)('takes %s times a scale', async (_, q, expected) => {
    const graph = behind({ q, s: float32([], [0.5]) }, [node('DequantizeLinear', ['q', 's'], ['r'])], 21);
    const folded = await foldConstants.run(graph);
    expect([...folded.constants.get('c')!.data]).toEqual(expected);
    const inputs = sampleInputs(graph.inputs);
    expect(await runOnnx(encodeModel(folded), inputs)).toEqual(
      await runOnnx(encodeModel(graph), inputs, true),
    );
  });

  it('casts bfloat16 and float8 weights to float32', async () => {
    for (const x of [
      { type: 'bfloat16', dims: [2], data: Uint16Array.of(0x3fc0, 0xc000) },
      { type: 'float8e5m2', dims: [2], data: Uint8Array.of(0x3e, 0xc0) },
    ] as const) {
      const folded = await foldConstants.run(behind({ x0: x }, [node('Cast', ['x0'], ['r'], { to: 1 })], 21));
      expect([...folded.constants.get('c')!.data]).toEqual([1.5, -2]);
    }
  });

  it.each([0, 1, 2])('takes codes times a scale for every block of axis %i', async (axis) => {
    const dims = [4, 6, 2];
    const data = Int8Array.from({ length: 48 }, (_, i) => 5 * i - 120);
    const blocked = dims.map((d, i) => (i === axis ? Math.ceil(d / 2) : d));
    const zeros = Int8Array.from({ length: sizeOf(blocked) }, (_, i) => i - 7);
    const graph = behind(
      { q: int8(dims, data), s: ramp(...blocked), z: int8(blocked, zeros) },
      [node('DequantizeLinear', ['q', 's', 'z'], ['r'], { axis, block_size: 2 })],
      21,
    );
    const folded = await foldConstants.run(graph);
    const inputs = sampleInputs(graph.inputs);
    expect(folded.nodes.map((n) => n.origin.op)).toEqual(['Add']);
    expect(await runOnnx(encodeModel(folded), inputs)).toEqual(
      await runOnnx(encodeModel(graph), inputs, true),
    );
  });

  it.each(['float16', 'float64', 'int32', 'uint16'] as const)('casts to %s and back', async (type) => {
    const to = elementNumber(type);
    const graph = behind({ a: positive }, [node('Cast', ['a'], ['r'], { to })]);
    const folded = await foldConstants.run(graph);
    const inputs = sampleInputs(graph.inputs);
    expect(folded.nodes.map((n) => n.origin.op)).toEqual(['Add']);
    expect(await runOnnx(encodeModel(folded), inputs)).toEqual(
      await runOnnx(encodeModel(graph), inputs, true),
    );
  });

  it('says why onnxruntime does not compute one, and folds the others', async () => {
    const graph = model({
      inputs: { x: [2] },
      outputs: { y: undefined },
      constants: { a: ramp(2), b: ramp(3) },
      nodes: [
        node('Tanh', ['a'], ['t']),
        node('Add', ['a', 'b'], ['bad']),
        node('Exp', ['bad'], ['worse']),
        node('Mul', ['x', 't'], ['m']),
        node('Add', ['m', 'worse'], ['y']),
      ],
    });
    const folded = await foldConstants.run(graph);
    expect(folded.nodes.map((n) => n.origin.op)).toEqual(['Add', 'Exp', 'Mul', 'Add']);
    expect(folded.unfolded?.get('bad')).toMatch(/^onnxruntime does not compute it: .*Add/s);
    expect(folded.unfolded?.get('worse')).toBe(folded.unfolded?.get('bad'));
  });
});
