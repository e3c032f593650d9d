/** The models that mutations start from, each of a few dozen weights, with dims of the samples that it takes. */
import { attributeTypes } from '../../src/onnx/proto.ts';
import {
  bytes,
  elementTypes,
  encoded,
  float,
  floats,
  int64s,
  node,
  strings,
  subgraph,
  tensor,
  value,
} from './onnx-parts.ts';

export interface CorpusModel {
  readonly name: string;
  readonly model: Uint8Array;
  /** Of one sample. */
  readonly sample: readonly number[];
}

/** A matrix product of every kind that becomes a layer. */
const dense = encoded({
  inputs: [value('x', ['N', 6])],
  outputs: [value('y', ['N', 3]), value('z', ['N', 4])],
  initializers: [
    floats('w1', [6, 5]),
    floats('b1', [5]),
    floats('w2', [4, 5]),
    floats('b2', [4]),
    floats('w3', [4, 3]),
  ],
  nodes: [
    node('MatMul', ['x', 'w1'], ['p']),
    node('Add', ['p', 'b1'], ['h']),
    node('Relu', ['h'], ['r']),
    node('Gemm', ['r', 'w2', 'b2'], ['z'], { transB: 1, alpha: float(0.5) }),
    node('Einsum', ['z', 'w3'], ['y'], { equation: 'nk,km->nm' }),
  ],
});

/** For what takes its time by the layer. */
const small = encoded({
  inputs: [value('x', ['N', 4])],
  outputs: [value('y', ['N', 3])],
  initializers: [floats('w1', [4, 5]), floats('w2', [5, 3]), floats('b2', [3])],
  nodes: [
    node('MatMul', ['x', 'w1'], ['h']),
    node('Relu', ['h'], ['r']),
    node('Gemm', ['r', 'w2', 'b2'], ['y']),
  ],
});

const convolution = encoded({
  inputs: [value('x', ['N', 2, 6, 6])],
  outputs: [value('y', ['N', 3])],
  initializers: [
    floats('k1', [4, 2, 3, 3]),
    ...['scale', 'shift', 'mean'].map((name) => floats(name, [4])),
    floats('variance', [4], [1, 0.5, 2, 1]),
    floats('k2', [4, 1, 3, 3]),
    floats('k3', [4, 4, 1, 1]),
    floats('w', [4, 3]),
    floats('b', [3]),
    floats('zero', []),
    floats('six', [], [6]),
  ],
  nodes: [
    node('Conv', ['x', 'k1'], ['c1'], { pads: [1, 1, 1, 1], strides: [1, 1], kernel_shape: [3, 3] }),
    node('BatchNormalization', ['c1', 'scale', 'shift', 'mean', 'variance'], ['n1'], {
      epsilon: float(1e-5),
    }),
    node('Clip', ['n1', 'zero', 'six'], ['r1']),
    node('Conv', ['r1', 'k2'], ['c2'], { group: 4, auto_pad: 'SAME_UPPER', dilations: [1, 1] }),
    node('MaxPool', ['c2'], ['m'], { kernel_shape: [2, 2], strides: [2, 2] }),
    node('Conv', ['m', 'k3'], ['c3']),
    node('Add', ['c3', 'm'], ['sum']),
    node('GlobalAveragePool', ['sum'], ['g']),
    node('Flatten', ['g'], ['f'], { axis: 1 }),
    node('Gemm', ['f', 'w', 'b'], ['y']),
  ],
});

const transposed = encoded({
  inputs: [value('x', ['N', 2, 3, 5])],
  outputs: [value('y', ['N', 2, 12, 20])],
  initializers: [floats('k', [2, 2, 2, 2]), floats('scales', [4], [1, 1, 2, 2]), floats('k1', [2, 2, 1, 1])],
  nodes: [
    node('ConvTranspose', ['x', 'k'], ['c'], { strides: [2, 2] }),
    node('Resize', ['c', '', 'scales'], ['r'], { mode: 'nearest' }),
    node('Conv', ['r', 'k1'], ['y']),
  ],
});

const recurrent = encoded({
  inputs: [value('x', [1, 3, 4])],
  outputs: [value('y', [1, 2])],
  initializers: [
    ...[floats('w1', [1, 12, 4]), floats('r1', [1, 12, 3]), floats('b1', [1, 24])],
    ...[floats('w2', [1, 6, 3]), floats('r2', [1, 6, 2]), floats('w3', [1, 2, 2]), floats('r3', [1, 2, 2])],
    floats('w', [2, 2]),
    int64s('first', [1]),
    int64s('zeroth', [0]),
  ],
  nodes: [
    node('Transpose', ['x'], ['t'], { perm: [1, 0, 2] }),
    node('LSTM', ['t', 'w1', 'r1', 'b1'], ['l'], { hidden_size: 3 }),
    node('Squeeze', ['l', 'first'], ['s']),
    node('GRU', ['s', 'w2', 'r2'], ['g'], { hidden_size: 2, linear_before_reset: 1 }),
    node('Squeeze', ['g', 'first'], ['s2']),
    node('RNN', ['s2', 'w3', 'r3'], ['', 'h'], { hidden_size: 2, activations: strings('Tanh') }),
    node('Squeeze', ['h', 'zeroth'], ['s3']),
    node('MatMul', ['s3', 'w'], ['y']),
  ],
});

