/** The model that is measured: full-size MobileNet-V2 where the shared data are at hand, else the bundled small one. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../src/compile/compile.ts';
import { openDataset } from '../src/data/open.ts';
import { installRoot } from '../src/files/install-root.ts';
import type { Compiled } from '../src/ir/compiled.ts';
import { parseOptions } from '../src/ir/options.ts';
import { type ImportedModel, readModel } from '../src/onnx/decode.ts';
import { spreadSamples } from '../src/record/samples.ts';
import { loadTarget } from '../src/target/load.ts';

export interface BenchModel {
  readonly label: string;
  readonly file: string;
  readonly data: string;
  readonly preprocessing: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

export function findModel(): BenchModel {
  const data = process.env.CROSSLOOM_DATA ?? join(installRoot(), '../shared/data');
  const full = join(data, 'models/mobilenetv2-1.0-224.onnx');
  if (existsSync(full)) {
    const preprocessing = { mean: [127.5], std: [127.5] };
    return { label: 'MobileNet-V2 1.0, 224x224', file: full, data: join(data, 'imagenet'), preprocessing };
  }
  const fixture = join(installRoot(), 'fixtures/fashion-mobilenetv2');
  return {
    label: 'MobileNet-V2 0.35, 28x28 (set CROSSLOOM_DATA for the full-size model)',
    file: join(fixture, 'model.onnx'),
    data: join(fixture, 'calibration-images-idx3-ubyte.gz'),
    preprocessing: { mean: [72.93], std: [90.015] },
  };
}

/** Compiles it with `samples` calibration images. */
export async function compileModel(
  model: BenchModel,
  samples: number,
): Promise<{ imported: ImportedModel; compiled: Compiled }> {
  const imported = await readModel(model.file);
  const loaded = await loadTarget('tetramem-256-6bit');
  const dataset = await openDataset(model.data, { flags: model.preprocessing });
  const source = spreadSamples(dataset, imported.graph.inputs, samples);
  const compiled = await compile(
    { ...imported, file: model.file },
    loaded,
    parseOptions({ wireCorrection: 'none' }),
    {
      kind: 'samples',
      samples: source,
    },
  );
  return { imported, compiled };
}
