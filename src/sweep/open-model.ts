/** Opens what a study names for a model: its file, its samples, and what it is calibrated with. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Calibration } from '../compile/compiled.ts';
import type { Dataset } from '../data/dataset.ts';
import { openDataset } from '../data/open.ts';
import { findPreprocessing, type PreprocessingFields } from '../data/preprocessing.ts';
import { defined } from '../defined.ts';
import { calibrationMismatch } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { together } from '../diagnostics/together.ts';
import { sha256 } from '../files/hash.ts';
import { readBytes } from '../files/read-file.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { readModel } from '../onnx/decode.ts';
import { packageFiles } from '../package/manifest.ts';
import { decodeRecord } from '../record/record-file.ts';
import { fedInputs, spreadSamples } from '../record/samples.ts';
import type { ModelFile } from '../verify/options.ts';
import { dataHash } from './data-hash.ts';
import type { StudyFile } from './read-study.ts';
import type { StudyModel } from './study.ts';

export interface OpenedModel {
  readonly study: StudyModel;
  readonly model: ModelFile;
  readonly dataset: Dataset;
  /** Paths of the samples that are scored, and of their labels. */
  readonly data: string;
  readonly labels: string | undefined;
  readonly calibration: OpenedCalibration | undefined;
  /** Whether anything says how samples become inputs. */
  readonly prepared: boolean;
}

interface OpenedCalibration {
  /** By which it is known to be the same. */
  readonly sha256: string;
  /** @param samples that are used at most */
  readonly of: (samples: number) => Calibration;
}

/** Samples by which those of a calibration are known. */
const comparedSamples = 16;

/** @throws DiagnosticError onnx/*, data/*, calibrate/* */
export async function openModel(
  { resolve }: StudyFile,
  study: StudyModel,
  dataLimit: number | undefined,
): Promise<OpenedModel> {
  const file = resolve(study.file);
  const model = { ...(await readModel(file)), file };
  const data = resolve(study.data);
  const labels = study.labels === undefined ? undefined : resolve(study.labels);
  const preprocessing = await preprocessingOf(study, resolve, file, data);
  const { inputs, outputs } = model.graph;
  const options = { inputs, outputs, ...defined({ preprocessing, dataLimit }) };
  const { calibrate, calibration } = study;
  const [dataset, opened] = await together(
    openDataset(data, { ...options, ...defined({ labels }) }),
    calibrate !== undefined
      ? openDataset(resolve(calibrate), options).then((samples) => calibratedWith(model, samples))
      : calibration !== undefined
        ? recordIn(resolve(calibration))
        : Promise.resolve(undefined),
  );
  const prepared = preprocessing !== undefined || inputs.length > 1;
  return { study, model, dataset, data, labels, calibration: opened, prepared };
}

async function preprocessingOf(
  { preset, preprocess }: StudyModel,
  resolve: StudyFile['resolve'],
  file: string,
  data: string,
): Promise<string | PreprocessingFields | undefined> {
  if (preset !== undefined) return { preset };
  return preprocess === undefined ? findPreprocessing(file, data) : resolve(preprocess);
}

async function calibratedWith(model: ModelFile, dataset: Dataset): Promise<OpenedCalibration> {
  const inputs = fedInputs(model.graph, model.file);
  const hashes: string[] = [];
  const compared = evenlySpread(dataset.length, comparedSamples);
  for await (const batch of dataset.batches(compared, 1, inputs)) hashes.push(...batch.hashes);
  return {
    sha256: dataHash(hashes, undefined),
    of: (samples) => ({ kind: 'samples', samples: spreadSamples(dataset, inputs, samples) }),
  };
}

/** The file of a record, or the package that has it. */
async function recordIn(path: string): Promise<OpenedCalibration> {
  const entry = await stat(path).catch(() => undefined);
  const file = entry?.isDirectory() ? join(path, packageFiles.calibration) : path;
  const read = await readBytes(file);
  if ('reason' in read) throw new DiagnosticError([calibrationMismatch(path, read)]);
  const record = decodeRecord(read.bytes, file);
  return { sha256: sha256(read.bytes), of: () => ({ kind: 'record', record }) };
}
