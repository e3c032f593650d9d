/** Data sets of the inputs of one model -> one data set, whose sample i is the i-th of each. */
import { createHash } from 'node:crypto';
import { dataInputs } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import type { Batch, Dataset } from './dataset.ts';
import type { ModelInput } from './feeding.ts';
import { quoted } from './named.ts';

/**
 * Without labels.
 * @param parts by input; one at least
 * Raises dataInputs where one has other samples than the rest.
 */
export function joinDatasets(
  parts: ReadonlyMap<string, Dataset>,
  about: Pick<Dataset, 'name' | 'path' | 'classNames' | 'preprocessing'>,
): Dataset {
  const { path } = about;
  const [first] = parts.values();
  const { length, idOf, sampleShape } = first!;
  const lengths = [...parts].map(([name, part]) => `${part.length} for '${name}'`);
  if ([...parts.values()].some((part) => part.length !== length))
    raise([dataInputs(path, `the inputs have different numbers of samples: ${lengths.join(', ')}`)]);
  const partOf = ({ name }: ModelInput): Dataset => {
    const part = parts.get(name);
    if (part) return part;
    const reason = `there are no data for the input '${name}', but for ${quoted([...parts.keys()])}`;
    throw new DiagnosticError([dataInputs(path, reason)]);
  };
  const fixedBatch = (inputs: readonly ModelInput[]) => {
    const sizes = inputs.map((input) => partOf(input).fixedBatch([input]));
    const fixed = new Set(sizes.filter((size) => size !== undefined));
    if (fixed.size > 1) {
      const each = inputs.flatMap(({ name }, i) =>
        sizes[i] === undefined ? [] : [`${sizes[i]} of '${name}'`],
      );
      raise([dataInputs(path, `the model takes different numbers of samples a run: ${each.join(', ')}`)]);
    }
    return [...fixed][0];
  };
  return {
    ...about,
    labels: undefined,
    length,
    sampleShape,
    idOf,
    sample: async (index) => {
      const reason = `sample ${index} is an array for each of ${quoted([...parts.keys()])}`;
      throw new DiagnosticError([dataInputs(path, reason)]);
    },
    fixedBatch,
    batches: (indices, size, inputs) => {
      const fixed = fixedBatch(inputs);
      // A batch that one input fixes is filled up for all of them.
      const filled = filledUp(indices, fixed ?? 1);
      const streams = inputs.map((input) => partOf(input).batches(filled, fixed ?? size, [input]));
      return together(streams, indices.length);
    },
  };
}

/** With the last one repeated until there is a multiple of `step`. */
function filledUp(indices: readonly number[], step: number): readonly number[] {
  const length = step * Math.ceil(indices.length / step);
  return Array.from({ length }, (_, i) => indices[Math.min(i, indices.length - 1)]!);
}

/**
 * Batches of the same samples as one.
 * @param streams one per input
 * @param count of samples that are asked for; those behind them fill up the last batch
 */
async function* together(
  streams: readonly AsyncIterable<Batch>[],
  count: number,
): AsyncGenerator<Batch, void, undefined> {
  let left = count;
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  try {
    for (;;) {
      const settled = await Promise.allSettled(iterators.map((iterator) => iterator.next()));
      raise(settled.flatMap(problemsOf));
      const batches = settled.flatMap((result) =>
        result.status === 'fulfilled' && !result.value.done ? [result.value.value] : [],
      );
      if (batches.length < streams.length) return;
      const { indices, ids, size } = batches[0]!;
      const own = indices.slice(0, left);
      left -= own.length;
      yield {
        indices: own,
        size,
        feeds: Object.assign({}, ...batches.map(({ feeds }) => feeds)),
        ids: ids.slice(0, own.length),
        hashes: own.map((_, i) => hashOf(batches.map(({ hashes }) => hashes[i]!))),
      };
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

function problemsOf(result: PromiseSettledResult<unknown>): readonly Diagnostic[] {
  if (result.status === 'fulfilled') return [];
  if (result.reason instanceof DiagnosticError) return result.reason.diagnostics;
  throw result.reason;
}

/** SHA-256 of the hashes of a sample's arrays, one after the other, input by input. */
function hashOf(hashes: readonly string[]): string {
  const hash = createHash('sha256');
  for (const one of hashes) hash.update(one);
  return hash.digest('hex');
}