const quantized = encoded({
  inputs: [value('x', ['N', 2, 4, 5])],
  outputs: [value('y', ['N', 3, 2, 3])],
  initializers: [
    bytes('k', [3, 2, 3, 3]),
    floats('ks', [3], [0.01, 0.02, 0.015]),
    bytes('kz', [3], [0, 0, 0]),
    floats('xs', [], [0.02]),
    bytes('xz', [], [0]),
    floats('ys', [], [0.05]),
    bytes('yz', [], [-3]),
    floats('b', [3]),
  ],
  nodes: [
    node('QuantizeLinear', ['x', 'xs', 'xz'], ['xq']),
    node('DequantizeLinear', ['xq', 'xs', 'xz'], ['xd']),
    node('DequantizeLinear', ['k', 'ks', 'kz'], ['kd'], { axis: 0 }),
    node('Conv', ['xd', 'kd', 'b'], ['c']),
    node('QuantizeLinear', ['c', 'ys', 'yz'], ['cq']),
    node('DequantizeLinear', ['cq', 'ys', 'yz'], ['y']),
  ],
});

/** Weights that constants lead to, of old opsets too: initializers are inputs, and shapes are attributes. */
const folded = encoded({
  opset: 9,
  irVersion: 3,
  inputs: [value('x', [1, 6]), value('w', [12]), value('shape', [2], elementTypes.int64)],
  outputs: [value('y', [1, 4])],
  initializers: [floats('w', [12]), int64s('shape', [3, 4])],
  nodes: [
    node('Reshape', ['w', 'shape'], ['v']),
    node('Constant', [], ['two'], { value: tensor(floats('', [], [2])) }),
    node('Mul', ['v', 'two'], ['v2']),
    node('Transpose', ['v2'], ['v3'], { perm: [1, 0] }),
    node('ConstantOfShape', ['shape'], ['ones'], { value: tensor(floats('', [1], [1])) }),
    node('Transpose', ['ones'], ['ones2']),
    node('Concat', ['v3', 'ones2'], ['m'], { axis: 1 }),
    node('Cast', ['m'], ['m2'], { to: 1 }),
    node('Transpose', ['m2'], ['m3']),
    node('MatMul', ['x', 'm3'], ['p']),
    node('Slice', ['p'], ['y'], { starts: [0], ends: [4], axes: [1] }),
  ],
});

const attention = encoded({
  inputs: [value('x', [1, 3, 4])],
  outputs: [value('y', [1, 3, 4])],
  initializers: [
    ...['wq', 'wk', 'wv', 'wo'].map((name) => floats(name, [4, 4])),
    floats('gain', [4]),
    floats('shift', [4]),
    floats('root', [], [2]),
  ],
  nodes: [
    node('LayerNormalization', ['x', 'gain', 'shift'], ['n'], { axis: -1 }),
    ...['q', 'k', 'v'].map((name) => node('MatMul', ['n', `w${name}`], [name])),
    node('Transpose', ['k'], ['kt'], { perm: [0, 2, 1] }),
    node('MatMul', ['q', 'kt'], ['qk']),
    node('Div', ['qk', 'root'], ['s']),
    node('Softmax', ['s'], ['a'], { axis: -1 }),
    node('MatMul', ['a', 'v'], ['o']),
    node('MatMul', ['o', 'wo'], ['p']),
    node('Add', ['p', 'x'], ['y']),
  ],
});

const embedding = encoded({
  inputs: [value('x', ['N', 3], elementTypes.int64)],
  outputs: [value('y', ['N', 2])],
  initializers: [floats('table', [5, 4]), floats('w', [4, 2]), int64s('axis', [1])],
  nodes: [
    node('Gather', ['table', 'x'], ['e'], { axis: 0 }),
    node('ReduceMean', ['e'], ['m'], { axes: [1], keepdims: 0 }),
    node('MatMul', ['m', 'w'], ['y']),
  ],
});

const branch = (name: string, op: string) => ({
  name,
  node: [node(op, ['h'], [`${name} y`])],
  output: [value(`${name} y`, ['N', 3])],
});

