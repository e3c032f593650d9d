/** Models with local functions: inlined they compute what onnxruntime makes of the calls, under names that can be read. */
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { toDoubles } from '../../src/math/tensor.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import {
  type AttributeProto,
  attributeTypes,
  type FunctionProto,
  type ModelProto,
  modelCodec,
  type NodeProto,
} from '../../src/onnx/proto.ts';
import { encodeTensor } from '../../src/onnx/tensor-proto.ts';
import { openSession } from '../../src/runtime/session.ts';
import { noise } from '../passes/lower/decompose.ts';

type Node = Required<Pick<NodeProto, 'opType' | 'input' | 'output'>> & NodeProto;

const node = (opType: string, input: string[], output: string[], more: NodeProto = {}): Node => ({
  opType,
  input,
  output,
  ...more,
});
const call = (opType: string, input: string[], output: string[], more: NodeProto = {}): Node =>
  node(opType, input, output, { domain: 'my.blocks', ...more });
const ref = (name: string, refAttrName: string, type: number): AttributeProto => ({
  name,
  refAttrName,
  type,
});
const float = (name: string, f: number): AttributeProto => ({ name, type: attributeTypes.float, f });

function body(name: string, input: string[], output: string[], nodes: Node[], more: FunctionProto = {}) {
  const opsetImport = [
    { domain: '', version: 17 },
    { domain: 'my.blocks', version: 1 },
  ];
  return { name, domain: 'my.blocks', input, output, node: nodes, opsetImport, ...more };
}

/** x [2, 4] -> y, beside the constants w [4, 4] and b [4]. */
function modelOf(nodes: Node[], functions: FunctionProto[], more: ModelProto = {}): Uint8Array {
  const value = (name: string, ...dims: number[]) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
  });
  return modelCodec.encode({
    irVersion: 9,
    opsetImport: [
      { domain: '', version: 17 },
      { domain: 'my.blocks', version: 1 },
    ],
    functions,
    graph: {
      name: 'g',
      node: nodes,
      initializer: [encodeTensor('w', noise([4, 4], 1)), encodeTensor('b', noise([4], 2))],
      input: [value('x', 2, 4)],
      output: [value('y', 2, 4)],
    },
    ...more,
  });
}

async function outputs(bytes: Uint8Array): Promise<number[]> {
  const session = await openSession(bytes, { threads: 1 });
  const { y } = await session.run({ x: noise([2, 4], 3) });
  await session.release();
  return Array.from(toDoubles(y!)!);
}

/** The inlined model gives the bits that onnxruntime gives with the functions. @returns it */
async function expectInlined(bytes: Uint8Array): Promise<Graph> {
  const { graph } = await decodeModel(bytes, { file: 'm.onnx' });
  expect(await outputs(encodeModel(graph))).toEqual(await outputs(bytes));
  return graph;
}

const namesOf = ({ nodes }: Graph) => nodes.map(({ origin }) => `${origin.name} ${origin.op}`);

async function problemsOf(bytes: Uint8Array): Promise<string[][]> {
  try {
    await decodeModel(bytes, { file: 'm.onnx' });
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map((d) => [d.code, d.at, d.message]);
    throw error;
  }
  return [];
}

const linear = body(
  'Linear',
  ['a', 'w', 'b'],
  ['r'],
  [node('MatMul', ['a', 'w'], ['t'], { name: 'mm' }), node('Add', ['t', 'b'], ['r'])],
);

