/** A Graph or an ONNX file -> a compiled package in a temporary folder, and the chips programmed from it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeBitstream } from '../../src/bitstream/decode.ts';
import type { Chip } from '../../src/chip/chip.ts';
import { executeBitstream } from '../../src/chip/execute.ts';
import { compile } from '../../src/compile/compile.ts';
import { sha256 } from '../../src/files/hash.ts';
import type { Compiled } from '../../src/ir/compiled.ts';
import type { FaultMap } from '../../src/ir/fault-map.ts';
import type { Graph, ValueInfo } from '../../src/ir/graph.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { openStream } from '../../src/math/random.ts';
import { float32, sizeOf, type Tensor } from '../../src/math/tensor.ts';
import type { ImportedModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openPackage, type Package, pathIn } from '../../src/package/open.ts';
import { writePackage } from '../../src/package/write.ts';
import type { SampleSource } from '../../src/record/sample-source.ts';
import type { LoadedTarget } from '../../src/target/target.ts';

export type Model = ImportedModel & { readonly file: string };
export type Feeds = Readonly<Record<string, Tensor>>;

export function modelOf(graph: Graph): Model {
  return { graph, sha256: sha256(encodeModel(graph)), file: 'model.onnx' };
}

/** Keyed draws from [low, high) for every input; unknown dimensions are `free`. */
export function drawFeeds(inputs: readonly ValueInfo[], seed: number, low = -1, high = 1, free = 1): Feeds {
  return Object.fromEntries(
    inputs.map(({ name, dims }, i) => {
      const concrete = (dims ?? []).map((d) => (typeof d === 'number' && d > 0 ? d : free));
      const stream = openStream(seed, 'test-feeds', i);
      const draw = () => low + (high - low) * stream.uniform();
      return [name, float32(concrete, Float32Array.from({ length: sizeOf(concrete) }, draw))];
    }),
  );
}

export function samplesOf(feeds: readonly Feeds[]): SampleSource {
  return { length: feeds.length, sample: async (i) => ({ feeds: feeds[i]!, hash: sha256(`sample ${i}`) }) };
}

/** Cells hold what the weights say, unless a test asks for a correction for wires. */
export async function compileModel(
  model: Model,
  loaded: LoadedTarget,
  feeds: readonly Feeds[],
  options: Parameters<typeof parseOptions>[0] = {},
  faults?: FaultMap,
): Promise<Compiled> {
  const samples = { kind: 'samples', samples: samplesOf(feeds) } as const;
  return compile(model, loaded, parseOptions({ wireCorrection: 'none', ...options }), samples, {}, faults);
}

/** Writes the compilation and opens it again; `use` gets it while it is on disk. */
export async function withPackage<T>(compiled: Compiled, use: (pkg: Package) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), 'crossloom-test-'));
  try {
    const folder = join(parent, 'model.xbar');
    await writePackage(compiled, folder);
    return await use(await openPackage(folder));
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

export async function programPackage(pkg: Package, loaded: LoadedTarget, seed = 1): Promise<Chip> {
  const file = pathIn(pkg, 'bitstream');
  const { header, arrays } = await decodeBitstream(file, file);
  return executeBitstream(header, arrays, loaded, { seed, bitstream: pkg.bitstream });
}
