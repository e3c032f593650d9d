/** The labelled samples that a model is scored on: their flags, and what these open, with a warning where nothing says how they become its inputs. */
import type { Command } from 'commander';
import type { Dataset } from '../data/dataset.ts';
import { guessPreset } from '../data/guess-preset.ts';
import { openDataset } from '../data/open.ts';
import type { PreprocessingFields } from '../data/preprocessing.ts';
import { defined } from '../defined.ts';
import { preprocessingMissing } from '../diagnostics/all.ts';
import type { ImportedModel } from '../onnx/decode.ts';
import type { Package } from '../package/open.ts';
import { type Io, printDiagnostics } from './io.ts';
import { withDataLimit } from './options.ts';
import {
  checkPrepared,
  choosePreprocessing,
  type PreprocessingFlags,
  withPreprocessing,
} from './preprocessing.ts';

export interface ScoredDataFlags {
  readonly data: string;
  readonly labels?: string;
  /** Bytes. */
  readonly dataLimit?: number;
}

/** The flags of a verb that scores models on data. @param otherwise how samples become inputs where no flag says it */
export function withScoredData(command: Command, otherwise: string): Command {
  return withDataLimit(
    withPreprocessing(
      command
        .requiredOption(
          '--data <data>',
          'labelled images or other samples, as docs/data.md lists their formats',
        )
        .option('--labels <file>', 'the labels, where they are not found by name')
        .option('--accept-chance', 'go on where floating point does no better than guessing')
        .option('--score-output <name>', 'output of the model to score (default: the first with classes)'),
      otherwise,
    ),
  );
}

/** How samples of a package's data become inputs, where no flag says it. */
export const asRecorded = 'as recorded, else found beside them';

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

/** Data for a package, with a warning too where they are prepared otherwise than those that it was calibrated with. */
export async function openPackageData(
  io: Io,
  pkg: Package,
  model: ImportedModel,
  flags: ScoredDataFlags & PreprocessingFlags & { readonly model?: string },
): Promise<Dataset> {
  const preprocessing = await choosePreprocessing(flags, pkg, flags.model, flags.data);
  const dataset = await openScoredData(io, model, flags, preprocessing);
  printDiagnostics(io, checkPrepared(pkg, dataset));
  return dataset;
}
