/** How outputs are scored that are no list of classes, and whether a model's output and data go with it. */
import type { Dataset } from '../data/dataset.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ProbedOutput } from './probe-output.ts';

/** Scores of symbols step by step, read by greedy CTC. */
interface SequenceMetric {
  readonly kind: 'ctc';
  /** Of the classes, in order; '' for the blank. */
  readonly symbols: readonly string[];
  /** What is written, by sample; without it texts are those that floating point reads. */
  readonly texts?: readonly string[];
}

interface RegressionMetric {
  readonly kind: 'regression';
  /** What the outputs should be, [sample][value]. */
  readonly truth: Float64Array;
}

export type Metric = SequenceMetric | RegressionMetric;

/** @returns what is wrong with a metric for an output, and for as many samples as the data have */
export function metricProblems(
  metric: Metric,
  { output, values, lastAxis }: ProbedOutput,
  { path, length }: Pick<Dataset, 'path' | 'length'>,
): Diagnostic[] {
  if (metric.kind === 'ctc') {
    const { symbols, texts } = metric;
    return [
      ...(symbols.length === lastAxis
        ? []
        : [
            optionInvalid(
              '--alphabet',
              `there are ${symbols.length} symbols, the blank among them, and the last axis of output '${output}' has ${lastAxis}`,
              'An alphabet has one symbol a line, in the order of the classes; without a line <blank> the blank is class 0, before all.',
            ),
          ]),
      ...(texts === undefined || texts.length === length
        ? []
        : [optionInvalid('--truth', `there are ${texts.length} texts, and ${length} samples in ${path}`)]),
    ];
  }
  const wanted = length * values;
  return metric.truth.length === wanted
    ? []
    : [
        optionInvalid(
          '--truth',
          `there are ${metric.truth.length} values, and ${wanted} are asked for: ${values} of output '${output}' for each of ${length} samples in ${path}`,
        ),
      ];
}

/** The metric of some samples of the data. */
export function metricOf(metric: Metric, indices: readonly number[], values: number): Metric {
  if (metric.kind === 'ctc') {
    const { texts } = metric;
    return texts ? { ...metric, texts: indices.map((index) => texts[index]!) } : metric;
  }
  const truth = new Float64Array(indices.length * values);
  for (const [i, index] of indices.entries())
    truth.set(metric.truth.subarray(index * values, (index + 1) * values), i * values);
  return { ...metric, truth };
}
