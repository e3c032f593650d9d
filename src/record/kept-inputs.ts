/** Samples as the network is fed them -> the inputs of some, evenly spread over all, that stay with the record. */
import type { SampleInputs } from '../ir/calibration-record.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { sumOf } from '../math/sum.ts';
import { type Tensor, toDoubles } from '../math/tensor.ts';

/** Samples that are kept at most. */
const mostSamples = 32;
/** Values of all samples together: a file takes a byte of most of them, four where they are no codes. */
const mostValues = 2 ** 22;

type Feeds = Readonly<Record<string, Tensor>>;

export interface KeptInputs {
  /** Called with every sample in order, each once. */
  look(sample: number, feeds: Feeds): void;
  readonly inputs: readonly SampleInputs[];
}

/** @param samples that there are: how many are kept follows from the size of the first */
export function keepInputs(samples: number): KeptInputs {
  const inputs: SampleInputs[] = [];
  let wanted: ReadonlySet<number> | undefined;
  return {
    inputs,
    look(sample, feeds) {
      const values = sumOf(Object.values(feeds).map(({ data }) => data.length));
      const most = Math.min(mostSamples, Math.floor(mostValues / Math.max(1, values)));
      wanted ??= new Set(evenlySpread(samples, most));
      if (wanted.has(sample)) inputs.push(floatInputs(feeds));
    },
  };
}

export function floatInputs(feeds: Feeds): SampleInputs {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, t]) => [
      name,
      { dims: t.dims, data: Float32Array.from(toDoubles(t)!) },
    ]),
  );
}
