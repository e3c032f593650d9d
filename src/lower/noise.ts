/**
 * Read noise at the input of every converter: normal, with variance sum x^2 sigma^2(g) over the driven rows, which takes one
 * more product. The normals come out of a pool, a constant: every conversion takes them from where its layer, part, plane
 * and the number of the reading say, so that neither planes nor layers nor readings share them.
 */

import { InternalError } from '../diagnostic.ts';
import type { CrossbarLayer } from '../package/crossbar.ts';
import { float32, int64, type Tensor } from '../tensor.ts';
import { type Emitter, int } from './emit.ts';
import type { FoldedLayer } from './fold.ts';
import { emitLinear } from './linear.ts';
import { type NoiseSource, poolColumns, poolRows, readingInput } from './noise-pool.ts';

/** The feeds with the number of the reading, where a model takes one and the feeds do not say. */
export function withReading(
  { inputs }: { readonly inputs: readonly string[] },
  feeds: Readonly<Record<string, Tensor>>,
  reading: number,
): Readonly<Record<string, Tensor>> {
  return inputs.includes(readingInput) ? { [readingInput]: int64([], [reading]), ...feeds } : feeds;
}

/**
 * Adds noise to the sums of one plane, or of all planes in the batch.
 * @param driven what went into the product: 0 and `weight`, and less that where drivers are bipolar
 * @param plane number of the plane
 * @param weight where every driven row has that value; else undefined
 */
export type AddNoise = (sums: string, driven: string, plane: number, weight: number | undefined) => string;

/** Noise of one part of a layer; sums stay as they are without read noise. */
export function createNoise(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  part: number,
  source: NoiseSource | undefined,
): AddNoise {
  if (!folded.parts[part]!.variances) return (sums) => sums;
  if (!source) throw new InternalError('lower', `${layer.output}: read noise without a pool`);
  const product = emitLinear(emit, layer, folded, part, 'variances');
  // Whole rows of the pool, whatever the batch and the space.
  const fits = folded.parts[part]!.zero.length % poolColumns === 0;
  let shared: Slots | undefined;
  return (sums, driven, plane, weight) => {
    // All planes of a part have sums of one shape.
    shared ??= emitSlots(emit, layer, part, source, sums);
    const start = int64([], [rowOf(layer.output, part, plane)]);
    const slots = emit.op('Add', [shared.rows, emit.constant(`noise_start_${part}_${plane}`, start)]);
    const count = emit.constant('pool_rows', int64([], [poolRows]));
    const drawn = emit.op('Gather', [source.pool, emit.op('Mod', [slots, count])], { axis: int(0) });
    const normals = emit.op('Reshape', [fits ? drawn : emitFirst(emit, drawn, shared.size), shared.shape]);
    const squared = emitSquare(emit, layer, driven, plane, weight);
    // PRelu multiplies what is below zero, and its result has the shape of its first operand whatever that of the second:
    // with Mul, onnxruntime 1.30 loses track of shapes, reuses no memory, and takes minutes to open a session.
    const sigma = emit.op('Neg', [emit.op('Sqrt', [product(squared)])]);
    return emit.op('Add', [sums, emit.op('PRelu', [sigma, normals])]);
  };
}

/** The first `size` of the numbers drawn. */
function emitFirst(emit: Emitter, drawn: string, size: string): string {
  const flat = emit.op('Reshape', [drawn, emit.constant('flat', int64([1], [-1]))]);
  return emit.op('Slice', [flat, emit.constant('first', int64([1], [0])), size]);
}

/** A driven row counts with the square of its value: cheaper by a constant, unless values differ. */
function emitSquare(
  emit: Emitter,
  { inputCoding }: CrossbarLayer,
  driven: string,
  plane: number,
  weight: number | undefined,
): string {
  if (inputCoding === 'bipolar' || weight === undefined) return emit.op('Mul', [driven, driven]);
  return weight === 1
    ? driven
    : emit.op('Mul', [driven, emit.constant(`weight_${plane}`, float32([], [weight]))]);
}

interface Slots {
  /** Rows of the pool that hold enough normals for all sums, before the plane's own start is added. */
  readonly rows: string;
  readonly shape: string;
  /** Number of sums, [1]. */
  readonly size: string;
}

function emitSlots(
  emit: Emitter,
  layer: CrossbarLayer,
  part: number,
  { reading }: NoiseSource,
  sums: string,
): Slots {
  const shape = emit.op('Shape', [sums]);
  const size = emit.op('Size', [sums]);
  const scalar = (name: string, value: number) => emit.constant(name, int64([], [value]));
  const odd = 2 * rowOf(layer.output, part, -1) + 1;
  const first = emit.op('Mul', [reading, scalar(`noise_stride_${part}`, odd)]);
  const count = emit.op('Div', [
    emit.op('Add', [size, scalar('pool_columns_less', poolColumns - 1)]),
    scalar('pool_columns', poolColumns),
  ]);
  const rows = emit.op('Range', [first, emit.op('Add', [first, count]), scalar('one_row', 1)]);
  return { rows, shape, size: emit.op('Reshape', [size, emit.constant('one_value', int64([1], [1]))]) };
}

/** A row of the pool, by FNV-1a. */
function rowOf(output: string, part: number, plane: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${output} ${part} ${plane}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return (hash ^ (hash >>> 16)) & (poolRows - 1);
}
