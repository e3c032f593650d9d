/**
 * Inputs made up for a model that brings its own ranges and comes without samples: keyed standard normal values. They
 * settle the converters' ranges and the number of MVMs; the ranges of the layers' inputs stay the model's own.
 */
import type { ValueInfo } from '../ir/graph.ts';
import { openStream } from '../math/random.ts';
import { float32, sizeOf } from '../math/tensor.ts';
import type { SampleSource } from './sample-source.ts';

/** @returns undefined where the model does not tell the size of its inputs, or takes other inputs than floats */
export function syntheticSamples(inputs: readonly ValueInfo[], count: number): SampleSource | undefined {
  const shapes = inputs.map(({ dims, elementType }) => {
    const sizes = dims?.map((d, axis) => (typeof d === 'number' && d > 0 ? d : axis === 0 ? 1 : Number.NaN));
    return elementType === 1 && sizes?.every(Number.isFinite) ? sizes : undefined;
  });
  if (!shapes.every((shape) => shape !== undefined)) return undefined;
  return {
    length: count,
    async sample(index) {
      const stream = openStream(0, 'synthetic-samples', index);
      const feeds = inputs.map(({ name }, i) => {
        const data = new Float32Array(sizeOf(shapes[i]!));
        for (let at = 0; at < data.length; at++) data[at] = stream.normal();
        return [name, float32(shapes[i]!, data)] as const;
      });
      return { feeds: Object.fromEntries(feeds), hash: `synthetic ${index}` };
    },
  };
}
