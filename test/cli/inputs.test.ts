/** Models with several inputs, without a batch axis, with outputs that are no tensors: from samples to scores. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeZip } from '../../src/files/zip.ts';
import type { Graph, OnnxNode, ValueInfo } from '../../src/ir/graph.ts';
import { argmax } from '../../src/math/argmax.ts';
import { openStream } from '../../src/math/random.ts';
import { float32, int64, sizeOf } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { typeCodec } from '../../src/onnx/proto.ts';
import type { VerifyReport } from '../../src/verify/report.ts';
import { npy } from '../data/files.ts';
import { model, node } from '../support/onnx-model.ts';
import { runOnnx } from '../support/run-onnx.ts';
import { problemOf, runCli } from './run-cli.ts';

const count = 12;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-inputs-'));
});
afterAll(() => rm(folder, { recursive: true }));

function normals(name: string, ...dims: number[]): Float32Array {
  const stream = openStream(3, name, 0);
  return Float32Array.from({ length: sizeOf(dims) }, () => stream.normal());
}
const weights = (name: string, ...dims: number[]) => float32(dims, normals(name, ...dims));
const whole = (name: string, below: number, ...dims: number[]) => {
  const stream = openStream(3, name, 0);
  return BigInt64Array.from({ length: sizeOf(dims) }, () => BigInt(Math.floor(below * stream.uniform())));
};

/** All samples of one input. */
interface Stored {
  /** Of a sample. */
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Uint8Array;
}

const types = { float32: ['<f4', 1], int64: ['<i8', 7], bool: ['|b1', 9] } as const;
const typeOf = ({ data }: Stored) =>
  data instanceof Float32Array ? 'float32' : data instanceof BigInt64Array ? 'int64' : 'bool';

function encoded(stored: Stored): Uint8Array {
  const { dims, data } = stored;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return npy(types[typeOf(stored)][0], `(${[count, ...dims].join(', ')},)`, bytes);
}

interface Case {
  readonly graph: Graph;
  readonly data: Readonly<Record<string, Stored>>;
  /** The tensor that is scored. */
  readonly scored: string;
  /** The model's input has no axis for the batch. */
  readonly alone?: true;
}

const withTypes = (graph: Graph, data: Case['data']): Graph => ({
  ...graph,
  inputs: graph.inputs.map((input) => ({ ...input, elementType: types[typeOf(data[input.name]!)][1] })),
});
const ml = (op: string, inputs: readonly string[], outputs: readonly string[], rest = {}): OnnxNode => ({
  ...node(op, inputs, outputs, rest),
  domain: 'ai.onnx.ml',
});
const sequence = (name: string, of: Parameters<typeof typeCodec.encode>[0]): ValueInfo => ({
  name,
  elementType: 0,
  dims: undefined,
  otherType: typeCodec.encode({ sequenceType: { elemType: of } }),
});

const image = { dims: [1, 6, 6], data: normals('image', count, 1, 6, 6) };
const vector = { dims: [5], data: normals('vector', count, 5) };
const ids = { dims: [7], data: whole('ids', 20, count, 7) };
const mask = { dims: [7], data: Uint8Array.from(whole('mask', 2, count, 7), Number) };

const imageAndVector: Case = {
  graph: model({
    inputs: { image: ['N', 1, 6, 6], vector: ['N', 5] },
    outputs: { y: ['N', 4] },
    constants: { k: weights('k', 3, 1, 3, 3), w: weights('w', 53, 4) },
    nodes: [
      node('Conv', ['image', 'k'], ['c'], {}, 'stem'),
      node('Relu', ['c'], ['r']),
      node('Flatten', ['r'], ['f']),
      node('Concat', ['f', 'vector'], ['all'], { axis: 1 }),
      node('Gemm', ['all', 'w'], ['y'], {}, 'classifier'),
    ],
  }),
  data: { image, vector },
  scored: 'y',
};

