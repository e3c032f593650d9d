/** A package turned back into the compilation that it was written from gives the same bytes when it is written again. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledOf } from '../../src/compile/compiled-of.ts';
import type { Compiled } from '../../src/ir/compiled.ts';
import { verifyGraph } from '../../src/ir/verify-graph.ts';
import { verifyMapping } from '../../src/ir/verify-mapping.ts';
import { float32 } from '../../src/math/tensor.ts';
import { packageFiles } from '../../src/package/manifest.ts';
import { mappingOf } from '../../src/package/mapping-of.ts';
import { openPackage } from '../../src/package/open.ts';
import { writePackage } from '../../src/package/write.ts';
import { loadTarget } from '../../src/target/load.ts';
import { tinyGraph } from '../cli/tiny-net.ts';
import { compileModel, drawFeeds, modelOf } from '../support/build.ts';
import { drawFaults } from '../support/draw-faults.ts';
import { node, model as onnxModel } from '../support/onnx-model.ts';
import { present, sharedFeeds, sharedModel } from '../support/shared-models.ts';
import { tinyModel } from '../verify/tiny.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-again-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes, opens and writes again; the files must agree byte for byte, and the manifests. */
async function again(name: string, compiled: Compiled): Promise<Compiled> {
  const [first, second] = [join(folder, `${name}-1`), join(folder, `${name}-2`)];
  await writePackage(compiled, first);
  const back = await compiledOf(await openPackage(first));
  verifyGraph(back.graph, 'integers');
  verifyMapping(back.mapping, back.loaded.target);
  await writePackage(back, second);
  for (const file of Object.values(packageFiles)) {
    const [a, b] = await Promise.all([first, second].map((place) => readFile(join(place, file))));
    expect(Buffer.compare(a!, b!), file).toBe(0);
  }
  return back;
}

const feedsOf = (compiled: ReturnType<typeof modelOf>) =>
  [1, 2, 3].map((seed) => drawFeeds(compiled.graph.inputs, seed));

/** One matrix that two layers multiply by: the first has inputs of both signs, the second positive ones. */
function sharing(): ReturnType<typeof modelOf> {
  const weights = Float32Array.from({ length: 144 }, (_, i) => Math.sin(i * i));
  return modelOf(
    onnxModel({
      inputs: { x: ['N', 12] },
      outputs: { z: ['N', 12] },
      constants: { w: float32([12, 12], weights) },
      nodes: [
        node('Relu', ['x'], ['p'], {}, 'node-1'),
        node('MatMul', ['p', 'w'], ['y'], {}, 'node-2'),
        node('Tanh', ['y'], ['t'], {}, 'node-3'),
        node('MatMul', ['t', 'w'], ['z'], {}, 'node-4'),
      ],
    }),
  );
}

describe('compiledOf', () => {
  it.each([
    ['leti-fecap-130nm', { slices: 1 }],
    ['leti-fecap-130nm', {}],
    ['leti-fecap-130nm', { slices: 1, wireCorrection: 'gains' }],
    ['tetramem-256-6bit', {}],
    ['tetramem-256-6bit', { encoding: 'offset', inputNumbers: 'binary' }],
    ['tetramem-256', { slices: 2, residual: true, wireCorrection: 'levels' }],
    ['leti-fecap-130nm', { slices: 1, rowOrder: 'magnitude' }],
    ['tetramem-256', { slices: 2, residual: true, rowOrder: 'magnitude', wireCorrection: 'levels' }],
    ['tetramem-256-6bit', { rowsUsed: 40, columnsUsed: 30, wireCorrection: 'levels' }],
    ['pcm-256', { copies: 2, converterRange: 'max' }],
    ['pcm-256', { repeats: 3, rowOrder: 'magnitude' }],
    ['leti-fecap-130nm', { slices: 1, repeats: 2 }],
  ] as const)('%s %j', async (target, options) => {
    const name = `${target}-${Object.values(options).join('-')}`;
    for (const [kind, model] of [
      ['dense', tinyModel()],
      ['conv', modelOf(tinyGraph(true))],
      ['shared', sharing()],
    ] as const) {
      const compiled = await compileModel(model, await loadTarget(target), feedsOf(model), options);
      const back = await again(`${kind}-${name}`, compiled);
      expect(back.mapping.layers.length).toBe(compiled.mapping.layers.length);
      expect(back.mapping.layers.every(({ hidden }) => hidden === undefined)).toBe(true);
    }
  });

  it.each([
    ['tetramem-256-6bit', {}],
    ['tetramem-256-6bit', { encoding: 'offset' }],
    ['tetramem-256-6bit', { copies: 2, residual: true }],
    ['leti-fecap-130nm', { slices: 1 }],
  ] as const)('keeps where columns went around faults: %s %j', async (target, options) => {
    const loaded = await loadTarget(target);
    const model = tinyModel();
    const faults = drawFaults(loaded.target, 40, 0.05, 3);
    const compiled = await compileModel(model, loaded, feedsOf(model), options, faults);
    expect(compiled.mapping.blocks.some(({ places }) => places)).toBe(true);
    const back = await again(`faults-${target}-${Object.values(options).join('-')}`, compiled);
    expect(back.faults).toEqual(compiled.faults);
    expect(
      mappingOf(
        await openPackage(join(folder, `faults-${target}-${Object.values(options).join('-')}-1`)),
      ).blocks.some(({ places }) => places),
    ).toBe(false);
  });

  it.skipIf(!present)('a whole network, with depthwise layers and shared arrays', async () => {
    const model = await sharedModel('mlperf-tiny-dscnn');
    const compiled = await compileModel(
      model,
      await loadTarget('tetramem-256-6bit'),
      await sharedFeeds('mlperf-tiny-dscnn', model, 4),
      {
        weightRounding: 'nearest',
      },
    );
    await again('dscnn', compiled);
  });
});
