/** Models of the layers that go to crossbars, and of what stands between them. */
import { elementTypes, encoded, float, floats, int64s, node, strings, value } from './onnx-parts.ts';

/** A matrix product of every kind that becomes a layer. */
export const dense = encoded({
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
export const small = encoded({
  inputs: [value('x', ['N', 4])],
  outputs: [value('y', ['N', 3])],
  initializers: [floats('w1', [4, 5]), floats('w2', [5, 3]), floats('b2', [3])],
  nodes: [
    node('MatMul', ['x', 'w1'], ['h']),
    node('Relu', ['h'], ['r']),
    node('Gemm', ['r', 'w2', 'b2'], ['y']),
  ],
});

export const convolution = encoded({
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

export const transposed = encoded({
  inputs: [value('x', ['N', 2, 3, 5])],
  outputs: [value('y', ['N', 2, 12, 20])],
  initializers: [floats('k', [2, 2, 2, 2]), floats('scales', [4], [1, 1, 2, 2]), floats('k1', [2, 2, 1, 1])],
  nodes: [
    node('ConvTranspose', ['x', 'k'], ['c'], { strides: [2, 2] }),
    node('Resize', ['c', '', 'scales'], ['r'], { mode: 'nearest' }),
    node('Conv', ['r', 'k1'], ['y']),
  ],
});

export const recurrent = encoded({
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

export const attention = encoded({
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

export const embedding = encoded({
  inputs: [value('x', ['N', 3], elementTypes.int64)],
  outputs: [value('y', ['N', 2])],
  initializers: [floats('table', [5, 4]), floats('w', [4, 2]), int64s('axis', [1])],
  nodes: [
    node('Gather', ['table', 'x'], ['e'], { axis: 0 }),
    node('ReduceMean', ['e'], ['m'], { axes: [1], keepdims: 0 }),
    node('MatMul', ['m', 'w'], ['y']),
  ],
});
