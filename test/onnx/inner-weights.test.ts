/** What `ops` says about weights inside bodies and of operators of other domains. */
import { describe, expect, it } from 'vitest';
import { listOperators } from '../../src/compile/operators.ts';
import type { Attribute, Graph } from '../../src/ir/graph.ts';
import { attributeCodec, attributeTypes, type GraphProto, type NodeProto } from '../../src/onnx/proto.ts';
import { encodeTensor } from '../../src/onnx/tensor-proto.ts';
import { noise } from '../passes/lower/decompose.ts';
import { model, node } from '../support/onnx-model.ts';

const matrix = (name: string) => encodeTensor(name, noise([4, 4], 1));

function graphAttribute(name: string, g: GraphProto, captures: readonly string[] = []): Attribute {
  return {
    type: 'opaque',
    value: attributeCodec.encode({ name, type: attributeTypes.graph, g }),
    captures,
  };
}

const inner = (
  opType: string,
  input: string[],
  output: string[],
  attribute: NodeProto['attribute'] = [],
): NodeProto => ({
  opType,
  input,
  output,
  attribute,
});

/** A layer beside the node in question, so that the model maps at all. */
function beside(...nodes: Parameters<typeof model>[0]['nodes']): Graph {
  return model({
    inputs: { x: [1, 4], c: [] },
    outputs: { y: undefined, z: undefined },
    constants: { w: noise([4, 4], 1), v: noise([4], 2) },
    nodes: [...nodes, node('MatMul', ['x', 'w'], ['z'])],
  });
}

async function ruleOf(graph: Graph): Promise<string> {
  const { crossbar, rule } = (await listOperators(graph))[0]!;
  expect(crossbar).toBe(false);
  return rule;
}

describe('listOperators', () => {
  it('counts the layers in the branches of an If: own, captured and stored weights', async () => {
    const own: GraphProto = {
      name: 'a',
      initializer: [matrix('m')],
      node: [inner('MatMul', ['x', 'm'], ['t']), inner('MatMul', ['t', 'w'], ['o'])],
    };
    const stored: GraphProto = {
      name: 'b',
      node: [
        inner('Constant', [], ['k'], [{ name: 'value', type: attributeTypes.tensor, t: matrix('') }]),
        inner('Transpose', ['k'], ['kt']),
        inner('Gemm', ['x', 'kt'], ['o']),
      ],
    };
    const attributes = {
      then_branch: graphAttribute('then_branch', own, ['x', 'w']),
      else_branch: graphAttribute('else_branch', stored, ['x']),
    };
    expect(await ruleOf(beside(node('If', ['c'], ['y'], attributes)))).toBe(
      'digital: 2 MatMul and 1 Gemm with constant weights inside its body stay digital, because a branch that is chosen at run time runs as a whole in onnxruntime',
    );
  });

  it('looks into bodies inside bodies, and not at names that a body has for itself', async () => {
    const deepest: GraphProto = { name: 'c', node: [inner('Conv', ['x', 'w'], ['p'])] };
    const body: GraphProto = {
      name: 'b',
      // Its own input w hides the constant w: what comes in is computed.
      input: [{ name: 'i' }, { name: 'go' }, { name: 'v' }],
      node: [
        inner('If', ['go'], ['p'], [{ name: 'then_branch', type: attributeTypes.graph, g: deepest }]),
        inner('MatMul', ['x', 'v'], ['o']),
      ],
    };
    expect(
      await ruleOf(
        beside(node('Loop', ['', 'c'], ['y'], { body: graphAttribute('body', body, ['x', 'w']) })),
      ),
    ).toBe(
      'digital: 1 Conv with constant weights inside its body stays digital, because a body that is repeated as often as the input says runs as a whole in onnxruntime',
    );
  });

  it('says nothing about weights where a body has none', async () => {
    const body: GraphProto = { name: 'b', node: [inner('Add', ['x', 'x'], ['o'])] };
    expect(
      await ruleOf(beside(node('Scan', ['x'], ['y'], { body: graphAttribute('body', body, ['x']) }))),
    ).toBe('digital: control flow; onnxruntime runs it as it is');
  });

  it('names the weights of an operator of another domain', async () => {
    const foreign = { ...node('FusedMatMul', ['x', 'w'], ['y']), domain: 'com.example' };
    const graph = beside(foreign);
    expect(await ruleOf(graph)).toBe(
      'digital: an operator of domain com.example; its weights w [4,4] stay digital, because only that domain knows what it computes',
    );
  });
});
