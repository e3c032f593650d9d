/** Flags -> how outputs are scored that are no list of classes, with the files that say what they should be. */
import { Option } from 'commander';
import type { Dataset } from '../data/dataset.ts';
import { openDataset } from '../data/open.ts';
import { readAlphabet, readTexts } from '../data/texts.ts';
import { defined } from '../defined.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { together } from '../diagnostics/together.ts';
import type { Metric } from '../verify/metric.ts';

const kinds = ['ctc', 'regression'] as const;

export interface MetricFlags {
  readonly metric?: (typeof kinds)[number];
  readonly alphabet?: string;
  readonly truth?: string;
}

export function metricOption(): Option {
  const what = 'outputs that are no list of classes: texts by greedy CTC, or values';
  return new Option('--metric <kind>', what).choices(kinds);
}

/** @throws DiagnosticError options/invalid for flags that do not go together, data/unreadable, data/texts */
export async function readMetric(flags: MetricFlags, dataset: Dataset): Promise<Metric | undefined> {
  const { metric, alphabet, truth } = flags;
  raise(flagProblems(flags));
  if (metric === 'ctc') {
    const [symbols, texts] = await together(
      readAlphabet(alphabet!),
      truth === undefined ? Promise.resolve(undefined) : readTexts(truth, dataset),
    );
    return { kind: 'ctc', symbols, ...defined({ texts }) };
  }
  return metric && { kind: 'regression', truth: await readValues(truth!) };
}

function flagProblems({ metric, alphabet, truth }: MetricFlags): Diagnostic[] {
  const problems: Diagnostic[] = [];
  if (metric === 'ctc' && alphabet === undefined)
    problems.push(optionInvalid('--metric ctc', 'name the symbols of the classes with --alphabet FILE'));
  if (metric === 'regression' && truth === undefined)
    problems.push(optionInvalid('--metric regression', 'name the right values with --truth FILE'));
  if (metric !== 'ctc' && alphabet !== undefined)
    problems.push(optionInvalid('--alphabet', 'symbols belong to --metric ctc'));
  if (!metric && truth !== undefined)
    problems.push(optionInvalid('--truth', 'say with --metric what the file holds: ctc or regression'));
  return problems;
}

/** All values of an array, sample after sample. */
async function readValues(path: string): Promise<Float64Array> {
  const right = await openDataset(path, { preprocessing: { scale: 1 } });
  const values: number[] = [];
  for (let i = 0; i < right.length; i++)
    for (const value of (await right.sample(i)).values) values.push(value);
  return Float64Array.from(values);
}