const idsAndMask: Case = {
  graph: withTypes(
    model({
      inputs: { ids: ['N', 'T'], mask: ['N', 'T'] },
      outputs: { y: ['N', 3] },
      constants: { table: weights('table', 20, 8), w: weights('words', 8, 3), last: int64([1], [2]) },
      nodes: [
        node('Gather', ['table', 'ids'], ['words']),
        node('Cast', ['mask'], ['kept'], { to: 1 }),
        node('Unsqueeze', ['kept', 'last'], ['column']),
        node('Mul', ['words', 'column'], ['masked']),
        node('ReduceMean', ['masked'], ['mean'], { axes: [1], keepdims: 0 }),
        node('Gemm', ['mean', 'w'], ['y'], {}, 'classifier'),
      ],
    }),
    { ids, mask },
  ),
  data: { ids, mask },
  scored: 'y',
};

const noBatch: Case = {
  graph: model({
    inputs: { image: [1, 6, 6] },
    outputs: { y: [4] },
    constants: { k: weights('k', 3, 1, 3, 3), w: weights('w', 48, 4), first: int64([1], [0]) },
    nodes: [
      node('Unsqueeze', ['image', 'first'], ['batch']),
      node('Conv', ['batch', 'k'], ['c'], {}, 'stem'),
      node('Flatten', ['c'], ['f']),
      node('Gemm', ['f', 'w'], ['g'], {}, 'classifier'),
      node('Squeeze', ['g', 'first'], ['y']),
    ],
  }),
  data: { image },
  scored: 'y',
  alone: true,
};

const noBatchVector: Case = {
  graph: model({
    inputs: { vector: [5] },
    outputs: { y: [4] },
    constants: { w: weights('w', 5, 4) },
    nodes: [node('MatMul', ['vector', 'w'], ['y'], {}, 'classifier')],
  }),
  data: { vector },
  scored: 'y',
  alone: true,
};

const noShape: Case = {
  graph: model({
    inputs: { vector: undefined },
    outputs: { y: undefined },
    constants: { w: weights('w', 5, 4) },
    nodes: [node('MatMul', ['vector', 'w'], ['y'], {}, 'classifier')],
  }),
  data: { vector },
  scored: 'y',
};

/** Of two samples in a batch it gives one result. */
const batchReduced: Case = {
  ...noShape,
  graph: model({
    inputs: { vector: ['N', 5] },
    outputs: { y: [1, 4] },
    constants: { w: weights('w', 5, 4) },
    nodes: [
      node('MatMul', ['vector', 'w'], ['all'], {}, 'classifier'),
      node('ReduceMean', ['all'], ['y'], { axes: [0] }),
    ],
  }),
};

/** As scikit-learn's converter writes classifiers: labels, and the probabilities as a sequence of maps. */
function zipMap(labels: boolean): Case {
  const graph = model({
    inputs: { vector: ['N', 5] },
    outputs: labels ? { label: ['N'] } : {},
    constants: { w1: weights('w1', 5, 8), w2: weights('w2', 8, 4) },
    nodes: [
      node('MatMul', ['vector', 'w1'], ['a'], {}, 'hidden'),
      node('Relu', ['a'], ['b']),
      node('MatMul', ['b', 'w2'], ['logits'], {}, 'classifier'),
      node('Softmax', ['logits'], ['probabilities']),
      ...(labels ? [node('ArgMax', ['probabilities'], ['label'], { axis: 1, keepdims: 0 })] : []),
      ml('ZipMap', ['probabilities'], ['zipped'], { classlabels_int64s: [0, 1, 2, 3] }),
    ],
  });
  const zipped = sequence('zipped', {
    mapType: { keyType: 7, valueType: { tensorType: { elemType: 1 } } },
  });
  const outputs = graph.outputs.map((output) => ({ ...output, elementType: 7 }));
  return {
    graph: { ...graph, opsets: { ...graph.opsets, 'ai.onnx.ml': 1 }, outputs: [...outputs, zipped] },
    data: { vector },
    scored: 'probabilities',
  };
}

