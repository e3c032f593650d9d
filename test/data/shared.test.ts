/** The accuracies that the shared models are known to have come out of the data path, sample for sample. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InputDims } from '../../src/data/fit.ts';
import { type DatasetOptions, openDataset } from '../../src/data/open.ts';
import { openSession } from '../../src/runtime/session.ts';
import { topCorrect } from '../../src/verify/metrics.ts';

const shared = process.env.CROSSLOOM_DATA ?? '../shared/data';
const present = existsSync(join(shared, 'models'));
if (!present) console.log(`skipped: no shared data at ${shared}`);

/** Samples that the model gets right among the first `count`. */
async function correctOf(
  model: string,
  data: string,
  count: number,
  flags: DatasetOptions['flags'],
  input: InputDims,
  classes: number,
  k = 1,
): Promise<number> {
  const session = await openSession(await readFile(join(shared, 'models', model)), { threads: 1 });
  const dataset = await openDataset(join(shared, data), { flags: flags ?? {} });
  const all = Array.from({ length: count }, (_, i) => i);
  let correct = 0;
  for await (const batch of dataset.batches(all, 50, [{ name: session.inputs[0]!, dims: input }])) {
    const results = await session.run(batch.feeds);
    const logits = results[session.outputs[0]!]!.data as Float32Array;
    const targets = batch.indices.map((i) => dataset.labels![i]! + dataset.preprocessing.labelOffset);
    correct += topCorrect(logits, classes, targets, k).reduce((sum, c) => sum + c, 0);
  }
  await session.release();
  return correct;
}

const cifar = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };
const mobilenet = { mean: 127.5, std: 127.5, labelOffset: 1 };

describe.skipIf(!present)('shared models on shared data', () => {
  test('DS-CNN on 1,000 keywords: 90.10 %', async () => {
    const flags = { mean: 83, std: '1/0.5847029' };
    expect(await correctOf('mlperf-tiny-dscnn.onnx', 'keywords', 1000, flags, ['N', 1, 49, 10], 12)).toBe(
      901,
    );
  });

  test('ResNet-20 on the first 500 CIFAR-10 images', async () => {
    expect(await correctOf('cifar10-resnet20.onnx', 'cifar10', 500, cifar, ['batch', 3, 32, 32], 10)).toBe(
      402,
    );
  });

  test('the MLP on MNIST, one at a time through a vector input: 98.08 %', async () => {
    const flags = { scale: '1/255' };
    expect(await correctOf('mnist-mlp-256x2.onnx', 'mnist', 10_000, flags, [1, 784, 1], 10)).toBe(9808);
  });

  test('MobileNet-V2 on the first 50 images', async () => {
    const input = ['batch', 3, 224, 224] as const;
    expect(await correctOf('mobilenetv2-1.0-224.onnx', 'imagenet', 50, mobilenet, input, 1001)).toBe(43);
  });
});
