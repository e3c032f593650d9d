/** What a compilation of a mutated model must still hold to: its integer reference computes what the model computes. */
import { readFile } from 'node:fs/promises';
import { openDataset } from '../../src/data/open.ts';
import { type Tensor, toDoubles } from '../../src/math/tensor.ts';
import { readModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openPackage } from '../../src/package/open.ts';
import { fedInputs } from '../../src/record/samples.ts';
import { openSession } from '../../src/runtime/session.ts';
import { sampleCount } from '../corpus/samples.ts';
import { Inconsistency } from '../outcome.ts';

/** Less than this of signal to error is no quantization of a small network that was calibrated with these very samples (dB). */
const leastSnr = 3;

type Outputs = Readonly<Record<string, Tensor>>;

/** @throws Inconsistency where outputs have other names, dims or types, are not finite, or lie far from the model's */
export async function compareWithReference(file: string, samples: string, place: string): Promise<void> {
  const { graph } = await readModel(file);
  const inputs = fedInputs(graph, file);
  const dataset = await openDataset(samples, { inputs });
  const pkg = await openPackage(place);
  // As it was read, where onnxruntime does not open the file: from memory it does not find external data, and it minds an
  // initializer that is listed as an input of another type. What it cannot run at all has nothing to be compared with.
  const float = await openSession(await readFile(file), { threads: 1 })
    .catch(() => openSession(encodeModel(graph), { threads: 1 }))
    .catch(() => undefined);
  if (!float) return;
  const integers = await openSession(encodeModel(pkg.reference), { threads: 1 });
  try {
    const indices = Array.from({ length: sampleCount }, (_, i) => i);
    for await (const { feeds } of dataset.batches(indices, 1, inputs)) {
      const wanted = await float.run(feeds).catch(() => undefined);
      if (wanted) compare(wanted, await integers.run(feeds));
    }
  } finally {
    await float.release();
    await integers.release();
  }
}

function compare(float: Outputs, integers: Outputs): void {
  let [signal, error] = [0, 0];
  for (const [name, wanted] of Object.entries(float)) {
    const got = integers[name];
    if (got?.type !== wanted.type || String(got.dims) !== String(wanted.dims))
      throw new Inconsistency(
        `an output of the reference has another form: '${name}' is ${got?.type}[${got?.dims}], not ${wanted.type}[${wanted.dims}]`,
      );
    const [values, expected] = [toDoubles(got), toDoubles(wanted)];
    if (!values || !expected?.every(Number.isFinite)) continue;
    if (!values.every(Number.isFinite))
      throw new Inconsistency(`the reference is not finite: '${name}' is ${values}`);
    for (const [i, value] of expected.entries()) {
      signal += value ** 2;
      error += (value - values[i]!) ** 2;
    }
  }
  const snr = 10 * Math.log10(signal / error);
  if (snr < leastSnr) throw new Inconsistency(`the reference lies far from the model: ${snr.toFixed(1)} dB`);
}
