/** LSTM, GRU and RNN in their parts equal the operators of onnxruntime. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../src/ir/graph.ts';
import { int32, type Tensor } from '../../../src/math/tensor.ts';
import { inferDims } from '../../../src/onnx/dims.ts';
import { type AttributeValue, float, model, node } from '../../support/onnx-model.ts';
import { decompose, expectDecomposed, noise, run } from './decompose.ts';

interface Case {
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  readonly direction: 'forward' | 'reverse' | 'bidirectional';
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly bias: boolean;
  readonly lengths: readonly number[] | undefined;
  readonly initial: boolean;
  readonly peepholes: boolean;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

const gates = { LSTM: 4, GRU: 3, RNN: 1 };

function recurrent(c: Case): Graph {
  const directions = c.direction === 'bidirectional' ? 2 : 1;
  const rows = gates[c.op] * c.hidden;
  const constants: Record<string, Tensor> = {
    w: noise([directions, rows, c.inputs], 1),
    r: noise([directions, rows, c.hidden], 2),
    ...(c.bias && { b: noise([directions, 2 * rows], 3) }),
    ...(c.lengths && { lengths: int32([c.batch], c.lengths) }),
    ...(c.peepholes && { p: noise([directions, 3 * c.hidden], 4) }),
  };
  const state = [directions, c.batch, c.hidden];
  const lstm = c.op === 'LSTM';
  const inputs = ['x', 'w', 'r', c.bias ? 'b' : '', c.lengths ? 'lengths' : '', c.initial ? 'h0' : ''];
  if (lstm) inputs.push(c.initial ? 'c0' : '', c.peepholes ? 'p' : '');
  const outputs = lstm ? ['y', 'yh', 'yc'] : ['y', 'yh'];
  return model({
    inputs: {
      x: [c.steps, 'batch', c.inputs],
      ...(c.initial && { h0: state, ...(lstm && { c0: state }) }),
    },
    outputs: Object.fromEntries(outputs.map((name) => [name, undefined])),
    constants,
    nodes: [
      node(c.op, inputs, outputs, { hidden_size: c.hidden, direction: c.direction, ...c.attributes }, 'mine'),
    ],
    opset: 14,
  });
}

function feedsOf(c: Case) {
  const state = [c.direction === 'bidirectional' ? 2 : 1, c.batch, c.hidden];
  return {
    x: noise([c.steps, c.batch, c.inputs], 5),
    ...(c.initial && { h0: noise(state, 6), ...(c.op === 'LSTM' && { c0: noise(state, 7) }) }),
  };
}

const plain: Case = {
  op: 'LSTM',
  direction: 'forward',
  steps: 4,
  batch: 2,
  inputs: 3,
  hidden: 5,
  bias: true,
  lengths: undefined,
  initial: false,
  peepholes: false,
  attributes: {},
};
const strings = (...value: string[]) => ({ type: 'strings', value }) as const;
const floats = (...value: number[]) => ({ type: 'floats', value }) as const;

const named: [string, Partial<Case>][] = [
  ['with initial states', { initial: true }],
  ['with peepholes', { peepholes: true, initial: true }],
  ['with sequence lengths', { lengths: [3, 1], initial: true }],
  ['backwards with sequence lengths', { lengths: [3, 4], direction: 'reverse' }],
  ['in both directions with sequence lengths', { lengths: [2, 4], direction: 'bidirectional' }],
  ['with coupled gates', { attributes: { input_forget: 1 } }],
  ['clipped', { attributes: { clip: float(0.3) }, initial: true }],
  ['clipped, with peepholes', { attributes: { clip: float(0.3) }, initial: true, peepholes: true }],
  ['of one step', { steps: 1 }],
  [
    'with scaled activations',
    {
      attributes: {
        activations: strings('HardSigmoid', 'ScaledTanh', 'Affine'),
        activation_alpha: floats(0.3, 1.5, 0.7),
        activation_beta: floats(0.4, 0.6, 0.1),
      },
    },
  ],
  ['with default factors', { attributes: { activations: strings('HardSigmoid', 'LeakyRelu', 'Elu') } }],
  [
    'with a factor for the last alone',
    {
      attributes: { activations: strings('Sigmoid', 'Softsign', 'LeakyRelu'), activation_alpha: floats(0.5) },
    },
  ],
  [
    'with names in any case',
    {
      attributes: {
        activations: strings('sigmoid', 'tanh', 'ThresholdedRelu'),
        activation_alpha: floats(0.1),
      },
    },
  ],
];
const gru: [string, Partial<Case>][] = [
  ['with initial states', { initial: true }],
  ['with the reset gate after the product', { attributes: { linear_before_reset: 1 } }],
  ['with that and initial states', { attributes: { linear_before_reset: 1 }, initial: true }],
  [
    'with that and no bias',
    { attributes: { linear_before_reset: 1 }, bias: false, direction: 'bidirectional' },
  ],
  ['with sequence lengths', { lengths: [3, 1], initial: true }],
  ['backwards with sequence lengths', { lengths: [3, 4], direction: 'reverse' }],
  [
    'in both directions with other activations',
    {
      direction: 'bidirectional',
      attributes: { activations: strings('Sigmoid', 'Relu', 'HardSigmoid', 'Softplus') },
    },
  ],
  ['clipped', { attributes: { clip: float(0.3) }, initial: true }],
];
const rnn: [string, Partial<Case>][] = [
  ['in both directions', { direction: 'bidirectional', initial: true }],
  ['with another activation', { attributes: { activations: strings('Relu') }, lengths: [1, 4] }],
  ['clipped', { attributes: { clip: float(0.3) } }],
];

describe('decompose-layers', () => {
  const cases = [
    ...named.map(([what, c]) => ['LSTM', what, c] as const),
    ...gru.map(([what, c]) => ['GRU', what, c] as const),
    ...rnn.map(([what, c]) => ['RNN', what, c] as const),
  ];
  it.each(cases)('%s %s', async (op, _, changes) => {
    const c = { ...plain, op, ...changes };
    await expectDecomposed(recurrent(c), op, feedsOf(c));
  });

  it('equals onnxruntime for random sizes, directions and inputs', async () => {
    const size = fc.integer({ min: 1, max: 4 });
    const cases = fc.record({
      op: fc.constantFrom('LSTM', 'GRU', 'RNN'),
      direction: fc.constantFrom('forward', 'reverse', 'bidirectional'),
      steps: size,
      batch: size,
      inputs: size,
      hidden: size,
      bias: fc.boolean(),
      initial: fc.boolean(),
      peepholes: fc.boolean(),
      lengths: fc.boolean(),
      attributes: fc.constantFrom({}, { linear_before_reset: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ lengths, ...drawn }) => {
        const c: Case = {
          ...drawn,
          peepholes: drawn.peepholes && drawn.op === 'LSTM',
          attributes: drawn.op === 'GRU' ? drawn.attributes : {},
          lengths: lengths
            ? Array.from({ length: drawn.batch }, (_, i) => 1 + ((i * 7 + drawn.hidden) % drawn.steps))
            : undefined,
        };
        await expectDecomposed(recurrent(c), c.op, feedsOf(c));
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it.each(['LSTM', 'GRU', 'RNN'] as const)(
    '%s with the batch first is the other layout transposed',
    async (op) => {
      // onnxruntime runs layout 0 alone.
      const c = { ...plain, op, initial: true, direction: 'bidirectional' } as const;
      const theirs = await run(recurrent(c), feedsOf(c));
      const graph = recurrent({ ...c, attributes: { layout: 1 } });
      const swap = (t: Tensor) => ({ ...t, ...permuted(t, [1, 0, 2]) });
      const inputs = graph.inputs.map((v) => ({ ...v, dims: [v.dims![1], v.dims![0], v.dims![2]] }));
      const feeds = Object.fromEntries(Object.entries(feedsOf(c)).map(([name, t]) => [name, swap(t)]));
      const ours = await run(await decompose({ ...graph, inputs }), feeds);
      for (const [name, tensor] of Object.entries(theirs)) {
        const expected = permuted(tensor, name === 'y' ? [2, 0, 1, 3] : [1, 0, 2]);
        expect(ours[name]!.dims).toEqual(expected.dims);
        const apart = expected.data.reduce(
          (most, v, i) => Math.max(most, Math.abs(v - Number(ours[name]!.data[i]))),
          0,
        );
        expect(apart).toBeLessThan(2e-6);
      }
    },
  );

  it('multiplies the state by one constant in all steps, and leaves out the state of zeros', async () => {
    const graph = await decompose(recurrent({ ...plain, direction: 'bidirectional' }));
    const products = graph.nodes.filter((n) => n.kind === 'onnx' && n.op === 'MatMul');
    const matrices = products.map((n) => (n.kind === 'onnx' ? n.inputs[1] : ''));
    // One product for the input, and three of four steps in either direction.
    expect(products.length).toBe(7);
    expect(new Set(matrices).size).toBe(3);
    expect(new Set(graph.nodes.map((n) => n.origin.name))).toEqual(new Set(['mine']));
  });

  it('leaves sequences of unknown length as they are', async () => {
    const graph = recurrent(plain);
    const inputs = [{ ...graph.inputs[0]!, dims: ['steps', 2, 3] }];
    expect((await decompose({ ...graph, inputs })).nodes.map((n) => n.kind === 'onnx' && n.op)).toEqual([
      'LSTM',
    ]);
    expect(inferDims({ ...graph, inputs }).get('yh')).toEqual([1, 2, 5]);
  });

  it('leaves what the options keep digital', async () => {
    const { decomposeLayers } = await import('../../../passes/lower/decompose-layers.ts');
    const graph = recurrent(plain);
    expect(decomposeLayers.run(graph, { keepDigital: (o) => o.name === 'mine' }).nodes).toEqual(graph.nodes);
  });
});

/** Values of a tensor with its axes reordered: a loop of its own, to be independent of the passes'. */
function permuted({ dims, data }: Tensor, perm: readonly number[]): { dims: number[]; data: Float32Array } {
  const strides = dims.map((_, i) => dims.slice(i + 1).reduce((a, b) => a * b, 1));
  const result = perm.map((axis) => dims[axis]!);
  const values = Float32Array.from({ length: data.length }, (_, at) => {
    let [rest, from] = [at, 0];
    for (let i = perm.length - 1; i >= 0; i--) {
      from += (rest % result[i]!) * strides[perm[i]!]!;
      rest = Math.floor(rest / result[i]!);
    }
    return Number(data[from]);
  });
  return { dims: result, data: values };
}
