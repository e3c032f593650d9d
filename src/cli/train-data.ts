/** What the flags say about training data -> the samples that learning takes, and those that it is judged by. */
import type { Dataset } from '../data/dataset.ts';
import { type DatasetOptions, openDataset } from '../data/open.ts';
import { defined } from '../defined.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import type { Package } from '../package/open.ts';
import type { TrainingData } from '../train/train.ts';
import type { ModelFile } from '../verify/options.ts';
import { choosePreprocessing, type PreprocessingFlags } from './preprocessing.ts';

export interface TrainDataFlags extends PreprocessingFlags {
  readonly data: string;
  readonly test?: string;
  readonly labels?: string;
  /** Bytes. */
  readonly dataLimit?: number;
  /** Of a data set without a test part, every n-th sample is kept for testing. */
  readonly holdOut: number;
  /** Samples that are learnt from and tested with at most, evenly spread. */
  readonly samples?: number;
  readonly testSamples?: number;
}

/**
 * Of a folder with a training and a test part, each is taken for what it is. Elsewhere some samples are held out.
 * @param pkg whose layers are trained: its samples were prepared as its manifest says
 * @param model that is trained
 */
export async function openTrainingData(
  flags: TrainDataFlags,
  pkg: Package | undefined,
  model: ModelFile | undefined,
): Promise<TrainingData> {
  const preprocessing = await choosePreprocessing(flags, pkg, model?.file, flags.data);
  const { inputs = [], outputs = [] } = pkg?.host ?? model?.graph ?? {};
  const options: DatasetOptions = {
    unitBytes: model === undefined && pkg === undefined,
    inputs,
    outputs,
    ...defined({ preprocessing, labels: flags.labels, dataLimit: flags.dataLimit }),
  };
  const { samples, testSamples, holdOut } = flags;
  const { dataset, isPart } = await openTrainingPart(flags.data, options);
  const test = flags.test ?? (isPart ? flags.data : undefined);
  if (test !== undefined)
    return {
      training: someOf(dataset, samples),
      test: someOf(await openDataset(test, options), testSamples),
    };
  const isTest = (i: number) => i % holdOut === holdOut - 1;
  return {
    training: someOf(dataset, samples, (i) => !isTest(i)),
    test: someOf(dataset, testSamples, isTest),
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

/** The samples that `isOf` takes, or as many of them, evenly spread. */
function someOf(
  dataset: Dataset,
  most: number | undefined,
  isOf: (index: number) => boolean = () => true,
): TrainingData['training'] {
  const all = Array.from({ length: dataset.length }, (_, i) => i).filter(isOf);
  return { dataset, indices: evenlySpread(all.length, most ?? all.length).map((i) => all[i]!) };
}
