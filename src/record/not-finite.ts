/** Values of a network on samples -> the layers whose inputs are NaN or infinite, and with which samples. */
import { inputsNotFinite } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { describeOrigin, type MvmNode } from '../ir/graph.ts';
import type { Values } from './network.ts';
import type { SampleSource } from './sample-source.ts';

interface Broken {
  readonly value: number;
  /** The first one, and how many there are. */
  readonly sample: number;
  count: number;
}

export interface FiniteCheck {
  /** Looks at what there is of a sample's values. */
  look(sample: number, values: Values): void;
  /** Raises inputsNotFinite for every layer that was the first with such inputs for some sample. */
  raise(): void;
}

/** @param layers in the order in which they run */
export function createFiniteCheck(
  layers: readonly Pick<MvmNode, 'input' | 'origin'>[],
  samples: SampleSource,
): FiniteCheck {
  const firstOf = new Map<string, Pick<MvmNode, 'input' | 'origin'>>();
  for (const layer of layers) if (!firstOf.has(layer.input)) firstOf.set(layer.input, layer);
  const broken = new Map<string, Broken>();
  const done = new Set<number>();
  return {
    look(sample, values) {
      if (done.has(sample)) return;
      for (const name of firstOf.keys()) {
        const data = values[name]?.data as Float32Array | undefined;
        const value = data && firstNotFinite(data);
        if (value === undefined) continue;
        done.add(sample);
        const known = broken.get(name);
        if (known) known.count++;
        else broken.set(name, { value, sample, count: 1 });
        return;
      }
    },
    raise: () =>
      raise(
        [...broken].map(([name, { value, sample, count }]) => {
          const place = samples.placeOf?.(sample) ?? `sample ${sample}`;
          return inputsNotFinite(
            describeOrigin(firstOf.get(name)!.origin),
            value,
            place,
            count,
            samples.length,
          );
        }),
      ),
  };
}

/** Half of the largest float: a range up to there has a width that is still a float. */
const largest = 2 ** 127;

/** NaN, infinity, or what makes an infinite range. */
function firstNotFinite(values: Float32Array): number | undefined {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value < largest && value > -largest)) return value;
  }
  return undefined;
}
