/** A folder with small things under the names that the pages of docs/ give to a user's own: models and images. */
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Graph } from '../../src/ir/graph.ts';
import { openStream } from '../../src/math/random.ts';
import { float32, sizeOf } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
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
    // The background is nothing that it says.
    bias: float32(
      [1001],
      Float32Array.from({ length: 1001 }, (_, i) => (i === 0 ? -1000 : 0)),
    ),
  },
  nodes: [
    node('AveragePool', ['image'], ['means'], { kernel_shape: [56, 56], strides: [56, 56] }, 'means'),
    node('Conv', ['means', 'kernel'], ['map'], { kernel_shape: [3, 3] }, 'stem'),
    node('Relu', ['map'], ['active'], {}, 'activation'),
    node('Flatten', ['active'], ['flat'], {}, 'flatten'),
    node('Gemm', ['flat', 'matrix', 'bias'], ['logits'], {}, 'classifier'),
  ],
});

/** Images as a network sees them that knows each: their labels are what it says. */
async function writeImages(folder: string, classOf: (image: Buffer) => Promise<number>): Promise<void> {
  await mkdir(folder);
  const drawn = stream(6);
  const rows: string[] = [];
  for (let i = 0; i < 12; i++) {
    const pixels = Buffer.alloc(3 * 32 * 32).map(() => Math.floor(256 * drawn.uniform()));
    const image = sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } }).resize(224, 224);
    await writeFile(join(folder, `${i}.png`), await image.clone().png().toBuffer());
    rows.push(`${i}.png,${(await classOf(await image.raw().toBuffer())) - 1}\n`);
  }
  await writeFile(join(folder, 'labels.csv'), `file,label\n${rows.join('')}`);
}

async function photographClasses(): Promise<(image: Buffer) => Promise<number>> {
  const session = await openSession(encodeModel(photographs));
  return async (image) => {
    const pixels = 224 * 224;
    const planes = Float32Array.from(
      { length: 3 * pixels },
      (_, i) => (image[3 * (i % pixels) + Math.floor(i / pixels)]! - 127.5) / 127.5,
    );
    const { logits } = await session.run({ image: float32([1, 3, 224, 224], planes) });
    const values = [...(logits!.data as Float32Array)];
    return values.indexOf(Math.max(...values));
  };
}

/** @returns the folder: models of photographs, `images/`, `test/`, `cat.jpg` */
export async function standIns(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'crossloom-docs-'));
  const at = (name: string) => join(folder, name);
  for (const name of ['mobilenetv2', 'net']) await writeFile(at(`${name}.onnx`), encodeModel(photographs));
  const preprocessing = 'mean: 127.5\nstd: 127.5\nlabelOffset: 1\n';
  for (const name of ['net', 'mobilenetv2']) await writeFile(at(`${name}.preprocess.yaml`), preprocessing);
  const classOf = await photographClasses();
  for (const name of ['images', 'test']) await writeImages(at(name), classOf);
  await copyFile(at('images/0.png'), at('cat.jpg'));
  return folder;
}
