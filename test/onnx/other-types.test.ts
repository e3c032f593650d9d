/** Outputs that are no tensors: their types come through, and the tensors in front of them are outputs besides. */
import { describe, expect, test } from 'vitest';
import type { Graph, OnnxNode, ValueInfo } from '../../src/ir/graph.ts';
import { float32, int64 } from '../../src/math/tensor.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { describeOtherType, innerElementType } from '../../src/onnx/other-types.ts';
import { type TypeProto, typeCodec } from '../../src/onnx/proto.ts';
import { openSession } from '../../src/runtime/session.ts';
import { raised } from '../data/files.ts';
import { model, node } from '../support/onnx-model.ts';

const tensor: TypeProto = { tensorType: { elemType: 1 } };
const types = {
  sequence: { sequenceType: { elemType: tensor } },
  maps: {
    sequenceType: { elemType: { mapType: { keyType: 7, valueType: { tensorType: { elemType: 11 } } } } },
  },
  optional: { optionalType: { elemType: { sequenceType: { elemType: tensor } } } },
} satisfies Record<string, TypeProto>;

const other = (name: string, type: TypeProto): ValueInfo => ({
  name,
  elementType: 0,
  dims: undefined,
  otherType: typeCodec.encode(type),
});

function graphOf(nodes: readonly OnnxNode[], outputs: readonly ValueInfo[]): Graph {
  const graph = model({
    inputs: { x: ['N', 4] },
    outputs: {},
    constants: {
      w: float32(
        [4, 4],
        Float32Array.from({ length: 16 }, (_, i) => i),
      ),
      zero: int64([], [0]),
    },
    nodes: [node('MatMul', ['x', 'w'], ['y']), node('Relu', ['y'], ['r']), ...nodes],
  });
  return { ...graph, outputs };
}
const read = async (graph: Graph) => (await decodeModel(encodeModel(graph), { file: 'm.onnx' })).graph;

describe('a type that is no tensor', () => {
  test.each([
    ['sequence', 'a sequence', 1],
    ['maps', 'a sequence', 11],
    ['optional', 'an optional value', 1],
  ] as const)('%s', (name, described, inner) => {
    const { otherType } = other('v', types[name]);
    expect(describeOtherType(otherType!)).toBe(described);
    expect(innerElementType(otherType!)).toBe(inner);
    expect(typeCodec.encode(typeCodec.decode(otherType!))).toEqual(otherType);
  });

  test('comes through reading and writing', async () => {
    const graph = await read(
      graphOf([node('SequenceConstruct', ['y', 'r'], ['s'])], [other('s', types.sequence)]),
    );
    expect(graph.outputs[0]).toEqual(other('s', types.sequence));
    expect((await read(graph)).outputs).toEqual(graph.outputs);
  });
});

describe('the tensors in front of an output', () => {
  const construct = node('SequenceConstruct', ['y', 'x'], ['s']);
  test.each<[string, OnnxNode[], TypeProto, string[]]>([
    ['SequenceConstruct, but for inputs of the model', [construct], types.sequence, ['y']],
    ['SplitToSequence', [node('SplitToSequence', ['r'], ['s'], { axis: 1 })], types.sequence, ['r']],
    [
      'a sequence that is added to and passed on',
      [
        node('SequenceConstruct', ['y'], ['a']),
        node('SequenceInsert', ['a', 'r'], ['b']),
        node('Identity', ['b'], ['s']),
      ],
      types.sequence,
      ['r', 'y'],
    ],
    [
      'an optional sequence',
      [node('SequenceConstruct', ['y'], ['a']), node('Optional', ['a'], ['s'])],
      types.optional,
      ['y'],
    ],
  ])('%s', async (_, nodes, type, expected) => {
    const { outputs } = await read(graphOf(nodes, [other('s', type)]));
    expect(outputs.slice(1)).toEqual(
      expected.map((name) => ({ name, elementType: 1, dims: [undefined, 4] })),
    );
  });

  test('an output of the model stays as it is', async () => {
    const y: ValueInfo = { name: 'y', elementType: 1, dims: ['N', 4] };
    const { outputs } = await read(graphOf([construct], [other('s', types.sequence), y]));
    expect(outputs).toEqual([other('s', types.sequence), y]);
  });

  test('none is known of', async () => {
    const nodes = [node('SequenceEmpty', [], ['a']), node('Identity', ['a'], ['s'])];
    expect(await raised(read(graphOf(nodes, [other('s', types.sequence)])))).toEqual([
      expect.stringMatching(/^onnx\/form-unsupported at m\.onnx: none of its outputs .*'s' is a sequence/),
    ]);
  });
});

test('a session gives the outputs that are tensors', async () => {
  const y: ValueInfo = { name: 'y', elementType: 1, dims: ['N', 4] };
  const nodes = [node('SequenceConstruct', ['y', 'r'], ['s'])];
  const session = await openSession(encodeModel(graphOf(nodes, [other('s', types.sequence), y])));
  expect(session.outputs).toEqual(['y']);
  const results = await session.run({ x: float32([1, 4], Float32Array.of(1, 0, 0, 0)) });
  expect(results).toEqual({ y: { type: 'float32', dims: [1, 4], data: Float32Array.of(0, 1, 2, 3) } });
  await session.release();
});
