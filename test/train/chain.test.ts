import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { Graph, Node, QuantizedMvmNode } from '../../src/ir/graph.ts';
import { float32 } from '../../src/math/tensor.ts';
import { findChain } from '../../src/train/chain.ts';
import { model, node } from '../support/onnx-model.ts';

const layer = (name: string, input: string, output: string, rows = 4, columns = 3): QuantizedMvmNode => ({
  kind: 'quantized-mvm',
  input,
  output,
  geometry: { kind: 'matmul' },
  groups: 1,
  rows,
  columns,
  bias: new Float64Array(columns),
  origin: { name, op: 'Gemm', index: 0 },
  folded: [],
  quantization: { scale: 1, zero: 0, signed: false, bits: 8 },
  integers: new Int8Array(rows * columns),
  weightMax: 7,
  scales: new Float64Array(columns).fill(1),
});

const ones = float32([3], [1, 1, 1]);
const zeros = float32([3], [0, 0, 0]);
const graph = (nodes: readonly Node[], constants = {}): Graph =>
  model({
    inputs: { x: ['N', 4] },
    outputs: { y: undefined },
    nodes,
    constants: { ones, zeros, ...constants },
  });

const problems = (find: () => unknown): string[] => {
  try {
    find();
  } catch (error) {
    if (error instanceof DiagnosticError)
      return error.diagnostics.map((d) => `${d.code} ${d.at}: ${d.message}`);
    throw error;
  }
  return [];
};

describe('the chain to train', () => {
  it('goes from the first chosen layer to the output, with what stands between', () => {
    const { network, input, nodes } = findChain(
      graph([
        layer('front', 'x', 'a'),
        node('Relu', ['a'], ['b']),
        layer('one', 'b', 'c', 3, 3),
        node('LayerNormalization', ['c', 'ones', 'zeros'], ['d']),
        node('Sigmoid', ['d'], ['e']),
        node('Flatten', ['e'], ['f']),
        layer('two', 'f', 'g', 3, 3),
        node('Softmax', ['g'], ['y']),
      ]),
      '*o*',
    );
    expect(input).toBe('x');
    expect(nodes.map(({ origin }) => origin.name)).toEqual(['front', 'one', 'two']);
    expect(network.layers).toEqual([
      { name: 'front', inputs: 4, outputs: 3, normalization: 'none', activation: 'relu' },
      { name: 'one', inputs: 3, outputs: 3, normalization: 'layer', activation: 'sigmoid' },
      { name: 'two', inputs: 3, outputs: 3, normalization: 'none', activation: 'none' },
    ]);
  });

  it('leaves what comes before the first chosen layer alone', () => {
    const chain = findChain(
      graph([layer('front', 'x', 'a'), node('Tanh', ['a'], ['b']), layer('head', 'b', 'y', 3, 3)]),
      'head',
    );
    expect(chain.input).toBe('b');
    expect(chain.network.layers.map(({ name }) => name)).toEqual(['head']);
  });

  it('names the layers where a pattern matches none', () => {
    const find = () => findChain(graph([layer('front', 'x', 'y')]), 'back');
    expect(problems(find)).toEqual([
      'train/no-such-layer --layers back: no layer on crossbars has a name like this',
    ]);
    expect(find).toThrow('Layers: front.');
  });

  it('names every node that cannot be learnt through', () => {
    const learnt = { gain: float32([3], [1, 2, 1]) };
    const nodes = [
      layer('one', 'x', 'a'),
      node('Tanh', ['a'], ['b'], {}, 'bend'),
      node('LayerNormalization', ['b', 'gain', 'zeros'], ['c'], {}, 'norm'),
      layer('two', 'c', 'd', 3, 3),
      node('Relu', ['d'], ['y'], {}, 'last'),
    ];
    expect(problems(() => findChain(graph(nodes, learnt), 'one'))).toEqual([
      "train/no-gradient node 'bend' (Tanh, #1): there is no gradient through Tanh",
      "train/no-gradient node 'norm' (LayerNormalization, #2): a normalization with learnt gain or bias",
      "train/no-gradient node 'two' (Gemm, #3): a layer behind the first trained one is not trained itself",
      "train/no-gradient node 'two' (Gemm, #3): the last layer has an activation, where class scores are to go into a softmax",
    ]);
  });

  it('takes neither branches nor convolutions over several positions', () => {
    const conv = {
      ...layer('conv', 'x', 'a'),
      geometry: {
        kind: 'conv',
        kernel: [2, 2],
        strides: [1, 1],
        dilations: [1, 1],
        pads: [0, 0, 0, 0],
        autoPad: 'NOTSET',
      },
    } as const;
    const nodes = [conv, node('Relu', ['a'], ['b'], {}, 'left'), node('Add', ['a', 'b'], ['y'], {}, 'sum')];
    expect(problems(() => findChain(graph(nodes), 'conv'))).toEqual([
      "train/no-gradient node 'conv' (Gemm, #0): its result goes several ways: node 'left' (Relu, #1), node 'sum' (Add, #2)",
      "train/no-gradient node 'conv' (Gemm, #0): a convolution over several positions is not trained",
      "train/no-gradient node 'sum' (Add, #2): there is no gradient through Add",
      "train/no-gradient node 'conv' (Gemm, #0): the last layer has an activation, where class scores are to go into a softmax",
    ]);
  });
});
