/** What all tables of accuracy have in common: one of their rows, measured. */
import { join } from 'node:path';
import {
  type CalibrationRecord,
  compile,
  fedInputs,
  loadTarget,
  openDataset,
  openPackage,
  packageAroundFaults,
  parseOptions,
  readModel,
  spreadSamples,
  type VerifyOptions,
  type VerifyReport,
  verify,
  writePackage,
} from '../src/index.ts';
import type { Case } from './accuracy-cases.ts';
import { scaledSpreads } from './spreads.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

/** A record holds for every target: each model is recorded once. */
const records = new Map<string, CalibrationRecord>();

export interface Measured {
  readonly report: VerifyReport;
  readonly arrays: number;
  /** Chips of hardware that one programmed chip of the simulation takes. */
  readonly hardware: number;
  /** Whether the target has wires. */
  readonly wires: boolean;
}

/** Compiles a model, programs chips and verifies them on images that calibration has not seen. */
export function measure(item: Case, conditions: VerifyOptions): Promise<Measured> {
  return withTemporaryFolder(async (folder) => {
    const model = { ...(await readModel(item.file)), file: item.file };
    const options = parseOptions({ target: item.target, ...item.options });
    const spreads = item.spread === undefined ? [] : await scaledSpreads(item.target, item.spread);
    const loaded = await loadTarget(item.target, [...options.set, ...spreads]);
    const dataset = await openDataset(item.data, { flags: item.preprocessing });
    const calibration = item.calibrate
      ? await openDataset(item.calibrate, { flags: item.preprocessing })
      : dataset;
    const samples = spreadSamples(calibration, fedInputs(model.graph, item.file), options.calibrationSamples);
    const known = records.get(item.file);
    const compiled = await compile(
      model,
      loaded,
      options,
      known ? { kind: 'record', record: known } : { kind: 'samples', samples },
    );
    records.set(item.file, compiled.record);
    const place = join(folder, 'model.xbar');
    await writePackage(compiled, place);
    const pkg = await openPackage(place);
    const packageFor = (seed: number) => packageAroundFaults(pkg, model, { seed });
    const report = await verify(pkg, model, dataset, {
      ...conditions,
      trials: item.trials,
      images: item.images,
      excludeCalibration: true,
      ...(item.aroundFaults && { packageFor }),
    });
    const { mapping, summary } = compiled;
    const wires = loaded.target.wires !== undefined;
    return { report, arrays: mapping.arrays, hardware: summary.chips, wires };
  });
}
