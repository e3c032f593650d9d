/** A two-layer classifier small enough to be computed by hand, samples for it, and packages of it. */
import { compile } from '../../src/compile/compile.ts';
import { createDataset, type Dataset } from '../../src/data/dataset.ts';
import { resolvePreprocessing } from '../../src/data/preprocessing.ts';
import { imageUnreadable } from '../../src/diagnostics/all.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { sha256 } from '../../src/files/hash.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { openStream } from '../../src/math/random.ts';
import { float32, type Tensor } from '../../src/math/tensor.ts';
import type { Package } from '../../src/package/open.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { loadTarget } from '../../src/target/load.ts';
import { loaded as loadedOf } from '../chip/bench.ts';
import { type Model, modelOf, withPackage } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';

export const features = 12;
export const hidden = 16;
export const classes = 8;

function draw(effect: string, length: number, low: number, high: number): Float32Array {
  const stream = openStream(7, effect, 0);
  return Float32Array.from({ length }, () => low + (high - low) * stream.uniform());
}

const first = draw('first', features * hidden, -1, 1);
const second = draw('second', hidden * classes, -1, 1);

/** relu(x W1) W2, and beside the logits their first column as a second output. */
export function tinyModel(): Model {
  return modelOf(
    model({
      inputs: { x: ['N', features] },
      outputs: { first_logit: ['N', 1], logits: ['N', classes] },
      constants: {
        w1: float32([features, hidden], first),
        w2: float32([hidden, classes], second),
        pick: { type: 'int64', dims: [1], data: BigInt64Array.of(0n) },
      },
      nodes: [
        node('MatMul', ['x', 'w1'], ['h'], {}, 'first'),
        node('Relu', ['h'], ['r'], {}, 'relu'),
        node('MatMul', ['r', 'w2'], ['logits'], {}, 'second'),
        node('Gather', ['logits', 'pick'], ['first_logit'], { axis: 1 }, 'pick'),
      ],
    }),
  );
}

export function inputs(count: number): Float32Array[] {
  const all = draw('inputs', count * features, -1, 1);
  return Array.from({ length: count }, (_, i) => all.subarray(i * features, (i + 1) * features));
}

/** The model in doubles. */
export function logitsOf(x: ArrayLike<number>): number[] {
  const h = Array.from({ length: hidden }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < features; i++) sum += x[i]! * first[i * hidden + j]!;
    return Math.max(0, sum);
  });
  return Array.from({ length: classes }, (_, c) =>
    h.reduce((sum, v, j) => sum + v * second[j * classes + c]!, 0),
  );
}

export function best(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

/** The class that the model gives, for the first `right` of the samples; the next class for the others. */
export function labelsFor(samples: readonly Float32Array[], right: number): Int32Array {
  return Int32Array.from(samples, (x, i) => (best(logitsOf(x)) + (i < right ? 0 : 1)) % classes);
}

/** Samples in memory; the one with number `unreadable` cannot be read. */
export function memoryData(
  samples: readonly Float32Array[],
  labels: Int32Array | undefined,
  labelOffset = 0,
  unreadable = -1,
): Dataset {
  const dims = [samples[0]!.length];
  return createDataset(
    {
      name: 'memory',
      path: 'memory',
      length: samples.length,
      labels,
      classNames: undefined,
      axes: undefined,
      bytes: false,
      shapeOf: async () => dims,
      idOf: String,
      placeOf: (index) => `memory: sample ${index}`,
      read: async (index) => {
        if (index === unreadable) throw new DiagnosticError([imageUnreadable(`sample ${index}`, 'damaged')]);
        const values = Float64Array.from(samples[index]!);
        return { dims, values, hash: sha256(new Uint8Array(values.buffer)) };
      },
    },
    resolvePreprocessing({ labelOffset }, 'test'),
    dims,
  );
}

/** Compiles with samples of a data set, and hands the opened package to `use`. */
export async function withTiny<T>(
  target: string,
  calibration: Dataset,
  use: (pkg: Package, model: Model) => Promise<T>,
  overrides: readonly string[] = [],
  keepWires = false,
): Promise<T> {
  const tiny = tinyModel();
  const whole = await loadTarget(target, overrides);
  // Wires have tests of their own, which say so.
  const wired = keepWires || overrides.some((override) => override.startsWith('wires.'));
  const loaded = wired ? whole : loadedOf({ ...whole.target, wires: undefined });
  const samples = spreadSamples(calibration, fedInputs(tiny.graph, tiny.file), calibration.length);
  const compiled = await compile(
    tiny,
    loaded,
    parseOptions({ wireCorrection: 'none', copies: 1, centredInputs: false }),
    {
      kind: 'samples',
      samples,
    },
  );
  return withPackage(compiled, (pkg) => use(pkg, tiny));
}

export function batchOf(samples: readonly Float32Array[]): Tensor {
  return float32([samples.length, features], Float32Array.from(samples.flatMap((s) => [...s])));
}
