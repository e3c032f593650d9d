import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decomposeLayers } from '../../passes/lower/decompose-layers.ts';
import { foldBatchNorm } from '../../passes/lower/fold-batch-norm.ts';
import { foldConstants } from '../../passes/lower/fold-constants.ts';
import { lowerLinear } from '../../passes/lower/lower-linear.ts';
import { listOperators } from '../../src/compile/operators.ts';
import { verifyGraph } from '../../src/ir/verify-graph.ts';
import { decodeModel, readModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { upgradeOpset } from '../../src/onnx/upgrade.ts';
import { restoreLayers } from '../support/restore-layers.ts';
import { largestError, runOnnx, sampleInputs } from '../support/run-onnx.ts';

const folder = join(process.env.CROSSLOOM_DATA ?? '../shared/data', 'models');
const files = existsSync(folder)
  ? ['', 'light']
      .flatMap((f) => readdirSync(join(folder, f)).map((name) => join(f, name)))
      .filter((f) => f.endsWith('.onnx'))
  : [];

/** Layers on crossbars; the architectures' published counts. */
const layers: [name: string, crossbar: number][] = [
  ['mobilenetv2-1.0-224', 53],
  ['mobilenetv2-1.0-224-qdq', 53],
  ['mobilenetv1-0.25-128', 28],
  ['cifar10-resnet20', 20],
  ['cifar10-resnet32', 32],
  ['mlperf-tiny-resnet8', 10],
  ['mlperf-tiny-resnet8-qdq', 10],
  ['mlperf-tiny-dscnn', 10],
  ['mlperf-tiny-dscnn-qdq', 10],
  ['mlperf-tiny-autoencoder', 10],
  ['mnist-cnn', 3],
  ['mnist-mlp-256x2', 3],
  // The input's matrix, the state's in all steps but the first, and the classifier.
  ['mnist-lstm', 29],
  ['super-resolution-x3', 4],
  ['light/light_squeezenet', 26],
  ['light/light_resnet50', 54],
];

describe.skipIf(files.length === 0)('shared models (skipped where CROSSLOOM_DATA has none)', () => {
  it.each(files)('decode(encode(%s)) is the graph', async (file) => {
    const { graph } = await readModel(join(folder, file));
    verifyGraph(graph, 'lower');
    const bytes = encodeModel(graph);
    const again = (await decodeModel(bytes, { file: 'again' })).graph;
    expect({ ...again, constants: [...again.constants.keys()] }).toEqual({
      ...graph,
      constants: [...graph.constants.keys()],
    });
    expect(Buffer.compare(encodeModel(again), bytes)).toBe(0);
  });

  it.each(layers)('%s has %i layers on crossbars and computes the same with them', async (name, crossbar) => {
    const path = join(folder, `${name}.onnx`);
    const { graph } = await readModel(path);
    const folded = await foldConstants.run(upgradeOpset(graph));
    const parts = decomposeLayers.run(folded);
    const lowered = lowerLinear.run(parts, { file: path });
    const normed = foldBatchNorm.run(lowered);
    for (const g of [folded, parts, lowered, normed]) verifyGraph(g, 'lower');
    expect(normed.nodes.filter((n) => n.kind === 'mvm').length).toBe(crossbar);
    expect(normed.nodes.some((n) => n.kind === 'onnx' && n.op === 'BatchNormalization')).toBe(false);
    const inputs = sampleInputs(graph.inputs);
    // onnxruntime's fused integer kernels round QDQ models differently from the operators as they stand.
    const plain = name.endsWith('-qdq');
    const original = await runOnnx(await readFile(path), inputs, plain);
    expect(largestError(original, await runOnnx(encodeModel(graph), inputs, plain))).toBeLessThan(1e-5);
    const restored = await runOnnx(encodeModel(restoreLayers(normed)), inputs, plain);
    expect(largestError(original, restored)).toBeLessThan(1e-4);
  });

  it('lists every node of MobileNet-V2 once: 52 convolutions and the classifier, a 1x1 convolution', async () => {
    const { graph } = await readModel(join(folder, 'mobilenetv2-1.0-224.onnx'));
    const listing = await listOperators(graph);
    expect(listing.map((l) => l.origin.index)).toEqual(graph.nodes.map((n) => n.origin.index));
    const crossbar = listing.filter((l) => l.crossbar && !l.rule.startsWith('folded'));
    expect(crossbar.map((l) => l.origin.op)).toEqual(Array(53).fill('Conv'));
    expect(crossbar.at(-1)!.rule).toBe('Conv with constant weights: 2-D, 1x1');
    expect(crossbar.filter((l) => l.rule.includes('depthwise')).length).toBe(17);
  });
});
