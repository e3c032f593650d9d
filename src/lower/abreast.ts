/**
 * Parts of a layer -> those that are emitted as one, their columns side by side in every unit: copies and slices read the same inputs,
 * and one convolution with all their columns has a fraction of the nodes, which decide how long onnxruntime takes to open a graph.
 */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { FoldedLayer } from './folded.ts';

export interface Abreast {
  /** Number of the first part. */
  readonly first: number;
  /** Parts. */
  readonly count: number;
  /** [unit][row][part][column]. */
  readonly weights: Float32Array;
  /** Code that zero current gives, [unit][part][column]. */
  readonly zero: Float32Array;
}

/** All parts as one, or each by itself. */
export function partsAbreast(layer: CrossbarLayer, folded: FoldedLayer): readonly Abreast[] {
  const { parts } = folded;
  if (parts.length > 1 && canLieAbreast(layer, folded)) {
    const columns = folded.slots * layer.columns;
    const weights = sideBySide(
      parts.map((part) => part.weights),
      columns,
    );
    const zero = sideBySide(
      parts.map((part) => part.zero),
      columns,
    );
    return [{ first: 0, count: parts.length, weights, zero }];
  }
  return parts.map(({ weights, zero }, first) => ({ first, count: 1, weights, zero }));
}

/**
 * Where a convolution gives the same bits whatever other outputs it has: onnxruntime's blocked kernels do, and which kernel it takes
 * is said by the channels of a unit, and by its outputs where there are several units. Noise of conversions is drawn part by part,
 * and parts of which only some have whole codes of zero current convert in different ways.
 */
function canLieAbreast(layer: CrossbarLayer, { parts, tiles, packs, slots, channelsPerGroup }: FoldedLayer) {
  if (layer.geometry.kind !== 'conv' || parts.some(({ variances }) => variances)) return false;
  const whole = parts.filter(({ zero }) => zero.every(Number.isInteger)).length;
  if (whole > 0 && whole < parts.length) return false;
  const [channels, columns] = [slots * channelsPerGroup, slots * layer.columns];
  if (tiles * packs > 1) return channels % block === 0 && columns % block === 0;
  return columns > 1 && (channels % 4 === 0 || channels < block / 2);
}

/** Channels of a block at most. */
const block = 16;

/** Rows of `columns` values, one of each part after the other. */
function sideBySide(parts: readonly Float32Array[], columns: number): Float32Array {
  const all = new Float32Array(parts.length * parts[0]!.length);
  for (let from = 0, to = 0; from < parts[0]!.length; from += columns)
    for (const values of parts) {
      all.set(values.subarray(from, from + columns), to);
      to += columns;
    }
  return all;
}

/** Where the outputs of a part are. @param positions of a part by itself @param columns of a part in a unit */
export function positionsAbreast(
  positions: Int32Array,
  columns: number,
  { first, count }: Abreast,
  part: number,
): Int32Array {
  return positions.map((at) => {
    const unit = Math.floor(at / columns);
    return (unit * count + part - first) * columns + (at % columns);
  });
}
