/** What flags, package and folders say about preprocessing -> the file or the fields that count. */
import { type Command, Option } from 'commander';
import type { Dataset } from '../data/dataset.ts';
import {
  findPreprocessing,
  type PreprocessingFields,
  preparesAlike,
  resolvePreprocessing,
} from '../data/preprocessing.ts';
import { type PresetName, presetNames } from '../data/presets.ts';
import { preprocessingDiffers } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { type Package, pathIn } from '../package/open.ts';

export interface PreprocessingFlags {
  readonly preprocess?: string;
  readonly preset?: PresetName;
}

/** `--preset` and `--preprocess`, for a verb that reads samples. @param otherwise what counts without them */
export function withPreprocessing(command: Command, otherwise: string): Command {
  const preset = new Option('--preset <name>', 'how samples become inputs, as published (docs/data.md)');
  return command
    .addOption(preset.choices(presetNames).conflicts('preprocess'))
    .option('--preprocess <file.yaml>', `how samples become inputs (default: ${otherwise})`);
}

/** A warning where samples are prepared in another way than those that a package was calibrated with. */
export function checkPrepared(pkg: Package, { path, preprocessing }: Dataset): readonly Diagnostic[] {
  const { preprocessing: recorded } = pkg.manifest;
  if (recorded === undefined) return [];
  const alike = preparesAlike(preprocessing, resolvePreprocessing(recorded, pathIn(pkg, 'manifest')));
  return alike ? [] : [preprocessingDiffers(path)];
}

/**
 * The flag, else what the package recorded, else a file beside the model or its data.
 * @param pkg for which samples were prepared before
 */
export async function choosePreprocessing(
  { preset, preprocess }: PreprocessingFlags,
  pkg: Package | undefined,
  model: string | undefined,
  data: string | undefined,
): Promise<string | PreprocessingFields | undefined> {
  if (preset !== undefined) return { preset };
  if (preprocess !== undefined) return preprocess;
  const recorded = pkg?.manifest.preprocessing;
  return recorded === undefined
    ? findPreprocessing(model, data)
    : resolvePreprocessing(recorded, pathIn(pkg!, 'manifest'));
}
