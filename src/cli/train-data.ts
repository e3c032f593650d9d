/** What the flags say about training data -> the samples that learning takes, and those that it is judged by. */
import type { Dataset } from '../data/dataset.ts';
import { type DatasetOptions, openDataset } from '../data/open.ts';
import { findPreprocessing, resolvePreprocessing } from '../data/preprocessing.ts';
import { defined } from '../defined.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { type Package, pathIn } from '../package/open.ts';
import type { TrainingData } from '../train/train.ts';

export interface TrainDataFlags {
  readonly data: string;
  readonly test?: string;
  readonly preprocess?: string;
  readonly labels?: string;
  /** Of a data set without a test part, every n-th sample is kept for testing. */
  readonly holdOut: number;
  /** Samples that are learnt from and tested with at most, evenly spread. */
  readonly samples?: number;
  readonly testSamples?: number;
}

/**
 * Of a folder with a training and a test part, each is taken for what it is. Elsewhere some samples are held out.
 * @param pkg whose layers are trained: its samples were prepared as its manifest says
 * @param model path of the model that is trained
 */
export async function openTrainingData(
  flags: TrainDataFlags,
  pkg: Package | undefined,
  model: string | undefined,
): Promise<TrainingData> {
  const recorded = pkg?.manifest.preprocessing;
  const preprocessing =
    flags.preprocess ??
    (recorded === undefined
      ? await findPreprocessing(model, flags.data)
      : resolvePreprocessing(recorded, pathIn(pkg!, 'manifest')));
  const options: DatasetOptions = {
    unitBytes: model === undefined && pkg === undefined,
    ...defined({ preprocessing, labels: flags.labels }),
  };
  const { samples, testSamples } = flags;
  const training = await openTrainingPart(flags.data, options);
  const test = flags.test ?? (training.isPart ? flags.data : undefined);
  if (test !== undefined) {
    const tested = await openDataset(test, options);
    return {
      training: spread(training.dataset, allOf(training.dataset), samples),
      test: spread(tested, allOf(tested), testSamples),
    };
  }
  const { dataset } = training;
  const isTest = (i: number) => i % flags.holdOut === flags.holdOut - 1;
  const all = allOf(dataset);
  return {
    training: spread(
      dataset,
      all.filter((i) => !isTest(i)),
      samples,
    ),
    test: spread(dataset, all.filter(isTest), testSamples),
  };
}

/** The part `train` of a folder that has one, else all there is. */
async function openTrainingPart(
  path: string,
  options: DatasetOptions,
): Promise<{ readonly dataset: Dataset; readonly isPart: boolean }> {
  try {
    return { dataset: await openDataset(`${path}#train`, options), isPart: true };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { dataset: await openDataset(path, options), isPart: false };
  }
}

function spread(
  dataset: Dataset,
  indices: readonly number[],
  most = indices.length,
): TrainingData['training'] {
  return { dataset, indices: evenlySpread(indices.length, most).map((i) => indices[i]!) };
}

function allOf({ length }: Dataset): readonly number[] {
  return Array.from({ length }, (_, i) => i);
}
