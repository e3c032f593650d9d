/** Weights that come quantized keep their grid: the integers on the chip are the model's own. */
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../src/ir/graph.ts';
import { float32, int64, type Tensor } from '../../src/math/tensor.ts';
import { loadTarget } from '../../src/target/load.ts';
import { compileModel, drawFeeds, modelOf } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';

const [rows, columns] = [12, 4];
const scales = Float32Array.of(0.02, 0.05, 0.011, 0.3);
const drawn = Array.from({ length: rows * columns }, (_, i) => ((i * 37) % 201) - 100);
const codes = (type: 'int8' | 'int4'): Tensor => {
  const data = Int8Array.from(drawn, (v) => (type === 'int4' ? v % 8 : v));
  return { type, dims: [rows, columns], data };
};
const scale = float32([columns], scales);
/** Weights between steps, which QuantizeLinear rounds. */
const between = float32(
  [rows, columns],
  Float32Array.from(drawn, (v, i) => (v + 0.3) * scales[i % columns]!),
);
const zero: Tensor = { type: 'int8', dims: [columns], data: new Int8Array(columns) };

const product = (nodes: Parameters<typeof model>[0]['nodes'], constants: Record<string, Tensor>): Graph =>
  model({
    inputs: { x: [1, rows] },
    outputs: { y: [1, columns] },
    constants: { scale, zero, shape: int64([3], [1, rows, columns]), ...constants },
    nodes: [...nodes, node('MatMul', ['x', 'w'], ['y'])],
    opset: 21,
  });

const models: [name: string, graph: Graph, integers: Int8Array][] = [
  [
    'DequantizeLinear',
    product([node('DequantizeLinear', ['q', 'scale'], ['w'])], { q: codes('int8') }),
    Int8Array.from(drawn),
  ],
  [
    'DequantizeLinear of int4',
    product([node('DequantizeLinear', ['q', 'scale'], ['w'])], { q: codes('int4') }),
    codes('int4').data as Int8Array,
  ],
  [
    'DequantizeLinear behind QuantizeLinear of float weights',
    product(
      [
        node('QuantizeLinear', ['b', 'scale', 'zero'], ['q']),
        node('DequantizeLinear', ['q', 'scale', 'zero'], ['w']),
      ],
      { b: between },
    ),
    Int8Array.from(drawn),
  ],
  [
    'DequantizeLinear before Transpose and Reshape',
    product(
      [
        node('DequantizeLinear', ['q', 'scale'], ['d']),
        node('Transpose', ['d'], ['t']),
        node('Transpose', ['t'], ['b']),
        node('Reshape', ['b', 'shape'], ['c']),
        node('Squeeze', ['c'], ['w']),
      ],
      { q: codes('int8') },
    ),
    Int8Array.from(drawn),
  ],
  [
    'Mul, Round and Mul of float weights',
    product(
      [node('Div', ['b', 'scale'], ['s']), node('Round', ['s'], ['r']), node('Mul', ['r', 'scale'], ['w'])],
      { b: between },
    ),
    Int8Array.from(drawn),
  ],
];

describe('weights behind', () => {
  test.each(models)('%s keep their integers', async (_, graph, integers) => {
    const feeds = [1, 2, 3].map((seed) => drawFeeds(graph.inputs, seed));
    const compiled = await compileModel(modelOf(graph), await loadTarget('ideal'), feeds, {
      biasCorrection: false,
    });
    const [layer] = compiled.graph.nodes.flatMap((n) => (n.kind === 'quantized-mvm' ? [n] : []));
    // A column of which all integers have a common divisor may lie on a coarser grid: the products tell.
    const got = Array.from(layer!.integers, (v, i) => v * layer!.scales[i % columns]!);
    const expected = Array.from(integers, (v, i) => v * scales[i % columns]!);
    expect(got.map((v, i) => Math.abs(v - expected[i]!) < 1e-6 * scales[i % columns]! * 127)).toEqual(
      got.map(() => true),
    );
  });
});
