import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { type Attribute, type Graph, type OnnxNode, outputsOf } from '../../src/ir/graph.ts';
import { float32, int64, type Tensor } from '../../src/math/tensor.ts';
import { readModel } from '../../src/onnx/decode.ts';
import { type AttributeProto, attributeCodec, attributeTypes, type NodeProto } from '../../src/onnx/proto.ts';
import { upgradeOpset } from '../../src/onnx/upgrade.ts';
import { expectSame, ramp, results, type Single, scales, single } from '../support/one-node.ts';
import { type AttributeValue, float, model, node } from '../support/onnx-model.ts';

const folder = join(process.env.CROSSLOOM_DATA ?? '../shared/data', 'models');
const light = ['inception_v1', 'densenet121', 'shufflenet', 'squeezenet'].map(
  (name) => `light/light_${name}.onnx`,
);
const files = existsSync(folder) ? [...readdirSync(folder).filter((f) => f.endsWith('.onnx')), ...light] : [];

const doubles = (dims: number[], values: number[]): Tensor => ({
  type: 'float64',
  dims,
  data: Float64Array.from(values),
});

describe('upgradeOpset', () => {
  it('resizes by any scales as before, known or computed', async () => {
    // A scale that leaves the size as it is makes onnxruntime copy, or not, by what the other axes do.
    const scale = fc.oneof(
      fc.constant(1),
      fc.float({ min: 0.25, max: Math.fround(0.75), noNaN: true }),
      fc.float({ min: 1.25, max: 3, noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(scale, scale, fc.boolean(), async (height, width, computed) => {
        const known = single({
          op: 'Resize',
          opset: 10,
          inputs: [[1, 1, 6, 5], scales(1, 1, height, width)],
        });
        const [resize] = known.nodes as [OnnxNode];
        const identity = node('Identity', ['x1'], ['computed']);
        const graph = computed
          ? { ...known, nodes: [identity, { ...resize, inputs: ['x0', 'computed'] }] }
          : known;
        expectSame(await results(upgradeOpset(graph)), await results(graph), 0);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it('keeps Softmax one node where its axis is plainly the last', async () => {
    const producers = [
      node('Flatten', ['x'], ['h']),
      node('Gemm', ['x', 'w', 'b'], ['h']),
      node('Reshape', ['x', 'shape'], ['h']),
    ];
    for (const producer of producers) {
      const graph = model({
        inputs: { x: [2, 3] },
        outputs: { y: [2, 3] },
        constants: { w: ramp(3, 3), b: ramp(3), shape: int64([2], [2, 3]) },
        nodes: [producer, node('Softmax', ['h'], ['y'])],
        opset: 9,
      });
      const upgraded = upgradeOpset(graph);
      expect(upgraded.nodes.map((n) => n.origin.op)).toEqual([producer.op, 'Softmax']);
      expectSame(await results(upgraded), await results(graph), 1e-6);
    }
  });

  it.each(['Clip', 'Pad', 'BatchNormalization', 'Dropout'])(
    'gives %s constants of the type of its data',
    async (op) => {
      const parts: Record<
        string,
        { attributes: Record<string, AttributeValue>; more?: string[]; outputs?: string[] }
      > = {
        Clip: { attributes: { min: float(-0.1), max: float(0.2) } },
        Pad: { attributes: { pads: [0, 1, 0, 0], value: float(0.5) } },
        BatchNormalization: { attributes: { spatial: 0 }, more: ['p', 'p', 'p', 'q'] },
        Dropout: { attributes: {}, outputs: ['y', 'mask'] },
      };
      const { attributes, more = [], outputs = ['y'] } = parts[op]!;
      const x = [-1, -0.1, 0, 0.1, 0.2, 3];
      const graph: Graph = {
        ...model({
          inputs: {},
          outputs: {},
          constants: {
            x: doubles([2, 3], x),
            p: doubles([3], [1, 2, 3]),
            q: doubles([3], [1, 4, 9]),
          },
          nodes: [node(op, ['x', ...more], outputs, attributes)],
          opset: 7,
        }),
        outputs: outputs.map((name) => ({ name, elementType: 11, dims: undefined })),
      };
      // onnxruntime has old forms of these two for float32 only; their definitions stand in.
      const defined: Record<string, (v: number, i: number) => number> = {
        Clip: (v) => Math.min(Math.max(v, -0.1), 0.2),
        BatchNormalization: (v, i) => normalized(v, i % 3),
      };
      const definition = defined[op];
      const expected = definition ? { y: doubles([2, 3], x.map(definition)) } : await results(graph);
      expectSame(await results(upgradeOpset(graph)), expected, 1e-7);
    },
  );

  it('names helpers and constants after what they serve, each name once', () => {
    const graph = model({
      inputs: { x: [2, 3, 4], 'y/flat': [1] },
      outputs: { z: undefined },
      nodes: [
        node('Softmax', ['x'], ['y'], {}, 'soft'),
        node('Slice', ['y'], ['z'], { starts: [0], ends: [1] }),
        node('Identity', ['y/flat'], ['w']),
      ],
      opset: 9,
    });
    const { nodes, constants } = upgradeOpset(graph);
    expect(nodes.map((n) => n.origin)).toEqual([
      { name: 'soft/flat', op: 'Softmax', index: 0 },
      { name: 'soft', op: 'Softmax', index: 0 },
      { name: 'soft/shape', op: 'Softmax', index: 0 },
      { name: 'soft/unflatten', op: 'Softmax', index: 0 },
      { name: '', op: 'Slice', index: 1 },
      { name: '', op: 'Identity', index: 2 },
    ]);
    expect(nodes.flatMap(outputsOf)).toEqual(['y/flat_2', 'y/flat-result', 'y/shape', 'y', 'z', 'w']);
    expect([...constants.keys()]).toEqual(['z/starts', 'z/ends', 'z/axes']);
  });

  it('leaves graphs of opset 21 and 22, other domains and operators of no rule as they are', () => {
    const nodes = [
      { ...node('Clip', ['x'], ['a'], { min: float(0) }), domain: 'com.microsoft' },
      node('ScaledTanh', ['a'], ['b'], { alpha: float(2) }),
      node('Relu', ['b'], ['y']),
    ];
    for (const opset of [21, 22]) {
      const graph = model({ inputs: { x: [1] }, outputs: { y: [1] }, nodes, opset });
      expect(upgradeOpset(graph)).toBe(graph);
    }
    const old = model({ inputs: { x: [1] }, outputs: { y: [1] }, nodes, opset: 9 });
    expect(upgradeOpset(old).nodes).toEqual(old.nodes);
    expect(upgradeOpset(old).constants).toEqual(old.constants);
  });

  it('drops training outputs of BatchNormalization that nobody reads, and refuses those that are read', async () => {
    const parts: Single = {
      op: 'BatchNormalization',
      opset: 7,
      inputs: [[2, 3, 4], ramp(3), ramp(3), ramp(3), float32([3], [1, 2, 3])],
      outputs: 3,
    };
    const read = single(parts);
    expect(problemsOf(read)).toMatchObject([
      { code: 'onnx/form-unsupported', at: "node 'theirs' (BatchNormalization, #0)" },
    ]);
    const unread = { ...read, outputs: read.outputs.slice(0, 1) };
    expect(upgradeOpset(unread).nodes.flatMap(outputsOf)).toEqual(['y0']);
  });

  it('refuses Scan 8', () => {
    expect(problemsOf(single({ op: 'Scan', opset: 8, inputs: ['', [1, 2, 3]] }))).toMatchObject([
      { code: 'onnx/form-unsupported', at: "node 'theirs' (Scan, #0)" },
    ]);
  });

  it('carries subgraphs that mean the same, and names what it cannot convert in the others', async () => {
    const harmless = conditional({ input: ['x'], output: ['inner'], opType: 'Relu' });
    expectSame(await results(upgradeOpset(harmless)), await results(harmless), 0);
    const clip = { name: 'min', type: attributeTypes.float, f: 0 };
    const old = conditional({ input: ['x'], output: ['inner'], opType: 'Clip', attribute: [clip] });
    expect(problemsOf(old)).toMatchObject([
      {
        code: 'onnx/subgraph-opset',
        exit: 10,
        at: 'node (If, #0)',
        message: expect.stringMatching(/opset 10 \(Clip\)/),
      },
    ]);
    expect(
      problemsOf(conditional({ opType: 'If', attribute: [branch('else_branch', { opType: 'Pad' })] })),
    ).toHaveLength(1);
  });
});

describe.skipIf(files.length === 0)('shared models (skipped where CROSSLOOM_DATA has none)', () => {
  it.each(files)('%s gives the same outputs in opset 21', async (file) => {
    const { graph } = await readModel(join(folder, file));
    expectSame(await results(upgradeOpset(graph)), await results(graph), 1e-5);
  });
});

/** (x - mean) / sqrt(variance + epsilon) * scale + bias with the parameters of the test. */
function normalized(x: number, i: number): number {
  return ((x - (i + 1)) / Math.sqrt((i + 1) ** 2 + 1e-5)) * (i + 1) + (i + 1);
}

function problemsOf(graph: Graph): readonly Diagnostic[] {
  try {
    upgradeOpset(graph);
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
  return [];
}

function branch(name: string, inner: NodeProto): AttributeProto {
  return {
    name,
    type: attributeTypes.graph,
    g: { name, node: [inner], output: [{ name: inner.output?.[0] ?? '' }] },
  };
}

/** y = If(true) of `inner` in both branches, at opset 10. */
function conditional(inner: NodeProto): Graph {
  const opaque = (name: string): Attribute => ({
    type: 'opaque',
    value: attributeCodec.encode(branch(name, inner)),
    captures: ['x'],
  });
  return model({
    inputs: { x: [4] },
    outputs: { y: [4] },
    constants: { condition: { type: 'bool', dims: [], data: Uint8Array.of(1) } },
    nodes: [
      node('If', ['condition'], ['y'], {
        then_branch: opaque('then_branch'),
        else_branch: opaque('else_branch'),
      }),
    ],
    opset: 10,
  });
}