const inSequence: Case = {
  ...noShape,
  graph: {
    ...model({
      inputs: { vector: ['N', 5] },
      outputs: {},
      constants: { w: weights('w', 5, 4) },
      nodes: [
        node('MatMul', ['vector', 'w'], ['y'], {}, 'classifier'),
        node('SplitToSequence', ['y'], ['parts'], { axis: 1 }),
      ],
    }),
    outputs: [sequence('parts', { tensorType: { elemType: 1 } })],
  },
};

/** What onnxruntime makes of every sample alone. */
async function resultsOf({ graph, data, scored, alone }: Case): Promise<number[][]> {
  const bytes = encodeModel({ ...graph, outputs: [{ name: scored, elementType: 0, dims: undefined }] });
  const results: number[][] = [];
  for (let i = 0; i < count; i++) {
    const feeds = Object.entries(data).map(([name, stored]) => {
      const size = sizeOf(stored.dims);
      const values = stored.data.slice(i * size, (i + 1) * size);
      return [
        name,
        new Tensor(typeOf(stored), values as Float32Array, alone ? stored.dims : [1, ...stored.dims]),
      ];
    });
    results.push((await runOnnx(bytes, Object.fromEntries(feeds)))[scored]!);
  }
  return results;
}

/** Writes the model, and its data with labels, as a folder or an archive. */
async function written(name: string, own: Case, labels: Int32Array): Promise<{ file: string; data: string }> {
  const file = join(folder, `${name}.onnx`);
  await writeFile(file, encodeModel(own.graph));
  const files = Object.entries(own.data).map(([input, stored]) => [`${input}.npy`, encoded(stored)] as const);
  const all = new Map([
    ...files,
    ['labels.npy', npy('<i4', `(${count},)`, new Uint8Array(labels.buffer as ArrayBuffer))] as const,
  ]);
  const data = join(folder, name);
  if (name.startsWith('f')) {
    await mkdir(data);
    for (const [entry, bytes] of all) await writeFile(join(data, entry), bytes);
    return { file, data };
  }
  await writeFile(`${data}.npz`, writeZip(all));
  return { file, data: `${data}.npz` };
}

describe('from samples to scores, as onnxruntime runs them one by one', () => {
  test.each<[string, Case]>([
    ['image-and-vector', imageAndVector],
    ['folder-of-ids-and-mask', idsAndMask],
    ['no-batch-axis', noBatch],
    ['folder-of-vectors-without-batch-axis', noBatchVector],
    ['no-shape', noShape],
    ['result-over-the-batch', batchReduced],
    ['label-and-zipmap', zipMap(true)],
    ['zipmap-alone', zipMap(false)],
    ['sequence-alone', inSequence],
  ])('%s', async (name, own) => {
    const wanted = await resultsOf(own);
    const labels = Int32Array.from(wanted, (values) => argmax(values, 0, values.length));
    const { file, data } = await written(name, own, labels);
    const pkg = join(folder, `${name}.xbar`);
    const compiled = await runCli(['compile', file, '--target', 'ideal', '--calibrate', data, '-o', pkg]);
    expect({ exit: compiled.exit, errors: compiled.err.match(/error/g) }).toEqual({ exit: 0, errors: null });

    const verified = await runCli(['verify', pkg, '--model', file, '--data', data, '--json']);
    const report = JSON.parse(verified.out) as VerifyReport;
    expect(report.output).toBe(own.scored);
    expect(report.data).toMatchObject({
      images: count,
      classes: wanted[0]!.length,
      calibrationOverlap: count,
    });
    expect(report.float.top1).toBe(100);
    expect(report.mapped).toMatchObject({ top1: { mean: report.ideal.top1 }, snrToIdeal: 'equal' });
    expect(report.ideal.top1).toBeGreaterThan(90);
    expect(report.knownAnswer.maxDifference).toBe(0);

    const { out } = await runCli(['run', pkg, '--input', data, '--json', '--top', '1']);
    const results = (
      JSON.parse(out) as { results: { name: string; top?: { class: number; score: number }[] }[] }
    ).results;
    const [best] = results.find((result) => result.name === own.scored)!.top!;
    const largest = Math.max(...wanted.flat().map(Math.abs));
    expect(best!.class).toBe(labels[0]);
    expect(Math.abs(best!.score - wanted[0]![best!.class]!)).toBeLessThan(0.03 * largest);
  });
});

