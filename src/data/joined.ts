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
    sample: (index) => {
      const reason = `sample ${index} is an array for each of ${quoted([...parts.keys()])}`;
      throw new DiagnosticError([dataInputs(path, reason)]);
    },
    fixedBatch,
    batches: (indices, size, inputs) => {
      const step = fixedBatch(inputs) ?? size;
      return together(inputs.map((input) => partOf(input).batches(indices, step, [input])));
    },
  };
}

/** Batches of the same samples as one. @param streams one per input */
async function* together(streams: readonly AsyncIterable<Batch>[]): AsyncGenerator<Batch, void, undefined> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  try {
    for (;;) {
      const settled = await Promise.allSettled(iterators.map((iterator) => iterator.next()));
      raise(settled.flatMap(problemsOf));
      const batches = settled.flatMap((result) =>
        result.status === 'fulfilled' && !result.value.done ? [result.value.value] : [],
      );
      if (batches.length < streams.length) return;
      yield {
        ...batches[0]!,
        feeds: Object.assign({}, ...batches.map(({ feeds }) => feeds)),
        hashes: batches[0]!.hashes.map((_, i) => hashOf(batches.map(({ hashes }) => hashes[i]!))),
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
