/** Results that hold NaN get no score: of whom they are, and for which samples, is an error of its own. */
import { expect, test } from 'vitest';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { loadTarget } from '../../src/target/load.ts';
import { runChip, runReferences } from '../../src/verify/run-images.ts';
import { verify } from '../../src/verify/verify.ts';
import { raised } from '../data/files.ts';
import { compileModel, modelOf, withPackage } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';
import { memoryData } from './tiny.ts';

const identity = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));

/** A function of the inputs, by way of a layer that leaves them as they are. */
function modelWith(op: 'Sqrt' | 'Log' | 'Abs') {
  return modelOf(
    model({
      inputs: { x: ['N', 4] },
      outputs: { y: ['N', 4] },
      constants: { w: float32([4, 4], identity) },
      nodes: [node('MatMul', ['x', 'w'], ['h'], {}, 'layer'), node(op, ['h'], ['y'])],
    }),
  );
}

const sound = [1, 2, 3, 4].map((x) => Float32Array.of(1, x, 1, 2));
const labels = Int32Array.of(3, 1, 1, 1, 1, 1);

test('a model that makes NaN of some samples is not scored, nor are its integers', async () => {
  const roots = modelWith('Sqrt');
  const feeds = [...sound, Float32Array.of(-4, 1, 1, 1)].map((x) => ({ x: float32([1, 4], x) }));
  await withPackage(await compileModel(roots, await loadTarget('ideal'), feeds), async (pkg) => {
    const data = memoryData([...sound, Float32Array.of(-4, 1, 1, 1), Float32Array.of(1, 2, -3, 1)], labels);
    expect(await raised(verify(pkg, roots, data, { threads: 1 }))).toEqual([
      "result/not-a-number at the model in floating point: its output 'y' holds NaN for 2 of 6 samples, the first of which is 4",
      "result/not-a-number at the integer reference: its output 'y' holds NaN for 2 of 6 samples, the first of which is 4",
    ]);
    const fine = await verify(pkg, roots, memoryData(sound, labels.slice(0, 4)), { threads: 1 });
    expect(fine.float.top1).toBe(100);
  });
});

test('a chip that makes NaN where the other models do not is not scored', async () => {
  const fine = { bytes: encodeModel(modelWith('Abs').graph) };
  const data = memoryData([...sound, Float32Array.of(1, -2, 3, 4)], undefined);
  const indices = [0, 1, 2, 3, 4];
  const { inputs } = modelWith('Sqrt').graph;
  const plan = {
    inputs,
    output: 'y',
    values: 4,
    classes: 4,
    targets: undefined,
    indices,
    hashes: [],
    fed: '',
    batchSize: 2,
    overlap: 0,
  };
  const images = { dataset: data, plan, threads: 1 };
  const references = await runReferences(images, { float: fine, ideal: fine });
  const chip = { bytes: encodeModel(modelWith('Sqrt').graph) };
  expect(await raised(runChip(images, chip, references))).toEqual([
    "result/not-a-number at the simulated chip: its output 'y' holds NaN for 1 of 5 samples, the first of which is 4",
  ]);
  expect((await runChip(images, fine, references)).toFloat.noise).toBe(0);
});

test('infinity is a number: the logarithm of zero has a place among scores', async () => {
  const logs = modelWith('Log');
  const samples = [Float32Array.of(0, 2, 1, 1), Float32Array.of(3, 0, 1, 1)];
  // Around means, zero is only nearly so.
  const compiled = await compileModel(
    logs,
    await loadTarget('ideal'),
    samples.map((x) => ({ x: float32([1, 4], x) })),
    { centredInputs: false },
  );
  await withPackage(compiled, async (pkg) => {
    const report = await verify(pkg, logs, memoryData(samples, Int32Array.of(1, 0)), { threads: 1 });
    expect(report.float.top1).toBe(100);
    expect(JSON.stringify(report)).not.toContain('null');
  });
});