describe('what cannot be run on samples', () => {
  const compileOf = async (name: string, graph: Graph, data: string) => {
    const file = join(folder, `${name}.onnx`);
    await writeFile(file, encodeModel(graph));
    return runCli([
      'compile',
      file,
      '--target',
      'ideal',
      '--calibrate',
      data,
      '-o',
      join(folder, `${name}.xbar`),
    ]);
  };

  test('one array for two inputs', async () => {
    const data = join(folder, 'one.npy');
    await writeFile(data, encoded(vector));
    const outcome = await compileOf('two', imageAndVector.graph, data);
    expect(problemOf(outcome)).toBe('40 data/inputs');
    expect(outcome.err).toContain(
      "the model has the inputs 'image', 'vector', and this file holds samples of one",
    );
  });

  test('an input that is a sequence', async () => {
    const graph = model({
      inputs: {},
      outputs: { y: ['N', 4] },
      constants: { w: weights('w', 5, 4), zero: int64([], [0]) },
      nodes: [node('SequenceAt', ['s', 'zero'], ['x']), node('MatMul', ['x', 'w'], ['y'])],
    });
    const inputs = [sequence('s', { tensorType: { elemType: 1 } })];
    const outcome = await compileOf('sequence-in', { ...graph, inputs }, join(folder, 'one.npy'));
    expect(problemOf(outcome)).toBe('10 onnx/form-unsupported');
    expect(outcome.err).toContain("input 's': it is a sequence, and samples are tensors");
  });

  test('outputs of which none is a tensor, nor in front of one', async () => {
    const graph = model({
      inputs: { vector: ['N', 5] },
      outputs: {},
      constants: { w: weights('w', 5, 4) },
      nodes: [node('MatMul', ['vector', 'w'], ['y']), node('SequenceEmpty', [], ['none'])],
    });
    const outputs = [sequence('none', { tensorType: { elemType: 1 } })];
    const outcome = await compileOf('sequence-out', { ...graph, outputs }, join(folder, 'one.npy'));
    expect(problemOf(outcome)).toBe('10 onnx/form-unsupported');
    expect(outcome.err).toContain(
      "none of its outputs is a tensor that results could be compared by ('none' is a sequence)",
    );
  });

  test('an output whose size depends on the sample', async () => {
    const graph = model({
      inputs: { vector: ['N', 5] },
      outputs: { y: undefined },
      constants: { w: weights('w', 5, 4) },
      nodes: [
        node('MatMul', ['vector', 'w'], ['h'], {}, 'layer'),
        node('Relu', ['h'], ['r']),
        node('NonZero', ['r'], ['places']),
        node('Cast', ['places'], ['y'], { to: 1 }),
      ],
    });
    const data = join(folder, 'one.npy');
    expect((await compileOf('sizes', graph, data)).exit).toBe(0);
    const args = ['--model', join(folder, 'sizes.onnx'), '--data', data];
    const outcome = await runCli(['verify', join(folder, 'sizes.xbar'), ...args]);
    expect(problemOf(outcome)).toBe('25 options/invalid');
    expect(outcome.err).toMatch(/--score-output y: this output has \d+ values for 1 sample/);
  });
});