describe('local functions', () => {
  it('stand where they were called, in the names of the call, twice and inside each other', async () => {
    const block = body(
      'Block',
      ['a', 'w', 'b'],
      ['r'],
      [call('Linear', ['a', 'w', 'b'], ['t'], { name: 'l' }), node('Relu', ['t'], ['r'], { name: 'act' })],
    );
    const graph = await expectInlined(
      modelOf(
        [call('Block', ['x', 'w', 'b'], ['t'], { name: '/f.0' }), call('Block', ['t', 'w', 'b'], ['y'])],
        [block, linear],
      ),
    );
    expect(namesOf(graph)).toEqual([
      '/f.0/l/mm MatMul',
      '/f.0/l/Add_1 Add',
      '/f.0/act Relu',
      'Block_1/l/mm MatMul',
      'Block_1/l/Add_1 Add',
      'Block_1/act Relu',
    ]);
    expect(graph.nodes.map((n) => n.kind === 'onnx' && n.outputs)).toEqual([
      ['/f.0/l/t'],
      ['/f.0/t'],
      ['t'],
      ['Block_1/l/t'],
      ['Block_1/t'],
      ['y'],
    ]);
    expect(graph.opsets).toEqual({ '': 17, 'my.blocks': 1 });
  });

  it('take attributes of the call, of the call around it, and their defaults', async () => {
    const leaky = body(
      'Leaky',
      ['a'],
      ['r'],
      [
        node('LeakyRelu', ['a'], ['t'], { attribute: [ref('alpha', 'slope', attributeTypes.float)] }),
        node('Elu', ['t'], ['u'], { attribute: [ref('alpha', 'curve', attributeTypes.float)] }),
        node('Selu', ['u'], ['r'], { attribute: [ref('gamma', 'none', attributeTypes.float)] }),
      ],
      { attribute: ['slope', 'none'], attributeProto: [float('curve', 0.5)] },
    );
    const outer = body(
      'Outer',
      ['a'],
      ['r'],
      [call('Leaky', ['a'], ['r'], { attribute: [ref('slope', 'outer', attributeTypes.float)] })],
      { attribute: ['outer'] },
    );
    const graph = await expectInlined(
      modelOf([call('Outer', ['x'], ['y'], { attribute: [float('outer', 0.25)] })], [outer, leaky]),
    );
    expect(graph.nodes.map((n) => n.kind === 'onnx' && n.attributes)).toEqual([
      { alpha: { type: 'float', value: 0.25 } },
      { alpha: { type: 'float', value: 0.5 } },
      {},
    ]);
  });

  it('leave inputs out, give an input on, and are told apart by domain and overload', async () => {
    const clip = body('Clip', ['a', 'low', 'high'], ['r'], [node('Clip', ['a', 'low', 'high'], ['r'])]);
    const graph = await expectInlined(
      modelOf(
        [
          node('Constant', [], ['one'], { attribute: [{ name: 'value_float', type: 1, f: 0.1 }] }),
          call('Clip', ['x', '', 'one'], ['t']),
          node('Clip', ['t', 'one'], ['y']),
        ],
        [clip],
      ),
    );
    expect(graph.nodes.map(({ origin }) => origin.op)).toEqual(['Constant', 'Clip', 'Clip']);
    const operatorsOf = async (bytes: Uint8Array) =>
      (await decodeModel(bytes, { file: 'm.onnx' })).graph.nodes.map(({ origin }) => origin.op);
    // onnxruntime 1.30 refuses a body without nodes, and finds a body by domain and name alone.
    const same = body('Same', ['a'], ['a'], []);
    expect(await operatorsOf(modelOf([call('Same', ['x'], ['y'])], [same]))).toEqual(['Identity']);
    const overloads = ['a', 'b'].map((overload, i) =>
      body('F', ['v'], ['r'], [node(['Relu', 'Neg'][i]!, ['v'], ['r'])], { overload }),
    );
    const bytes = modelOf(
      [call('F', ['x'], ['t'], { overload: 'b' }), call('F', ['t'], ['y'], { overload: 'a' })],
      overloads,
    );
    expect(await operatorsOf(bytes)).toEqual(['Neg', 'Relu']);
  });

  it('are inlined in branches too, whose own names become those of the call', async () => {
    const branch = (name: string, nodes: Node[]): AttributeProto => ({
      name,
      type: attributeTypes.graph,
      g: { name, node: nodes, initializer: [encodeTensor('two', noise([4], 5))], output: [{ name: 'o' }] },
    });
    const choose = body(
      'Choose',
      ['a', 'w', 'b'],
      ['r'],
      [
        node('Constant', [], ['zero'], { attribute: [float('value_float', 0)] }),
        node('ReduceSum', ['a'], ['s'], { attribute: [{ name: 'keepdims', type: 2, i: 0 }] }),
        node('Greater', ['s', 'zero'], ['c']),
        node('If', ['c'], ['r'], {
          attribute: [
            branch('then_branch', [call('Linear', ['a', 'w', 'two'], ['o'])]),
            branch('else_branch', [node('Add', ['a', 'two'], ['o'])]),
          ],
        }),
      ],
    );
    const nodes = [
      call('Choose', ['x', 'w', 'b'], ['two'], { name: 'first' }),
      call('Choose', ['two', 'w', 'b'], ['y'], { name: 'second' }),
    ];
    await expectInlined(modelOf(nodes, [choose, linear]));
  });

  it('in another opset that means the same are taken, and else refused', async () => {
    const at = (version: number, opType: string) =>
      body('F', ['a'], ['r'], [node(opType, ['a'], ['r'])], { opsetImport: [{ domain: '', version }] });
    await expectInlined(modelOf([call('F', ['x'], ['y'])], [at(13, 'Relu')]));
    expect(await problemsOf(modelOf([call('F', ['x'], ['y'])], [at(11, 'Softmax')]))).toEqual([
      [
        'onnx/function-opset',
        "function 'F'",
        'it is written in opset 11 and the model in opset 17, which mean different things by Softmax',
      ],
    ]);
  });

  it('that call themselves, or are called with too much, are refused', async () => {
    const f = body('F', ['a'], ['r'], [call('G', ['a'], ['r'])]);
    const g = body('G', ['a'], ['r'], [call('F', ['a'], ['r'], { name: 'again' })]);
    const nodes = [call('F', ['x'], ['t'], { name: 'f' }), call('Linear', ['t', 'w', 'b', 'b'], ['y'])];
    expect(await problemsOf(modelOf(nodes, [f, g, linear]))).toEqual([
      ['onnx/graph-invalid', "node 'f/G_0/again' (a call of function 'F')", "function 'F' calls itself"],
      [
        'onnx/graph-invalid',
        "node 'Linear_1' (a call of function 'Linear')",
        'it has 4 inputs, and the function takes 3',
      ],
    ]);
  });

  it('that grow from call to call are refused before they fill the memory', async () => {
    const depth = 40;
    const doubling = Array.from({ length: depth }, (_, i) =>
      body(
        `F${i}`,
        ['a'],
        ['r'],
        i === depth - 1
          ? [node('Relu', ['a'], ['r'])]
          : [call(`F${i + 1}`, ['a'], ['t']), call(`F${i + 1}`, ['t'], ['r'])],
      ),
    );
    const codes = async (bytes: Uint8Array) => (await problemsOf(bytes)).map(([code]) => code);
    expect(await codes(modelOf([call('F0', ['x'], ['y'])], doubling))).toEqual(['onnx/functions-too-large']);
    const value = { name: 'value', type: attributeTypes.tensor, t: encodeTensor('', noise([65_536], 1)) };
    const large = body(
      'F',
      ['a'],
      ['r'],
      [node('Constant', [], ['c'], { attribute: [value] }), node('Relu', ['a'], ['r'])],
    );
    const calls = Array.from({ length: 1025 }, (_, i) => call('F', ['x'], [`y${i}`]));
    expect(await codes(modelOf(calls, [large]))).toEqual(['onnx/functions-too-large']);
    const chain = Array.from({ length: 300 }, (_, i) =>
      body(`F${i}`, ['a'], ['r'], [i === 299 ? node('Relu', ['a'], ['r']) : call(`F${i + 1}`, ['a'], ['r'])]),
    );
    expect((await problemsOf(modelOf([call('F0', ['x'], ['y'])], chain)))[0]![2]).toBe(
      'it lies in more than 200 calls inside each other',
    );
  });

  it('get names that nothing else has', async () => {
    const nodes = [
      node('Neg', ['x'], ['f/t'], { name: 'f/mm' }),
      call('Linear', ['f/t', 'w', 'b'], ['u'], { name: 'f' }),
      call('Linear', ['u', 'w', 'b'], ['y'], { name: 'g' }),
    ];
    const graph = await expectInlined(modelOf(nodes, [linear]));
    expect(namesOf(graph)).toEqual([
      'f/mm Neg',
      'f/mm-1 MatMul',
      'f/Add_1 Add',
      'g/mm MatMul',
      'g/Add_1 Add',
    ]);
  });
});
