/** ConvTranspose in its parts equals the operator of onnxruntime. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../src/ir/graph.ts';
import { type AttributeValue, model, node } from '../../support/onnx-model.ts';
import { expectDecomposed, noise } from './decompose.ts';

interface Case {
  readonly groups: number;
  /** Per group. */
  readonly channels: number;
  readonly outputs: number;
  readonly space: readonly number[];
  readonly kernel: readonly number[];
  readonly bias: boolean;
  /** Whether the model says how large its input is. */
  readonly known: boolean;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

const plain: Case = {
  groups: 1,
  channels: 3,
  outputs: 2,
  space: [4, 5],
  kernel: [3, 2],
  bias: true,
  known: true,
  attributes: {},
};

function convTranspose({ groups, channels, outputs, space, kernel, bias, known, attributes }: Case): Graph {
  return model({
    inputs: { x: ['batch', groups * channels, ...(known ? space : space.map(() => undefined))] },
    outputs: { y: undefined },
    constants: {
      w: noise([groups * channels, outputs, ...kernel], 1),
      ...(bias && { b: noise([groups * outputs], 2) }),
    },
    nodes: [
      node(
        'ConvTranspose',
        bias ? ['x', 'w', 'b'] : ['x', 'w'],
        ['y'],
        { group: groups, ...attributes },
        'mine',
      ),
    ],
    opset: 11,
  });
}

async function expectEqual(c: Case): Promise<Graph> {
  const feeds = { x: noise([2, c.groups * c.channels, ...c.space], 3) };
  return expectDecomposed(convTranspose(c), 'ConvTranspose', feeds);
}

const cases: [string, Partial<Case>][] = [
  ['of one dimension', { space: [6], kernel: [4], attributes: { strides: [3] } }],
  [
    'of one dimension and unknown size',
    { space: [6], kernel: [4], known: false, attributes: { strides: [2], pads: [1, 0] } },
  ],
  [
    'of three dimensions',
    { space: [2, 4, 3], kernel: [3, 2, 4], attributes: { strides: [2, 1, 3], pads: [1, 0, 2, 0, 1, 1] } },
  ],
  [
    'of three dimensions, dilated groups, SAME_LOWER',
    {
      groups: 2,
      space: [3, 3, 2],
      kernel: [2, 3, 2],
      attributes: { strides: [2, 2, 1], dilations: [2, 1, 3], auto_pad: 'SAME_LOWER' },
    },
  ],
  ['with groups', { groups: 3, attributes: { strides: [2, 2] } }],
  ['depthwise', { groups: 4, channels: 1, outputs: 1, attributes: { strides: [2, 2] } }],
  ['without bias', { bias: false }],
  ['without bias, cut', { bias: false, attributes: { pads: [1, 0, 1, 1] } }],
  ['with strides wider than the kernel', { kernel: [2, 2], attributes: { strides: [3, 4] } }],
  ['dilated', { attributes: { dilations: [2, 3], strides: [2, 1] } }],
  ['padded at the output', { attributes: { strides: [3, 2], output_padding: [2, 1], pads: [1, 0, 1, 0] } }],
  ['SAME_UPPER', { attributes: { strides: [2, 1], auto_pad: 'SAME_UPPER' } }],
  ['SAME_LOWER', { attributes: { strides: [2, 1], auto_pad: 'SAME_LOWER' } }],
  ['SAME_UPPER of unknown size', { known: false, attributes: { strides: [2, 1], auto_pad: 'SAME_UPPER' } }],
  [
    'SAME_UPPER with strides wider than the kernel',
    { kernel: [2, 2], attributes: { strides: [3, 3], auto_pad: 'SAME_UPPER' } },
  ],
  ['VALID', { attributes: { strides: [2, 2], auto_pad: 'VALID', output_padding: [1, 0] } }],
  ['with its output shape', { attributes: { strides: [2, 2], output_shape: [8, 9] } }],
  [
    'with its output shape, SAME_UPPER',
    { attributes: { strides: [2, 2], output_shape: [8, 9], auto_pad: 'SAME_UPPER' } },
  ],
  [
    'with its output shape and unknown size',
    { known: false, attributes: { strides: [2, 2], output_shape: [8, 9] } },
  ],
  [
    'with an output shape beyond the full output',
    { attributes: { strides: [3, 3], output_shape: [14, 15] } },
  ],
  ['the same of unknown size', { known: false, attributes: { strides: [3, 3], output_shape: [14, 15] } }],
];

describe('decompose-layers', () => {
  it.each(cases)('ConvTranspose %s', async (_, changes) => {
    await expectEqual({ ...plain, ...changes });
  });

  it('equals onnxruntime for random attributes', async () => {
    const small = fc.integer({ min: 1, max: 3 });
    const axes = fc.constantFrom(1, 2, 3);
    const drawn = axes.chain((n) => {
      const perAxis = (arbitrary: fc.Arbitrary<number>) =>
        fc.array(arbitrary, { minLength: n, maxLength: n });
      return fc.record({
        groups: small,
        channels: small,
        outputs: small,
        space: perAxis(fc.integer({ min: 2, max: 5 })),
        kernel: perAxis(fc.integer({ min: 2, max: 4 })),
        bias: fc.boolean(),
        // The overlaps of three axes are added up by fixed shapes.
        known: n === 3 ? fc.constant(true) : fc.boolean(),
        strides: perAxis(small),
        dilations: perAxis(fc.constantFrom(1, 2)),
        pads: fc.array(fc.constantFrom(0, 1), { minLength: 2 * n, maxLength: 2 * n }),
        extra: perAxis(fc.constantFrom(0, 1)),
        mode: fc.constantFrom('pads', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
      });
    });
    await fc.assert(
      fc.asyncProperty(drawn, async ({ strides, dilations, pads, extra, mode, ...c }) => {
        // onnxruntime takes no padding of the output that reaches the stride.
        const output_padding = extra.map((e, i) => Math.min(e, strides[i]! - 1));
        const own = mode === 'pads' ? { pads } : { auto_pad: mode };
        await expectEqual({ ...c, attributes: { strides, dilations, output_padding, ...own } });
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it('is one product of one matrix, whose operators carry its name', async () => {
    const graph = await expectEqual({ ...plain, attributes: { strides: [2, 2], pads: [1, 0, 0, 1] } });
    expect(graph.nodes.map((n) => n.kind === 'onnx' && n.op)).toEqual([
      'Conv',
      'Reshape',
      'Col2Im',
      'Pad',
      'Unsqueeze',
      'Add',
    ]);
    expect(graph.nodes.map((n) => n.origin)).toEqual(
      graph.nodes.map(() => ({ name: 'mine', op: 'ConvTranspose', index: 0 })),
    );
  });
});
