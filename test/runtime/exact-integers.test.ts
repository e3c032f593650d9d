/**
 * Integers come out as the operators define them, on this processor and on one without VNNI instructions: there the default
 * kernels add pairs of u8 x s8 products in 16 bits. Weights of 127 and codes of 255 pass that limit.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Geometry, Graph, QuantizedMvmNode } from '../../src/ir/graph.ts';
import { withFloatSums } from '../../src/lower/float-sums.ts';
import { float32, int8, uint8 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { referenceGraph } from '../../src/package/host.ts';
import { openSession } from '../../src/runtime/session.ts';
import { type Built, build } from '../support/built.ts';
import { model, node } from '../support/onnx-model.ts';
import { hasEmulator, runWithoutVnni } from '../support/without-vnni.ts';

const rows = 64;
const columns = 24;
const vectors = 8;
const zero = 128;
/** Inputs of scale 1, and weights: neighbours mostly have the same sign, and all are large. */
const inputs = Float32Array.from({ length: vectors * rows }, (_, i) => ((i * 7919) % 11 === 0 ? -125 : 127));
const weights = Int8Array.from({ length: rows * columns }, (_, i) => ((i * 104729) % 7 === 0 ? -127 : 127));

/** [vector][group][column], of the matrices [group][row][column]. */
function products(groups = 1): number[] {
  const each = rows / groups;
  return Array.from({ length: vectors * groups * columns }, (_, at) => {
    const [vector, group] = [Math.floor(at / (groups * columns)), Math.floor(at / columns) % groups];
    let sum = 0;
    for (let row = group * each; row < (group + 1) * each; row++)
      sum += inputs[vector * rows + row]! * weights[row * columns + (at % columns)]!;
    return sum;
  });
}

const whole = { dilations: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], autoPad: 'NOTSET' as const };

/** reference.onnx of one layer whose every vector has one position. */
function reference(geometry: Geometry, dims: readonly number[], groups = 1): Graph {
  const layer: QuantizedMvmNode = {
    kind: 'quantized-mvm',
    input: 'x',
    output: 'y',
    geometry,
    groups,
    rows: rows / groups,
    columns,
    quantization: { scale: 1, zero, signed: false, bits: 8 },
    integers: weights,
    weightMax: 127,
    scales: new Float64Array(groups * columns).fill(1),
    bias: new Float64Array(groups * columns),
    origin: { name: 'layer', op: 'Gemm', index: 0 },
    folded: [],
  };
  return referenceGraph(
    model({ inputs: { x: [vectors, ...dims] }, outputs: { y: undefined }, nodes: [layer], opset: 21 }),
  );
}

/** A model of QDQ layers, one per name in `outputs`, that use one matrix of signed weights. */
function quantized(outputs: readonly string[]): Graph {
  const layers = outputs.flatMap((y) => [
    node('DequantizeLinear', ['w', 'one', 'w_zero'], [`${y}_w`]),
    node('MatMul', ['d', `${y}_w`], [y]),
  ]);
  return model({
    inputs: { x: [vectors, rows] },
    outputs: Object.fromEntries(outputs.map((y) => [y, [vectors, columns]])),
    constants: {
      one: float32([], [1]),
      zero: uint8([], [zero]),
      w: int8([rows, columns], weights),
      w_zero: int8([], Int8Array.of(0)),
    },
    nodes: [
      node('QuantizeLinear', ['x', 'one', 'zero'], ['q']),
      node('DequantizeLinear', ['q', 'one', 'zero'], ['d']),
      ...layers,
    ],
  });
}

/** QLinearMatMul of signed inputs: outputs are products / 16384. */
const signed = model({
  inputs: { x: [vectors, rows] },
  outputs: { y: [vectors, columns] },
  constants: {
    one: float32([], [1]),
    step: float32([], [16384]),
    zero: int8([], Int8Array.of(0)),
    w: int8([rows, columns], weights),
  },
  nodes: [
    node('QuantizeLinear', ['x', 'one', 'zero'], ['q']),
    node('QLinearMatMul', ['q', 'one', 'zero', 'w', 'one', 'zero', 'step', 'zero'], ['p']),
    node('DequantizeLinear', ['p', 'one', 'zero'], ['y']),
  ],
});
/** No product lies halfway between two steps. */
const requantized = products().map((product) => Math.round(product / 16384));

