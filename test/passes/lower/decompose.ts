/** What the tests of decompose-layers share: the rewritten model beside the original one, in onnxruntime. */
import { expect } from 'vitest';
import { decomposeLayers } from '../../../passes/lower/decompose-layers.ts';
import { foldConstants } from '../../../passes/lower/fold-constants.ts';
import type { Graph } from '../../../src/ir/graph.ts';
import { verifyGraph } from '../../../src/ir/verify-graph.ts';
import { openStream } from '../../../src/math/random.ts';
import { float32, sizeOf, type Tensor } from '../../../src/math/tensor.ts';
import { encodeModel } from '../../../src/onnx/encode.ts';
import { upgradeOpset } from '../../../src/onnx/upgrade.ts';
import { openSession } from '../../../src/runtime/session.ts';
import type { Feeds } from '../../support/build.ts';
import { expectSame } from '../../support/one-node.ts';

/** Keyed values from [-1, 1). */
export function noise(dims: readonly number[], seed: number, scale = 1): Tensor {
  const stream = openStream(seed, 'test-decompose', 0);
  return float32(
    dims,
    Array.from({ length: sizeOf(dims) }, () => scale * (2 * stream.uniform() - 1)),
  );
}

export async function decompose(graph: Graph): Promise<Graph> {
  const result = decomposeLayers.run(await foldConstants.run(upgradeOpset(graph)));
  verifyGraph(result, 'lower');
  return result;
}

export async function run(graph: Graph, feeds: Feeds): Promise<Record<string, Tensor>> {
  const session = await openSession(encodeModel(graph), { threads: 1 });
  const values = await session.run(feeds);
  await session.release();
  return values;
}

/** The decomposed graph has none of `op` left and computes the same. @returns it */
export async function expectDecomposed(
  graph: Graph,
  op: string,
  feeds: Feeds,
  tolerance = 2e-6,
): Promise<Graph> {
  const rewritten = await decompose(graph);
  expect(graph.nodes.some((n) => n.origin.op === op)).toBe(true);
  expect(rewritten.nodes.filter((n) => n.kind === 'onnx' && n.op === op)).toEqual([]);
  expectSame(await run(rewritten, feeds), await run(graph, feeds), tolerance);
  return rewritten;
}
