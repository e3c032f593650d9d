/** Images and labels of one part of a folder of idx files, as samples to learn from: bytes, seen as numbers from 0 to 1. */
import { join } from 'node:path';
import { openBytes } from '../src/data/bytes.ts';
import { readIdx } from '../src/data/idx.ts';
import { defaultDataLimit } from '../src/data/limit.ts';
import type { Samples } from '../src/train/samples.ts';

/** @param most samples that are taken, from the first on; all where it is left out */
export async function readPart(
  folder: string,
  part: string,
  most = Number.POSITIVE_INFINITY,
): Promise<Samples> {
  const openIdx = async (name: string) => {
    const path = join(folder, name);
    return readIdx(path, await openBytes(path, defaultDataLimit));
  };
  const images = await openIdx(`${part}-images-idx3-ubyte.gz`);
  const labels = await openIdx(`${part}-labels-idx1-ubyte.gz`);
  const [length, height, width] = images.dims as [number, number, number];
  const count = Math.min(length, most);
  return {
    count,
    inputs: await images.bytes.read(images.offset, count * height * width),
    scale: 1 / 255,
    labels: await labels.bytes.read(labels.offset, count),
  };
}
