/**
 * Trained models on the ideal chip: compiled, programmed cell by cell and lowered, they give the outputs of the integer
 * reference bit for bit, as the reference with float sums does; and the integer reference stays close to the floating-point
 * model.
 */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { withFloatSums } from '../../src/lower/float-sums.ts';
import { toDoubles } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import {
  compileModel,
  type Feeds,
  type Model,
  modelOf,
  programPackage,
  withPackage,
} from '../support/build.ts';
import { drawWeights } from '../support/drawn-weights.ts';
import { firstDifference } from '../support/same-bits.ts';
import {
  long,
  present,
  shared,
  sharedFeeds,
  sharedModel,
  trained,
  untrained,
} from '../support/shared-models.ts';

if (!present) console.log(`skipped: no shared data at ${shared}`);

/** Models of which planes and conversions are simulated as well. */
const serial = ['mlperf-tiny-dscnn', 'mnist-cnn', 'mnist-lstm', 'mlperf-tiny-resnet8', 'cifar10-vit'];
/** 8 to 144 million weights: most of a minute, or minutes. */
const huge = [
  'light/light_bvlc_alexnet',
  'light/light_densenet121',
  'light/light_resnet50',
  'light/light_vgg19',
  'light/light_zfnet512',
];

let ideal: LoadedTarget;
beforeAll(async () => {
  ideal = await loadTarget('ideal');
});

/**
 * @param original the floating-point model
 * @param feeds all but the last calibrate; the first and the last are run
 * @returns signal to noise of the reference against the floating-point model, over all outputs (dB)
 */
async function expectReference(
  name: string,
  model: Model,
  original: Uint8Array,
  feeds: readonly Feeds[],
): Promise<number> {
  const compiled = await compileModel(model, ideal, feeds.slice(0, -1));
  return withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, ideal);
    const reference = await openSession(encodeModel(pkg.reference));
    const float = await openSession(original);
    const lowered = [await simulate(pkg, chip)];
    if (serial.includes(name)) lowered.push(await simulate(pkg, chip, { bitSerial: true }));
    lowered.push(await openSession(encodeModel(withFloatSums(pkg.reference))));
    let [signal, noise] = [0, 0];
    for (const inputs of [feeds[0]!, feeds.at(-1)!]) {
      const wanted = await reference.run(inputs);
      for (const session of lowered)
        expect(firstDifference(await session.run(inputs), wanted)).toBeUndefined();
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

describe.skipIf(!present)('on the ideal chip', () => {
  it.each(trained)(
    '%s equals its integer reference, which is at least 15 dB from floating point',
    async (name) => {
      const model = await sharedModel(name);
      const feeds = await sharedFeeds(name, model, 5);
      expect(await expectReference(name, model, await readFile(model.file), feeds)).toBeGreaterThan(15);
    },
  );

  if (!long) console.log(`skipped: CROSSLOOM_LONG=1 also simulates ${huge.join(', ')}`);
  it.each(long ? untrained : untrained.filter((name) => !huge.includes(name)))(
    '%s with drawn weights equals its integer reference, which is at least 15 dB from floating point',
    async (name) => {
      const { file, graph } = await sharedModel(name);
      const model = { ...modelOf(drawWeights(graph)), file };
      const feeds = await sharedFeeds(name, model, 3);
      const snr = await expectReference(name, model, encodeModel(model.graph), feeds);
      expect(snr).toBeGreaterThan(15);
    },
    900_000,
  );
});
