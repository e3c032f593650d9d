/**
 * Inputs made up for a model that brings its own ranges and comes without samples: smooth fields of keyed noise within the
 * range that the model gives its input, more or less smooth, of more or less contrast. They stand for the inputs of real use
 * in the rounding of weights, biases and the calibration of chips; converters do not trust them (`isMadeUp`).
 */
import type { Graph, ValueInfo } from '../ir/graph.ts';
import { openStream, type Stream } from '../math/random.ts';
import { float32, sizeOf } from '../math/tensor.ts';
import { ownInputRange, type ValueRange } from './own-range.ts';
import type { SampleSource } from './sample-source.ts';

/** @returns undefined where the model does not tell the size of its inputs, or takes other inputs than floats */
export function syntheticSamples(graph: Graph, count: number): SampleSource | undefined {
  const inputs = graph.inputs.map((input) => {
    const dims = sizesOf(input);
    return dims && { name: input.name, dims, range: ownInputRange(graph, input.name) ?? unknownRange };
  });
  if (!inputs.every((input) => input !== undefined)) return undefined;
  return {
    length: count,
    async sample(index) {
      const stream = openStream(0, 'synthetic-samples', index);
      const feeds = inputs.map(({ name, dims, range }) => {
        const field = smoothField(stream, dims, shares[index % shares.length]!);
        return [name, float32(dims, spanned(stream, field, range))] as const;
      });
      return { feeds: Object.fromEntries(feeds) };
    },
  };
}

/** Of an input that the model does not quantize: that of standardized data. */
const unknownRange: ValueRange = { low: -3, high: 3 };
/** How much of a value is its neighbour's, by sample. */
const shares = [0, 0.5, 0.8, 0.95];
/** Axes that are shorter, such as colours, are not smoothed. */
const shortestAxis = 5;

function sizesOf({ dims, elementType }: ValueInfo): number[] | undefined {
  const sizes = dims?.map((d, axis) => (typeof d === 'number' && d > 0 ? d : axis === 0 ? 1 : Number.NaN));
  return elementType === 1 && sizes?.every(Number.isFinite) ? sizes : undefined;
}

/** Noise, smoothed along every axis but the first in both directions. @param share of a neighbour in a value */
function smoothField(stream: Stream, dims: readonly number[], share: number): Float64Array {
  const values = Float64Array.from({ length: sizeOf(dims) }, () => stream.normal());
  for (let axis = dims.length - 1, stride = 1; axis > 0; stride *= dims[axis--]!) {
    const size = dims[axis]!;
    if (size < shortestAxis) continue;
    const mix = (at: number, from: number) => {
      values[at] = share * values[from]! + (1 - share) * values[at]!;
    };
    const place = (at: number) => Math.floor(at / stride) % size;
    for (let at = 0; at < values.length; at++) if (place(at) > 0) mix(at, at - stride);
    for (let at = values.length - 1; at >= 0; at--) if (place(at) < size - 1) mix(at, at + stride);
  }
  return values;
}

/** The field over a part of the range that is drawn: at least three tenths of it. */
function spanned(stream: Stream, field: Float64Array, { low, high }: ValueRange): Float32Array {
  const contrast = 0.3 + 0.7 * stream.uniform();
  const darkest = low + (high - low) * (1 - contrast) * stream.uniform();
  const least = field.reduce((a, b) => Math.min(a, b));
  const most = field.reduce((a, b) => Math.max(a, b));
  const unit = most > least ? (contrast * (high - low)) / (most - least) : 0;
  return Float32Array.from(field, (v) => darkest + unit * (v - least));
}
