import { describe, expect, it } from 'vitest';
import { foldConstants } from '../../../passes/lower/fold-constants.ts';
import { verifyGraph } from '../../../src/ir/verify-graph.ts';
import { float32, int8, int64, type Tensor } from '../../../src/math/tensor.ts';
import { encodeModel } from '../../../src/onnx/encode.ts';
import { type AttributeValue, float, model, node } from '../../support/onnx-model.ts';
import { largestError, runOnnx, sampleInputs } from '../../support/run-onnx.ts';

const ramp = (...dims: number[]): Tensor =>
  float32(
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1)),
  );
const tensor = (value: Tensor): AttributeValue => ({ type: 'tensor', value });
const cast = node('Cast', ['r'], ['c'], { to: 1 });

/** Operators on constants; their result `r` (as float `c`) is added to an input, so that onnxruntime checks it. */
type Case = [
  name: string,
  constants: Record<string, Tensor>,
  nodes: ReturnType<typeof node>[],
  opset?: number,
];
const cases: Case[] = [
  ['Constant', {}, [node('Constant', [], ['r'], { value: tensor(ramp(2, 3)) })]],
  [
    'Constant of floats',
    {},
    [node('Constant', [], ['r'], { value_floats: { type: 'floats', value: [1, 0.5] } })],
  ],
  ['Constant of an int', {}, [node('Constant', [], ['r'], { value_int: 7 })]],
  [
    'ConstantOfShape',
    { s: int64([2], [2, 3]) },
    [node('ConstantOfShape', ['s'], ['r'], { value: tensor(float32([1], [0.25])) })],
  ],
  ['ConstantOfShape of zeros', { s: int64([1], [4]) }, [node('ConstantOfShape', ['s'], ['r'])]],
  ['Identity', { a: ramp(3) }, [node('Identity', ['a'], ['r'])]],
  ['Transpose', { a: ramp(2, 3, 4) }, [node('Transpose', ['a'], ['r'], { perm: [1, 2, 0] })]],
  ['Transpose without perm', { a: ramp(2, 3, 4) }, [node('Transpose', ['a'], ['r'])]],
  ['Reshape', { a: ramp(2, 3, 4), s: int64([3], [0, -1, 2]) }, [node('Reshape', ['a', 's'], ['r'])]],
  ['Squeeze', { a: ramp(1, 3, 1), s: int64([1], [-1]) }, [node('Squeeze', ['a', 's'], ['r'])]],
  ['Squeeze by attribute', { a: ramp(1, 3, 1) }, [node('Squeeze', ['a'], ['r'], { axes: [0] })], 11],
  ['Squeeze of all', { a: ramp(1, 3, 1) }, [node('Squeeze', ['a'], ['r'])]],
  ['Unsqueeze', { a: ramp(3, 2), s: int64([2], [0, -1]) }, [node('Unsqueeze', ['a', 's'], ['r'])]],
  ['Unsqueeze by attribute', { a: ramp(3, 2) }, [node('Unsqueeze', ['a'], ['r'], { axes: [1] })], 11],
  ...['Neg', 'Abs', 'Reciprocal'].map((op): Case => [op, { a: ramp(2, 3) }, [node(op, ['a'], ['r'])]]),
  ...['Sqrt'].map((op): Case => [op, { a: float32([3], [0.3, 2, 7.5]) }, [node(op, ['a'], ['r'])]]),
  ['Pow', { a: float32([3], [0.3, 2, 7.5]), b: float32([], [1.5]) }, [node('Pow', ['a', 'b'], ['r'])]],
  ...['Sum', 'Mean', 'SumSquare', 'L1', 'L2'].map(
    (op): Case => [
      `Reduce${op}`,
      { a: ramp(2, 3, 4), axes: int64([2], [0, -1]) },
      [node(`Reduce${op}`, ['a', 'axes'], ['r'])],
      18,
    ],
  ),
  ['ReduceL2 of all', { a: ramp(2, 3) }, [node('ReduceL2', ['a'], ['r'], { keepdims: 0 })], 18],
  ['ReduceL2 by attribute', { a: ramp(2, 3) }, [node('ReduceL2', ['a'], ['r'], { axes: [1], keepdims: 0 })]],
  ['Flatten', { a: ramp(2, 3, 4) }, [node('Flatten', ['a'], ['r'], { axis: 2 })]],
  ['Cast to int64', { a: float32([3], [1.75, -1.75, 3]) }, [node('Cast', ['a'], ['r'], { to: 7 })]],
  ['Cast to int8', { a: float32([3], [1.75, -1.75, 3]) }, [node('Cast', ['a'], ['r'], { to: 3 })]],
  ['Cast to bool', { a: float32([3], [0.5, 0, -3]) }, [node('Cast', ['a'], ['r'], { to: 9 })]],
  [
    'DequantizeLinear',
    { a: int8([4], Int8Array.of(-128, 0, 5, 127)), s: float32([], [0.3]), z: int8([], Int8Array.of(5)) },
    [node('DequantizeLinear', ['a', 's', 'z'], ['r'])],
  ],
  [
    'DequantizeLinear per axis',
    {
      a: int8([2, 3], Int8Array.of(1, 2, 3, 4, 5, 6)),
      s: float32([2], [0.3, 0.7]),
      z: int8([2], Int8Array.of(0, 1)),
    },
    [node('DequantizeLinear', ['a', 's', 'z'], ['r'], { axis: 0 })],
  ],
  [
    'DequantizeLinear per last axis',
    { a: int8([2, 3], Int8Array.of(1, 2, 3, 4, 5, 6)), s: float32([3], [0.3, 0.7, 2]) },
    [node('DequantizeLinear', ['a', 's'], ['r'], { axis: -1 })],
  ],
  ['Concat', { a: ramp(2, 1, 3), b: ramp(2, 4, 3) }, [node('Concat', ['a', 'b', 'a'], ['r'], { axis: -2 })]],
  [
    'Slice',
    {
      a: ramp(5, 6),
      s: int64([2], [1, -1]),
      e: int64([2], [100, -100]),
      axes: int64([2], [0, 1]),
      t: int64([2], [2, -2]),
    },
    [node('Slice', ['a', 's', 'e', 'axes', 't'], ['r'])],
  ],
  [
    'Slice by attributes',
    { a: ramp(5, 6) },
    [node('Slice', ['a'], ['r'], { starts: [-3], ends: [2 ** 63], axes: [1] })],
    9,
  ],
  [
    'Gather',
    { a: ramp(3, 4), i: int64([2, 2], [0, -1, 2, 1]) },
    [node('Gather', ['a', 'i'], ['r'], { axis: 1 })],
  ],
  ['Shape', { a: ramp(3, 4, 5) }, [node('Shape', ['a'], ['r'], { start: 1 })]],
  ['Add', { a: ramp(3, 1), b: ramp(2, 1, 4) }, [node('Add', ['a', 'b'], ['r'])]],
  ['Sub', { a: ramp(3), b: ramp(2, 3) }, [node('Sub', ['a', 'b'], ['r'])]],
  ['Mul', { a: ramp(2, 3), b: ramp() }, [node('Mul', ['a', 'b'], ['r'])]],
  ['Div of integers', { a: int64([3], [-7, 7, 9]), b: int64([], [2]) }, [node('Div', ['a', 'b'], ['r'])]],
  [
    'a chain',
    { a: ramp(2, 3), s: int64([1], [-1]) },
    [node('Mul', ['a', 'a'], ['m']), node('Transpose', ['m'], ['t']), node('Reshape', ['t', 's'], ['r'])],
  ],
];

