/** Models as onnxruntime's optimizer saves them compile like their source. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lowerModel } from '../../src/compile/compile.ts';
import { listOperators } from '../../src/compile/operators.ts';
import type { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { Graph, MvmNode } from '../../src/ir/graph.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { lowerGraph } from '../../src/lower/graph.ts';
import { lowerFloat } from '../../src/lower/reference.ts';
import { float32, int8, type Tensor, uint8 } from '../../src/math/tensor.ts';
import { readModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { loadTarget } from '../../src/target/load.ts';
import { expectSame, ramp, results } from '../support/one-node.ts';
import { model, node } from '../support/onnx-model.ts';

type Level = 'basic' | 'extended' | 'all';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-optimized-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The model as onnxruntime saves it. */
async function optimized(graph: Graph, level: Level): Promise<Graph> {
  const file = join(folder, `${graph.nodes.length}-${level}.onnx`);
  const session = await InferenceSession.create(encodeModel(graph), {
    graphOptimizationLevel: level,
    optimizedModelFilePath: file,
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
  });
  await session.release();
  return (await readModel(file)).graph;
}

/** A residual block with folded normalization, and a classifier. */
const network = model({
  inputs: { x: [1, 3, 8, 8] },
  outputs: { y: [1, 10] },
  opset: 17,
  constants: {
    w1: ramp(4, 3, 3, 3),
    w2: ramp(4, 4, 3, 3),
    scale: ramp(4),
    shift: ramp(4),
    mean: ramp(4),
    variance: float32([4], [1, 2, 3, 4]),
    w3: ramp(256, 12),
    b3: ramp(12),
    w4: ramp(12, 10),
  },
  nodes: [
    node('Conv', ['x', 'w1'], ['c1'], { pads: [1, 1, 1, 1] }),
    node('BatchNormalization', ['c1', 'scale', 'shift', 'mean', 'variance'], ['n1']),
    node('Relu', ['n1'], ['r1']),
    node('Conv', ['r1', 'w2'], ['c2'], { pads: [1, 1, 1, 1] }),
    node('Add', ['c2', 'r1'], ['a2']),
    node('Relu', ['a2'], ['r2']),
    node('Flatten', ['r2'], ['f']),
    node('MatMul', ['f', 'w3'], ['m3']),
    node('Add', ['m3', 'b3'], ['a3']),
    node('Relu', ['a3'], ['r3']),
    node('MatMul', ['r3', 'w4'], ['y']),
  ],
});

const codes = (...dims: number[]) =>
  int8(
    dims,
    Int8Array.from(ramp(...dims).data as Float32Array, (v) => Math.round(127 * v)),
  );
const stepOf = (value: number) => float32([], [value]);
const quantized = (name: string, from: string) => [
  node('QuantizeLinear', [from, `${name}s`, 'z'], [`${name}q`]),
  node('DequantizeLinear', [`${name}q`, `${name}s`, 'z'], [`${name}d`]),
];

/** The same kind of network with weights and activations of 8 bits. */
const quantizedNetwork = model({
  inputs: { x: [1, 3, 8, 8] },
  outputs: { yd: [1, 10] },
  opset: 17,
  constants: {
    z: uint8([], [128]),
    ...Object.fromEntries(
      Object.entries({ x: 0.01, r: 0.05, c: 0.2, a: 0.25, g: 0.2, y: 0.02 }).map(([name, value]) => [
        `${name}s`,
        stepOf(value),
      ]),
    ),
    w1q: codes(4, 3, 3, 3),
    w1s: stepOf(1 / 127),
    w2q: codes(4, 4, 3, 3),
    w2s: stepOf(1 / 127),
    w3q: codes(10, 4),
    w3s: stepOf(1 / 127),
    wz: int8([], Int8Array.of(0)),
  },
  nodes: [
    ...quantized('x', 'x'),
    ...[1, 2, 3].map((i) => node('DequantizeLinear', [`w${i}q`, `w${i}s`, 'wz'], [`w${i}`])),
    node('Conv', ['xd', 'w1'], ['c1'], { pads: [1, 1, 1, 1] }),
    ...quantized('r', 'c1'),
    node('Conv', ['rd', 'w2'], ['c2'], { pads: [1, 1, 1, 1] }),
    ...quantized('c', 'c2'),
    node('Add', ['cd', 'rd'], ['a2']),
    ...quantized('a', 'a2'),
    node('GlobalAveragePool', ['ad'], ['p']),
    ...quantized('g', 'p'),
    node('Flatten', ['gd'], ['f']),
    node('Gemm', ['f', 'w3'], ['y'], { transB: 1 }),
    ...quantized('y', 'y'),
  ],
});

const domains = ({ nodes }: Graph) =>
  new Set(nodes.flatMap((n) => (n.kind === 'onnx' && n.domain !== '' ? [`${n.domain}.${n.op}`] : [])));

async function lowered(graph: Graph): Promise<Graph> {
  const file = { graph, sha256: '', file: 'optimized.onnx' };
  return lowerModel(file, await loadTarget('ideal'), parseOptions({}));
}

/** What the lowered graph computes with its real weights. */
function outputsOf(graph: Graph): Promise<Record<string, Tensor>> {
  return results(lowerGraph(graph, (n) => (n.kind === 'mvm' ? (emit) => lowerFloat(emit, n) : undefined)));
}

const shapesOf = (graph: Graph) =>
  graph.nodes
    .filter((n): n is MvmNode => n.kind === 'mvm')
    .map(({ groups, rows, columns }) => [groups, rows, columns]);

describe.each([
  ['floating point', network, ['basic', 'extended'], 'com.microsoft.FusedConv', 1e-5],
  // A code of the output, where roundings on the way differ.
  ['8 bits', quantizedNetwork, ['basic', 'extended', 'all'], 'com.microsoft.QLinearAdd', 0.02],
] as const)('a network of %s', (_, source, levels, written, tolerance) => {
  it.each([...levels])('optimized at level %s has the same layers and computes the same', async (level) => {
    const graph = await optimized(source, level);
    if (level !== 'basic') expect(domains(graph)).toContain(written);
    const [own, other] = [await lowered(source), await lowered(graph)];
    expect(shapesOf(other)).toEqual(shapesOf(own));
    expectSame(await outputsOf(other), await results(source), tolerance);
    const listed = (await listOperators(graph)).filter(({ crossbar }) => crossbar);
    expect(listed.filter(({ rule }) => !rule.startsWith('folded'))).toHaveLength(shapesOf(own).length);
  });
});

it('convolutions in the layout of one processor are refused, with what to do', async () => {
  const graph = await optimized(network, 'all');
  expect(domains(graph)).toContain('com.microsoft.nchwc.Conv');
  const error = await lowered(graph).catch((e: DiagnosticError) => e);
  expect((error as DiagnosticError).diagnostics).toMatchObject([
    { code: 'onnx/blocked-layout', at: 'optimized.onnx' },
  ]);
  const rules = (await listOperators(graph)).map(({ rule }) => rule);
  expect(rules.some((rule) => rule.includes("save the optimized model at level 'extended'"))).toBe(true);
});
