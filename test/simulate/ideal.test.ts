/**
 * Trained models on the ideal chip: compiled, programmed cell by cell and lowered, they give the outputs of the integer
 * reference bit for bit; and the integer reference stays close to the floating-point model.
 */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTarget } from '../../src/load-target.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { LoadedTarget } from '../../src/target.ts';
import { type Tensor, toDoubles } from '../../src/tensor.ts';
import { compileModel, type Feeds, type Model, programPackage, withPackage } from '../support/build.ts';
import { present, shared, sharedFeeds, sharedModel, trained } from '../support/shared-models.ts';

if (!present) console.log(`skipped: no shared data at ${shared}`);

/** Models of which planes and conversions are simulated as well. */
const serial = ['mlperf-tiny-dscnn', 'mnist-cnn', 'mnist-lstm', 'mlperf-tiny-resnet8', 'cifar10-vit'];
/** Untrained graphs of published architectures: old opsets, initializers listed as inputs, grouped convolutions. */
const light = ['light/light_squeezenet', 'light/light_shufflenet', 'light/light_inception_v1'];

let ideal: LoadedTarget;
beforeAll(async () => {
  ideal = await loadTarget('ideal');
});

/**
 * @param feeds all but the last calibrate; the first and the last are run
 * @returns signal to noise of the reference against the floating-point model, over all outputs (dB)
 */
async function expectReference(name: string, model: Model, feeds: readonly Feeds[]): Promise<number> {
  const compiled = await compileModel(model, ideal, feeds.slice(0, -1));
  return withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, ideal);
    const reference = await openSession(encodeModel(pkg.reference), { preciseIntegers: true });
    const float = await openSession(await readFile(model.file));
    const lowered = [await simulate(pkg, chip)];
    if (serial.includes(name)) lowered.push(await simulate(pkg, chip, { bitSerial: true }));
    let [signal, noise] = [0, 0];
    for (const inputs of [feeds[0]!, feeds.at(-1)!]) {
      const wanted = await reference.run(inputs);
      for (const session of lowered) expectSameBits(await session.run(inputs), wanted);
      const real = await float.run(inputs);
      for (const [output, tensor] of Object.entries(real)) {
        const quantized = toDoubles(wanted[output]!)!;
        toDoubles(tensor)!.forEach((value, i) => {
          signal += value * value;
          noise += (value - quantized[i]!) ** 2;
        });
      }
    }
    for (const session of [reference, float, ...lowered]) await session.release();
    return 10 * Math.log10(signal / noise);
  });
}

function expectSameBits(
  got: Readonly<Record<string, Tensor>>,
  wanted: Readonly<Record<string, Tensor>>,
): void {
  expect(Object.keys(got)).toEqual(Object.keys(wanted));
  for (const [name, { dims, data }] of Object.entries(wanted)) {
    expect(got[name]!.dims).toEqual(dims);
    const others = got[name]!.data;
    const apart = Array.from(data as Float32Array).findIndex((value, i) => !Object.is(value, others[i]));
    expect({ name, apart }).toEqual({ name, apart: -1 });
  }
}

describe.skipIf(!present)('on the ideal chip', () => {
  it.each(trained)(
    '%s equals its integer reference, which is at least 15 dB from floating point',
    async (name) => {
      const model = await sharedModel(name);
      const snr = await expectReference(name, model, await sharedFeeds(name, model, 5));
      expect(snr).toBeGreaterThan(15);
    },
  );

  it.each(light)('%s equals its integer reference', async (name) => {
    const model = await sharedModel(name);
    await expectReference(name, model, await sharedFeeds(name, model, 2));
  });
});