describe('fold-constants', () => {
  it.each(cases)('computes %s as onnxruntime does', async (_, constants, nodes, opset = 17) => {
    const graph = model({
      inputs: { x: [1] },
      outputs: { y: undefined },
      constants,
      nodes: [...nodes, cast, node('Add', ['x', 'c'], ['y'])],
      opset,
    });
    const folded = await foldConstants.run(graph);
    verifyGraph(folded, 'lower');
    expect(folded.nodes.map((n) => n.origin.op)).toEqual(['Add']);
    const inputs = sampleInputs(graph.inputs);
    const original = await runOnnx(encodeModel(graph), inputs);
    expect(largestError(original, await runOnnx(encodeModel(folded), inputs))).toBeLessThan(2e-7);
  });

  it('keeps the nodes of graph outputs, and what would be another value at every run', async () => {
    const graph = model({
      inputs: { x: [1] },
      outputs: { y: undefined, k: undefined, d: undefined },
      constants: { a: ramp(3) },
      nodes: [
        node('RandomNormalLike', ['a'], ['s']),
        node('Add', ['s', 'x'], ['y']),
        node('Mul', ['a', 'a'], ['k']),
        node('Identity', ['y'], ['d']),
      ],
    });
    expect(await foldConstants.run(graph)).toEqual(graph);
  });

  it('removes Identity and inference Dropout, and keeps training Dropout and a mask that is read', async () => {
    const dropped = async (nodes: ReturnType<typeof node>[]) =>
      (
        await foldConstants.run(
          model({
            inputs: { x: [1] },
            outputs: { y: undefined },
            constants: { r: float32([], [0.5]), t: { type: 'bool', dims: [], data: Uint8Array.of(1) } },
            nodes,
          }),
        )
      ).nodes.map((n) => n.origin.op);
    expect(
      await dropped([
        node('Identity', ['x'], ['i']),
        node('Dropout', ['i'], ['d'], { ratio: float(0.5) }),
        node('Relu', ['d'], ['y']),
      ]),
    ).toEqual(['Relu']);
    expect(await dropped([node('Dropout', ['x', 'r', 't'], ['d']), node('Relu', ['d'], ['y'])])).toEqual([
      'Dropout',
      'Relu',
    ]);
    expect(
      await dropped([node('Dropout', ['x'], ['d', 'm']), node('Where', ['m', 'd', 'x'], ['y'])]),
    ).toEqual(['Dropout', 'Where']);
  });

  it('keeps an Identity whose output a subgraph reads by name', async () => {
    const reader = node('If', ['x'], ['y'], {
      b: { type: 'opaque', value: new Uint8Array(), captures: ['i'] },
    });
    const graph = model({
      inputs: { x: [1] },
      outputs: { y: [] },
      nodes: [node('Identity', ['x'], ['i']), reader],
    });
    expect((await foldConstants.run(graph)).nodes.length).toBe(2);
  });
});
