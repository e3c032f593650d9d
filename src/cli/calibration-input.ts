/** What the flags say about calibration -> samples or an earlier record, and how images became inputs. */
import { stat } from 'node:fs/promises';
import type { Calibration } from '../compile/compiled.ts';
import { guessPreset } from '../data/guess-preset.ts';
import { openDataset } from '../data/open.ts';
import { loadPreprocessing } from '../data/preprocessing.ts';
import { defined } from '../defined.ts';
import { calibrationMismatch, preprocessingMissing } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { readBytes } from '../files/read-file.ts';
import type { ImportedModel } from '../onnx/decode.ts';
import { openPackage } from '../package/open.ts';
import { decodeRecord } from '../record/record-file.ts';
import { fedInputs, spreadSamples } from '../record/samples.ts';
import { choosePreprocessing, type PreprocessingFlags } from './preprocessing.ts';

export interface CalibrationFlags extends PreprocessingFlags {
  /** Data set. */
  readonly calibrate?: string;
  /** Record of an earlier compilation: its file, or the package. */
  readonly calibration?: string;
  /** Bytes. */
  readonly dataLimit?: number;
}

interface CalibrationInput {
  readonly calibration?: Calibration;
  /** Recorded in the package; undefined where nothing is known about it. */
  readonly preprocessing?: unknown;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Opens what there is. With neither samples nor a record the compiler decides whether it can do without.
 * @param samples most samples that are used
 */
export async function openCalibration(
  flags: CalibrationFlags,
  model: ImportedModel & { readonly file: string },
  samples: number,
): Promise<CalibrationInput> {
  const { graph } = model;
  const chosen = await choosePreprocessing(flags, undefined, model.file, flags.calibrate);
  if (flags.calibrate !== undefined) {
    const inputs = fedInputs(graph, model.file);
    const dataset = await openDataset(flags.calibrate, {
      inputs,
      outputs: graph.outputs,
      ...defined({ preprocessing: chosen, dataLimit: flags.dataLimit }),
    });
    return {
      calibration: { kind: 'samples', samples: spreadSamples(dataset, inputs, samples) },
      preprocessing: dataset.preprocessing,
      // Samples of several inputs are not preprocessed.
      warnings:
        chosen === undefined && inputs.length === 1
          ? [preprocessingMissing(flags.calibrate, guessPreset(model))]
          : [],
    };
  }
  const named = chosen === undefined ? undefined : await loadPreprocessing(chosen, {}, graph);
  if (flags.calibration === undefined) return { preprocessing: named, warnings: [] };
  const { record, preprocessing } = await readRecord(flags.calibration);
  return { calibration: { kind: 'record', record }, preprocessing: named ?? preprocessing, warnings: [] };
}

async function readRecord(path: string) {
  const entry = await stat(path).catch(() => undefined);
  if (entry?.isDirectory()) {
    const { record, manifest } = await openPackage(path);
    return { record, preprocessing: manifest.preprocessing };
  }
  const read = await readBytes(path);
  if ('reason' in read) throw new DiagnosticError([calibrationMismatch(path, read)]);
  return { record: decodeRecord(read.bytes, path), preprocessing: undefined };
}
