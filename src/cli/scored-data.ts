/** Flags -> the labelled samples that a model is scored on, with a warning where nothing says how they become its inputs. */
import type { Dataset } from '../data/dataset.ts';
import { guessPreset } from '../data/guess-preset.ts';
import { openDataset } from '../data/open.ts';
import type { PreprocessingFields } from '../data/preprocessing.ts';
import { defined } from '../defined.ts';
import { preprocessingMissing } from '../diagnostics/all.ts';
import type { ImportedModel } from '../onnx/decode.ts';
import { type Io, printDiagnostics } from './io.ts';

interface ScoredDataFlags {
  readonly data: string;
  readonly labels?: string;
  /** Bytes. */
  readonly dataLimit?: number;
}

/** @param preprocessing as `choosePreprocessing` finds it */
export function openScoredData(
  io: Io,
  model: ImportedModel,
  { data, labels, dataLimit }: ScoredDataFlags,
  preprocessing: string | PreprocessingFields | undefined,
): Promise<Dataset> {
  const { inputs, outputs } = model.graph;
  if (preprocessing === undefined && inputs.length === 1)
    printDiagnostics(io, [preprocessingMissing(data, guessPreset(model))]);
  return openDataset(data, { inputs, outputs, ...defined({ preprocessing, labels, dataLimit }) });
}