interface Case {
  readonly name: string;
  readonly graph: Graph;
  readonly dims: readonly number[];
  readonly expected: readonly number[];
}

const kernel = [8, 8];
const references: Case[] = [
  { name: 'a matrix', graph: reference({ kind: 'matmul' }, [rows]), dims: [rows], expected: products() },
  {
    name: 'a convolution',
    graph: reference({ kind: 'conv', kernel, ...whole }, [1, 8, 8]),
    dims: [1, 8, 8],
    expected: products(),
  },
  {
    name: 'a convolution of groups',
    graph: reference({ kind: 'conv', kernel: [4, 4], ...whole }, [4, 4, 4], 4),
    dims: [4, 4, 4],
    expected: products(4),
  },
];
const models: Case[] = [
  ...references.map(({ name, graph, ...rest }) => ({
    ...rest,
    name: `${name} in float sums`,
    graph: withFloatSums(graph),
  })),
  { name: 'a QDQ layer', graph: quantized(['y']), dims: [rows], expected: products() },
  { name: 'QDQ layers with one matrix', graph: quantized(['y', 'z']), dims: [rows], expected: products() },
  { name: 'QLinearMatMul of signed inputs', graph: signed, dims: [rows], expected: requantized },
];

describe('this processor', () => {
  const settings = { default: {}, precise: { extra: { session: { x64quantprecision: '1' } } } };
  describe.each(Object.entries(settings))('with the %s setting', (_, options) => {
    it.each(references)('computes the reference of $name', async ({ graph, dims, expected }) => {
      const session = await InferenceSession.create(encodeModel(graph), options);
      const { y } = await session.run({ x: new OrtTensor('float32', inputs, [vectors, ...dims]) });
      await session.release();
      expect([...(y!.data as Float32Array)]).toEqual(expected);
    });
  });

  it.each(models)('computes $name', async ({ graph, dims, expected }) => {
    const session = await openSession(encodeModel(graph));
    const { y } = await session.run({ x: float32([vectors, ...dims], inputs) });
    await session.release();
    expect([...(y!.data as Float32Array)]).toEqual(expected);
  });
});

it.each(references)('the reference of $name has no signed weights', ({ graph }) => {
  expect([...graph.constants.values()].filter((tensor) => tensor.type === 'int8')).toEqual([]);
});

describe.skipIf(!hasEmulator)('a processor without VNNI, where qemu-user is installed', () => {
  let built: Built;
  let results: Record<string, number[]>;
  beforeAll(async () => {
    built = await build();
    const cases = [...references, ...models].map(({ name, graph, dims }, i) => {
      const bytes = Buffer.from(encodeModel(graph)).toString('base64');
      return { name, bytes, dims: [vectors, ...dims], plain: i < references.length };
    });
    const script = join(built.folder, 'cases.mjs');
    await writeFile(
      script,
      `import { InferenceSession, Tensor } from 'onnxruntime-node';
      import { openSession } from './dist/src/runtime/session.js';
      const data = Float32Array.from(${JSON.stringify([...inputs])});
      const results = {};
      for (const { name, bytes, dims, plain } of ${JSON.stringify(cases)}) {
        const encoded = Buffer.from(bytes, 'base64');
        const session = await (plain ? InferenceSession.create(encoded) : openSession(encoded));
        const x = plain ? new Tensor('float32', data, dims) : { type: 'float32', data, dims };
        results[name] = [...(await session.run({ x })).y.data];
      }
      console.log(JSON.stringify(results));`,
    );
    results = JSON.parse(await runWithoutVnni(script));
  });
  afterAll(() => built?.remove());

  it.each([...references, ...models])('computes $name', ({ name, expected }) => {
    expect(results[name]).toEqual(expected);
  });
});
