/** One sample through a model -> the output that is scored, and how its values belong to samples. */
import type { Batch, Dataset } from '../data/dataset.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import type { ValueInfo } from '../ir/graph.ts';
import { axesOfSample } from '../math/axes-of-sample.ts';
import { sizeOf } from '../math/tensor.ts';
import type { Session } from '../runtime/session.ts';

export interface ProbedOutput {
  readonly output: string;
  /** Values per sample. */
  readonly values: number;
  /** The same number where the output is a list of classes; else undefined. */
  readonly classes: number | undefined;
  /** Length of the last of its own axes. */
  readonly lastAxis: number;
  /** Whether the first axis of the output is that of the samples of a batch; else samples are run one by one. */
  readonly batched: boolean;
  /** Values of all inputs per sample. */
  readonly inputValues: number;
}

/**
 * @param wanted name of the output, where it is given; else the first with several values in the first of its own axes
 * @throws DiagnosticError options/invalid for an output that has no values per sample
 */
export async function probeOutput(
  dataset: Dataset,
  inputs: readonly ValueInfo[],
  float: Session,
  wanted: string | undefined,
): Promise<ProbedOutput> {
  const { feeds, size } = await firstBatch(dataset, inputs, [0]);
  const results = await float.run(feeds);
  const names = Object.keys(results);
  const axes = (name: string) => {
    const { type, dims } = results[name]!;
    return type === 'string' ? undefined : axesOfSample(dims, size);
  };
  const output = wanted ?? names.find((name) => (axes(name)?.[0] ?? 0) > 1) ?? names[0]!;
  const flag = `--score-output ${output}`;
  const list = `Outputs: ${names.join(', ')}.`;
  if (!results[output]) raise([optionInvalid(flag, 'the model has no such output', list)]);
  const { type, dims } = results[output]!;
  const own = axes(output);
  if (!own || sizeOf(own) === 0) {
    const shape = `${type} [${dims.join(', ')}] for ${size} sample(s)`;
    raise([optionInvalid(flag, `this output is ${shape}: it has no values per sample`, list)]);
  }
  const values = sizeOf(own!);
  const inputValues = Object.values(feeds).reduce((sum, tensor) => sum + sizeOf(tensor.dims), 0);
  return {
    output,
    values,
    lastAxis: own!.at(-1) ?? 1,
    classes: own!.filter((length) => length > 1).length === 1 ? values : undefined,
    batched: size > 1 || (dims[0] === 1 && (await followsBatch(dataset, inputs, float, output))),
    inputValues: inputValues / size,
  };
}

/** Whether two samples, where a run takes as many, give two results. Some models run on one sample alone, whatever they say. */
async function followsBatch(
  dataset: Dataset,
  inputs: readonly ValueInfo[],
  float: Session,
  output: string,
): Promise<boolean> {
  if (dataset.fixedBatch(inputs) !== undefined) return false;
  const { feeds } = await firstBatch(dataset, inputs, [0, 0]);
  const results = await float.run(feeds, [output]).catch(() => undefined);
  return results?.[output]?.dims[0] === 2;
}

async function firstBatch(
  dataset: Dataset,
  inputs: readonly ValueInfo[],
  indices: readonly number[],
): Promise<Batch> {
  for await (const batch of dataset.batches(indices, indices.length, inputs)) return batch;
  throw new DiagnosticError([optionInvalid('--data', 'the data set is empty')]);
}
