/** A folder with small things under the names that the pages of docs/ give to a user's own: models, images, digits, chips. */
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import type { Graph } from '../../src/ir/graph.ts';
import { openStream } from '../../src/math/random.ts';
import { float32, sizeOf } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { model, node } from '../support/onnx-model.ts';

const stream = (number: number) => openStream(11, 'stand-ins', number);

function weights(dims: readonly number[], number: number) {
  const drawn = stream(number);
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => drawn.uniform() - 0.5),
  );
}

/** Photographs to the classes of ImageNet and a background: sixteen means a colour, a convolution, and a classifier. */
const photographs: Graph = model({
  inputs: { image: ['N', 3, 224, 224] },
  outputs: { logits: ['N', 1001] },
  constants: {
    kernel: weights([4, 3, 3, 3], 0),
    matrix: weights([16, 1001], 1),
    bias: weights([1001], 2),
  },
  nodes: [
    node('AveragePool', ['image'], ['means'], { kernel_shape: [56, 56], strides: [56, 56] }, 'means'),
    node('Conv', ['means', 'kernel'], ['map'], { kernel_shape: [3, 3] }, 'stem'),
    node('Relu', ['map'], ['active'], {}, 'activation'),
    node('Flatten', ['active'], ['flat'], {}, 'flatten'),
    node('Gemm', ['flat', 'matrix', 'bias'], ['logits'], {}, 'classifier'),
  ],
});

const digits: Graph = model({
  inputs: { image: ['N', 1, 28, 28] },
  outputs: { logits: ['N', 10] },
  constants: { matrix: weights([784, 10], 3), bias: weights([10], 4) },
  nodes: [
    node('Flatten', ['image'], ['flat'], {}, 'flatten'),
    node('Gemm', ['flat', 'matrix', 'bias'], ['logits'], {}, 'classifier'),
  ],
});

/** As MNIST is packed. */
function idx(dims: readonly number[], byte: () => number): Buffer {
  const head = Buffer.from([0, 0, 8, dims.length, ...dims.flatMap((n) => [0, 0, n >> 8, n & 255])]);
  return gzipSync(Buffer.concat([head, Buffer.from({ length: sizeOf(dims) }).map(byte)]));
}

async function writeDigits(folder: string): Promise<void> {
  await mkdir(folder);
  const drawn = stream(5);
  for (const [name, count] of Object.entries({ train: 60, t10k: 20 })) {
    const pixels = idx([count, 28, 28], () => Math.floor(256 * drawn.uniform()));
    await writeFile(join(folder, `${name}-images-idx3-ubyte.gz`), pixels);
    let next = 0;
    await writeFile(
      join(folder, `${name}-labels-idx1-ubyte.gz`),
      idx([count], () => next++ % 10),
    );
  }
}

async function writeImages(folder: string): Promise<void> {
  await mkdir(folder);
  const drawn = stream(6);
  const rows: string[] = [];
  for (let i = 0; i < 12; i++) {
    const pixels = Buffer.alloc(3 * 32 * 32).map(() => Math.floor(256 * drawn.uniform()));
    const image = sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } }).resize(224, 224);
    await writeFile(join(folder, `${i}.png`), await image.png().toBuffer());
    rows.push(`${i}.png,${i % 5}\n`);
  }
  await writeFile(join(folder, 'labels.csv'), `file,label\n${rows.join('')}`);
}

/** @returns the folder: models of photographs and digits, `images/` and its likes, `mnist/`, `cat.jpg` */
export async function standIns(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'crossloom-docs-'));
  const at = (name: string) => join(folder, name);
  for (const name of ['mobilenetv2', 'model', 'net'])
    await writeFile(at(`${name}.onnx`), encodeModel(photographs));
  for (const name of ['plain', 'aware']) await writeFile(at(`${name}.onnx`), encodeModel(digits));
  const preprocessing = 'mean: 127.5\nstd: 127.5\nlabelOffset: 1\n';
  for (const name of ['model', 'net', 'mobilenetv2'])
    await writeFile(at(`${name}.preprocess.yaml`), preprocessing);
  for (const name of ['images', 'my-images', 'data', 'test']) await writeImages(at(name));
  await copyFile(at('images/0.png'), at('cat.jpg'));
  await writeDigits(at('mnist'));
  return folder;
}
