import { expect, test } from 'vitest';
import type { Graph } from '../../src/ir/graph.ts';
import { loadTarget } from '../../src/target/load.ts';
import { imagesFollowEachOther } from '../../src/verify/image-order.ts';
import { verify } from '../../src/verify/verify.ts';
import { loaded as loadedOf } from '../chip/bench.ts';
import { noise } from '../passes/lower/decompose.ts';
import { compileModel, drawFeeds, modelOf, withPackage } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';
import { sectionOf } from '../support/reading-laws.ts';
import { inputs, memoryData } from './tiny.ts';

const data = memoryData(inputs(30), undefined);
const steps = noise([7, 5], 3);

/** x [N, 12] as 4 steps of 3, and two matrices between them and 5 outputs. */
function network(between: Graph['nodes']): Graph {
  return model({
    inputs: { x: ['N', 12] },
    outputs: { y: ['N', 5] },
    constants: {
      apart: { type: 'int64', dims: [3], data: BigInt64Array.of(-1n, 4n, 3n) },
      w: noise([3, 7], 1),
      steps,
    },
    nodes: [node('Reshape', ['x', 'apart'], ['parts']), ...between],
  });
}

const inOrder = network([
  node('MatMul', ['parts', 'w'], ['h']),
  node('Relu', ['h'], ['r']),
  node('MatMul', ['r', 'steps'], ['s']),
  node('ReduceSum', ['s', 'axis'], ['y'], { keepdims: 0 }),
]);
const stepsFirst = network([
  node('Transpose', ['parts'], ['t'], { perm: [1, 0, 2] }),
  node('MatMul', ['t', 'w'], ['h']),
  node('Relu', ['h'], ['r']),
  node('MatMul', ['r', 'steps'], ['s']),
  node('ReduceSum', ['s', 'axis'], ['y'], { keepdims: 0 }),
]);

const withAxis = (graph: Graph, axis: bigint): Graph => ({
  ...graph,
  constants: new Map([
    ...graph.constants,
    ['axis', { type: 'int64' as const, dims: [1], data: BigInt64Array.of(axis) }],
  ]),
});

test.each([
  ['steps within images', withAxis(inOrder, 1n), true],
  ['images within steps', withAxis(stepsFirst, 0n), false],
])('%s: noise is the same in any batch', async (_, graph, expected) => {
  const noisy = sectionOf('readNoise', { sigma: '[100]' });
  const loaded = await loadTarget('tetramem-256-6bit', noisy);
  const bare = loadedOf({ ...loaded.target, wires: undefined });
  const file = modelOf(graph);
  const compiled = await compileModel(file, bare, [drawFeeds(graph.inputs, 1, -1, 1, 8)]);
  await withPackage(compiled, async (pkg) => {
    expect(await imagesFollowEachOther(pkg, graph.inputs, data, [3, 4, 5])).toBe(expected);
    expect(await imagesFollowEachOther(pkg, graph.inputs, data, [3])).toBe(true);
    const run = (batchSize: number) => verify(pkg, file, data, { batchSize });
    const [alone, together] = [await run(1), await run(8)];
    expect(together.mapped).toEqual(alone.mapped);
    const quiet = await verify(pkg, file, data, { noise: false });
    expect(quiet.mapped.snrToIdeal as number).toBeGreaterThan((alone.mapped.snrToIdeal as number) + 1);
  });
});

test('a model with a batch of its own is read with noise', async () => {
  const graph = withAxis(inOrder, 1n);
  const fixed = {
    ...graph,
    inputs: [{ ...graph.inputs[0]!, dims: [1, 12] }],
    outputs: [{ ...graph.outputs[0]!, dims: [1, 5] }],
  };
  const loaded = await loadTarget('tetramem-256-6bit', sectionOf('readNoise', { sigma: '[100]' }));
  const file = modelOf(fixed);
  const compiled = await compileModel(
    file,
    loaded,
    Array.from({ length: 8 }, (_, i) => drawFeeds(fixed.inputs, i + 1, -1, 1)),
  );
  await withPackage(compiled, async (pkg) => {
    const report = await verify(pkg, file, data, { trials: 1, wires: 'off' });
    const quiet = await verify(pkg, file, data, { trials: 1, wires: 'off', noise: false });
    expect(quiet.mapped.snrToIdeal as number).toBeGreaterThan((report.mapped.snrToIdeal as number) + 1);
  });
});
