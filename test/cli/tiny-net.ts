/** A folder with a small convolutional net, its preprocessing and some 6x6 images, for tests of the verbs. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { encodeNpy } from '../../src/files/npy.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { openStream } from '../../src/math/random.ts';
import { float32, sizeOf } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { model, node } from '../support/onnx-model.ts';

export const classes = 12;
const side = 6;

function weights(dims: readonly number[], number: number) {
  const stream = openStream(7, 'tiny-net', number);
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => stream.uniform() - 0.5),
  );
}

/** conv 3x3 of 4 channels, relu, fully connected; with `softmax` as its last node. */
export function tinyGraph(softmax = false): Graph {
  return model({
    inputs: { image: ['N', 1, side, side] },
    outputs: { [softmax ? 'probabilities' : 'logits']: ['N', classes] },
    constants: {
      kernel: weights([4, 1, 3, 3], 0),
      matrix: weights([64, classes], 1),
      bias: weights([classes], 2),
    },
    nodes: [
      node('Conv', ['image', 'kernel'], ['map'], { kernel_shape: [3, 3] }, 'stem'),
      node('Relu', ['map'], ['active'], {}, 'activation'),
      node('Flatten', ['active'], ['flat'], {}, 'flatten'),
      node('Gemm', ['flat', 'matrix', 'bias'], ['logits'], {}, 'classifier'),
      ...(softmax ? [node('Softmax', ['logits'], ['probabilities'], { axis: 1 }, 'softmax')] : []),
    ],
  });
}

/** The images, as bytes, [count, 6, 6]. */
export function tinyImages(count: number, seed = 0): Uint8Array {
  const stream = openStream(seed, 'tiny-images', 0);
  return Uint8Array.from({ length: count * side * side }, () => Math.floor(256 * stream.uniform()));
}

/**
 * Writes net.onnx, softmax.onnx, net.preprocess.yaml, softmax.preprocess.yaml, data.npy (16 images), one.npy and
 * one.png (the same image).
 */
export async function tinyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'crossloom-cli-'));
  const write = (name: string, content: Uint8Array | string) => writeFile(join(folder, name), content);
  const names = Array.from({ length: classes }, (_, i) => `class-${i}`).join(', ');
  for (const name of ['net', 'softmax']) {
    await write(`${name}.onnx`, encodeModel(tinyGraph(name === 'softmax')));
    await write(`${name}.preprocess.yaml`, `mean: 128\nstd: 64\ncolor: gray\nclasses: [${names}]\n`);
  }
  await write('data.npy', encodeNpy({ type: 'uint8', dims: [16, side, side, 1], data: tinyImages(16) }));
  const one = tinyImages(1, 1);
  await write('one.npy', encodeNpy({ type: 'uint8', dims: [1, side, side, 1], data: one }));
  const png = sharp(one, { raw: { width: side, height: side, channels: 1 } }).png();
  await write('one.png', await png.toBuffer());
  return folder;
}