/** Subgraphs, a function of its own, and operators of another domain. */
const nested = encoded({
  opsetImport: [
    { domain: '', version: 17 },
    { domain: 'local', version: 1 },
    { domain: 'com.microsoft', version: 1 },
  ],
  inputs: [value('x', ['N', 4])],
  outputs: [value('y', ['N', 2])],
  initializers: [
    floats('w', [4, 3]),
    floats('v', [3, 2]),
    int64s('trips', [2], []),
    { name: 'go', dims: [], dataType: elementTypes.bool, int32Data: [1] },
  ],
  functions: [
    {
      name: 'Twice',
      domain: 'local',
      input: ['a'],
      output: ['b'],
      opsetImport: [{ domain: '', version: 17 }],
      node: [node('Add', ['a', 'a'], ['b'])],
    } as object,
  ],
  nodes: [
    node('MatMul', ['x', 'w'], ['h']),
    node('If', ['go'], ['i'], {
      then_branch: subgraph(branch('then', 'Relu')),
      else_branch: subgraph(branch('else', 'Abs')),
    }),
    node('Loop', ['trips', 'go', 'i'], ['l'], {
      body: subgraph({
        name: 'body',
        input: [value('n', [], elementTypes.int64), value('c', [], elementTypes.bool), value('s', ['N', 3])],
        output: [value('c2', [], elementTypes.bool), value('s2', ['N', 3])],
        node: [node('Identity', ['c'], ['c2']), node('Neg', ['s'], ['s2'])],
      }),
    }),
    node('Twice', ['l'], ['t'], {}, 'local'),
    node('Gelu', ['t'], ['g'], {}, 'com.microsoft'),
    node('Gemm', ['g', 'v'], ['y']),
  ],
});

/** Weights in half precision and as 4-bit blocks, in a recent opset. */
const packed = encoded({
  opset: 21,
  irVersion: 10,
  inputs: [value('x', ['N', 4])],
  outputs: [value('y', ['N', 2])],
  initializers: [
    {
      name: 'w',
      dims: [4, 4],
      dataType: 10,
      rawData: new Uint8Array(Uint16Array.from({ length: 16 }, (_, i) => 0x3400 + 97 * i).buffer),
    },
    { name: 'q', dims: [4, 2], dataType: 22, rawData: Uint8Array.of(0x12, 0xf7, 0x3a, 0x80) },
    floats('s', [2, 2], [0.5, 0.25, 0.125, 1]),
  ],
  nodes: [
    node('Cast', ['w'], ['wf'], { to: 1 }),
    node('MatMul', ['x', 'wf'], ['h']),
    node('DequantizeLinear', ['q', 's'], ['d'], { axis: 0, block_size: 2 }),
    node('MatMul', ['h', 'd'], ['y']),
  ],
});

/** Tensors of every form that a message has. */
const forms = encoded({
  inputs: [value('x', ['N', 4])],
  outputs: [value('y', ['N', 3])],
  initializers: [
    { name: 'w', dims: [4, 3], dataType: 1, floatData: Array.from({ length: 12 }, (_, i) => i / 7 - 1) },
    { name: 'd', dims: [3], dataType: 11, doubleData: [0.25, -0.5, 1] },
    { name: 'k', dims: [3], dataType: 3, int32Data: [1, -2, 3] },
    {
      name: 'outside',
      dims: [3, 3],
      dataType: 1,
      dataLocation: 1,
      externalData: [
        { key: 'location', value: 'weights.bin' },
        { key: 'offset', value: '0' },
        { key: 'length', value: '36' },
      ],
    },
  ],
  nodes: [
    node('Gemm', ['x', 'w', 'df'], ['h'], { beta: float(2) }),
    node('Cast', ['d'], ['df'], { to: 1 }),
    node('Cast', ['k'], ['kf'], { to: 1 }),
    node('Mul', ['h', 'kf'], ['m']),
    node('MatMul', ['m', 'outside'], ['y']),
    node('Constant', [], ['unused'], { value_floats: { type: attributeTypes.floats, floats: [1, 2] } }),
  ],
});

export const corpusModels: readonly CorpusModel[] = [
  { name: 'small', model: small, sample: [4] },
  { name: 'dense', model: dense, sample: [6] },
  { name: 'convolution', model: convolution, sample: [2, 6, 6] },
  { name: 'transposed', model: transposed, sample: [2, 3, 5] },
  { name: 'recurrent', model: recurrent, sample: [3, 4] },
  { name: 'quantized', model: quantized, sample: [2, 4, 5] },
  { name: 'folded', model: folded, sample: [6] },
  { name: 'attention', model: attention, sample: [3, 4] },
  { name: 'embedding', model: embedding, sample: [3] },
  { name: 'nested', model: nested, sample: [4] },
  { name: 'packed', model: packed, sample: [4] },
  { name: 'forms', model: forms, sample: [4] },
];
