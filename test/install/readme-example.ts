/** The README's TypeScript -> the same text in a project, with the files that it names: a small net, and images for it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installRoot } from '../../src/files/install-root.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { classes, tinyGraph, tinyImages } from '../cli/tiny-net.ts';
import { idx } from '../data/files.ts';

/** More than calibration takes: something is left to verify. */
const count = 150;

export interface Example {
  readonly model: string;
  readonly images: string;
  /** The package that it writes. */
  readonly written: string;
}

/** Writes example.mts and what it reads; nothing of the text is changed. */
export async function writeExample(folder: string): Promise<Example> {
  const readme = await readFile(join(installRoot(), 'README.md'), 'utf8');
  const text = /^```ts\n([\s\S]*?)^```$/m.exec(readme)![1]!;
  const named = (pattern: RegExp) => pattern.exec(text)?.[1];
  const [model, images] = [named(/'([^']+\.onnx)'/)!, named(/openDataset\('([^'#]+)/)!];
  await writeFile(join(folder, 'example.mts'), text);
  await writeFile(join(folder, model), encodeModel(tinyGraph()));
  const preprocessing = named(/'([^']+\.ya?ml)'/);
  if (preprocessing) await writeFile(join(folder, preprocessing), 'mean: 128\nstd: 64\ncolor: gray\n');
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  await mkdir(join(folder, images), { recursive: true });
  await writeFile(join(folder, images, 'images-idx3-ubyte'), idx(8, [count, 6, 6], tinyImages(count)));
  await writeFile(join(folder, images, 'labels-idx1-ubyte'), idx(8, [count], labels));
  return { model, images, written: named(/writePackage\([^']*'([^']+)'/)! };
}
