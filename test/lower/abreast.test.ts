/** Parts of a layer whose columns lie side by side in one convolution per plane. */
import { expect, test } from 'vitest';
import { lowerChip } from '../../src/simulate/simulate.ts';
import { loaded } from '../chip/bench.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { convModel, writeVerify } from './against-direct.ts';

/** Convolutions of a layer with one or three copies, and how many outputs the widest has. */
async function convolutionsOf(copies: number) {
  const graph = convModel([2, 5, 5], [8, 2, 2, 2]);
  const target = loaded(writeVerify());
  const feeds = [1, 2, 3].map((s) => drawFeeds(graph.inputs, s, 0, 1, 2));
  const compiled = await compileModel(modelOf(graph), target, feeds, { centredInputs: false, copies });
  return withPackage(compiled, async (pkg) => {
    const lowered = await lowerChip(pkg, await programPackage(pkg, target), { threads: 1 });
    const nodes = lowered.nodes.flatMap((n) => (n.kind === 'onnx' && n.op === 'Conv' ? [n.inputs[1]!] : []));
    const outputs = nodes.map((weights) => lowered.constants.get(weights)!.dims[0]!);
    return { count: nodes.length, widest: Math.max(...outputs) };
  });
}

test('three copies take as many convolutions as one, each three times as wide', async () => {
  const [one, three] = [await convolutionsOf(1), await convolutionsOf(3)];
  expect(three).toEqual({ count: one.count, widest: 3 * one.widest });
});
