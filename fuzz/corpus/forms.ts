/** Models that say what they are in other ways: quantized, folded, nested, packed, old, and with every form of tensor. */
import { attributeTypes } from '../../src/onnx/proto.ts';
import {
  bytes,
  elementTypes,
  encoded,
  float,
  floats,
  int64s,
  node,
  subgraph,
  tensor,
  value,
} from './onnx-parts.ts';

export const quantized = encoded({
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
export const folded = encoded({
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

const branch = (name: string, op: string) => ({
  name,
  node: [node(op, ['h'], [`${name} y`])],
  output: [value(`${name} y`, ['N', 3])],
});

/** Subgraphs, a function of its own, and operators of another domain. */
export const nested = encoded({
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
export const packed = encoded({
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
export const forms = encoded({
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
