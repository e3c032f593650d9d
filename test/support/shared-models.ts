/** The trained models of the shared data, each with samples as it was trained on them; keyed noise where there are none. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DatasetOptions, openDataset } from '../../src/data/open.ts';
import { float32 } from '../../src/math/tensor.ts';
import { readModel } from '../../src/onnx/decode.ts';
import { drawFeeds, type Feeds, type Model } from './build.ts';

export const shared = process.env.CROSSLOOM_DATA ?? '../shared/data';
export const present = existsSync(join(shared, 'models'));
/** Whether tests may take an hour: CROSSLOOM_LONG=1. */
export const long = process.env.CROSSLOOM_LONG === '1';

/** Names of all trained models, without `.onnx`. */
export const trained = modelsIn('');
/** Graphs of published architectures without weights: old opsets, initializers listed as inputs, grouped convolutions. */
export const untrained = modelsIn('light');

function modelsIn(folder: string): readonly string[] {
  const files = present ? readdirSync(join(shared, 'models', folder)) : [];
  return files.filter((f) => f.endsWith('.onnx')).map((f) => join(folder, f.slice(0, -5)));
}

interface Samples {
  readonly data: string;
  readonly flags?: NonNullable<DatasetOptions['flags']>;
}

const cifar: Samples = {
  data: 'cifar10',
  flags: { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
};
const imagenet: Samples = { data: 'imagenet', flags: { mean: 127.5, std: 127.5 } };
const keywords: Samples = { data: 'keywords', flags: { mean: 83, std: '1/0.5847029' } };
const mnist: Samples = { data: 'mnist', flags: { scale: '1/255' } };

const samples: Readonly<Record<string, Samples>> = {
  'mobilenetv2-1.0-224': imagenet,
  'mobilenetv2-1.0-224-qdq': imagenet,
  'mobilenetv1-0.25-128': { data: 'imagenet', flags: { ...imagenet.flags, resize: 128 } },
  'cifar10-resnet20': cifar,
  'cifar10-resnet32': cifar,
  'cifar10-vit': {
    data: 'cifar10',
    flags: { scale: '1/255', mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] },
  },
  'mlperf-tiny-resnet8': { data: 'cifar10' },
  'mlperf-tiny-resnet8-qdq': { data: 'cifar10' },
  'mlperf-tiny-dscnn': keywords,
  'mlperf-tiny-dscnn-qdq': keywords,
  'mnist-cnn': { data: 'mnist' },
  'mnist-mlp-256x2': mnist,
  'mnist-lstm': mnist,
  'fashion-mnist-cnn': { data: 'fashion-mnist', flags: { scale: '1/255' } },
};

export async function sharedModel(name: string): Promise<Model> {
  const file = join(shared, 'models', `${name}.onnx`);
  return { ...(await readModel(file)), file };
}

/** `count` samples of one image each, spread over the model's own data. */
export async function sharedFeeds(name: string, model: Model, count: number): Promise<Feeds[]> {
  const own = samples[name];
  const { inputs } = model.graph;
  if (!own) return Array.from({ length: count }, (_, i) => smooth(drawFeeds(inputs, i + 1)));
  const dataset = await openDataset(join(shared, own.data), own.flags ? { flags: own.flags } : {});
  const indices = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * dataset.length) / count));
  const feeds: Feeds[] = [];
  for await (const batch of dataset.batches(indices, 1, inputs)) feeds.push(batch.feeds);
  return feeds;
}

/** Noise whose neighbours resemble each other, as those of images and sounds do. */
function smooth(feeds: Feeds): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { dims, data }]) => {
      const values = Float32Array.from(data as Float32Array);
      for (let i = 1; i < values.length; i++) values[i] = 0.8 * values[i - 1]! + 0.4 * values[i]!;
      return [name, float32(dims, values)];
    }),
  );
}
