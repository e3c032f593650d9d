/**
 * White read noise at the input of every converter: normal, with variance sum x^2 sigma^2(g) over the driven rows, which takes one
 * more product. The normals come out of a pool, a constant: every conversion takes them from where its layer, part, plane
 * and the number of its image say, so that neither planes nor layers nor images share them, and an image has the same noise
 * whatever batch it is in.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int } from '../ir/graph.ts';
import { sumOf } from '../math/sum.ts';
import { float32, int64, type Tensor } from '../math/tensor.ts';
import { slotsApart } from './apart.ts';
import type { Emitter } from './emit.ts';
import type { AnalogPart, FoldedLayer } from './folded.ts';
import { emitLinear } from './linear.ts';
import { type NoiseSource, poolColumns, poolRows, readingInput } from './noise-pool.ts';

/**
 * The feeds with the numbers of their images, where a model takes them and the feeds do not say.
 * @param numbers image by image; a batch that is filled up has the last one's noise in the rest
 * @param images that the feeds hold
 */
export function withReading(
  { inputs }: { readonly inputs: readonly string[] },
  feeds: Readonly<Record<string, Tensor>>,
  numbers: readonly number[],
  images: number = imagesIn(feeds),
): Readonly<Record<string, Tensor>> {
  if (!inputs.includes(readingInput)) return feeds;
  const all = Array.from({ length: images }, (_, i) => numbers[Math.min(i, numbers.length - 1)]!);
  return { [readingInput]: int64([images], all), ...feeds };
}

/** Images that feeds hold: the first dimension of the first of them. */
export function imagesIn(feeds: Readonly<Record<string, Tensor>>): number {
  return Object.values(feeds)[0]?.dims[0] ?? 1;
}

/**
 * Adds noise to the sums of one plane, or of several in the batch.
 * @param sums image by image, [images * ..., ...]; planes of one image lie together
 * @param driven what went into the product: 0 and `weight`, and less that where drivers are bipolar
 * @param planes numbers of the planes in the batch; as many at every call
 * @param weight where every driven row has that value; else undefined
 */
export type AddNoise = (
  sums: string,
  driven: string,
  planes: readonly number[],
  weight: number | undefined,
) => string;

/** Noise of the parts of a layer; sums stay as they are without read noise. */
export function createNoise(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  source: NoiseSource | undefined,
): (part: number) => AddNoise {
  const { parts } = folded;
  if (!parts[0]!.variances) return () => (sums) => sums;
  if (!source) throw new InternalError('lower', `${layer.output}: read noise without a pool`);
  // Every image takes whole rows of the pool, whatever its space.
  const fits = parts[0]!.zero.length % poolColumns === 0;
  const squares = memoized((driven, plane, weight) => emitSquare(emit, layer, driven, plane, weight));
  const deviations = new Map<AnalogPart, OfPlane>();
  const deviationsOf = (alike: readonly AnalogPart[], part: number) => {
    const own = slotsApart(layer, folded, meanVariances(alike));
    const product = emitLinear(emit, layer, own.shape, { name: `variances_${part}`, data: own.data });
    return memoized((...driven) => emit.op('Neg', [emit.op('Sqrt', [product(squares(...driven))])]));
  };
  return (part) => {
    const alike = alikeOf(layer, parts, part);
    const deviation = deviations.get(alike[0]!) ?? deviationsOf(alike, part);
    deviations.set(alike[0]!, deviation);
    let shared: Slots | undefined;
    return (sums, driven, planes, weight) => {
      // All planes of a part have sums of one shape.
      shared ??= emitSlots(emit, layer, part, source, sums, planes.length);
      const starts = planes.map((plane) => rowOf(layer.output, part, plane));
      const start = int64([planes.length, 1], starts);
      const slots = emit.op('Add', [shared.rows, emit.constant(`noise_start_${part}_${planes[0]}`, start)]);
      const count = emit.constant('pool_rows', int64([], [poolRows]));
      const drawn = emit.op('Gather', [source.pool, emit.op('Mod', [slots, count])], { axis: int(0) });
      const normals = emit.op('Reshape', [fits ? drawn : emitFirst(emit, drawn, shared.each), shared.shape]);
      return emit.op('Add', [sums, emitScaled(emit, deviation(driven, planes[0]!, weight), normals)]);
    };
  };
}

type OfPlane = (driven: string, plane: number, weight: number | undefined) => string;

/** The same value for the same plane. */
function memoized(make: OfPlane): OfPlane {
  const made = new Map<string, string>();
  return (driven, ...plane) => {
    const value = made.get(driven) ?? make(driven, ...plane);
    made.set(driven, value);
    return value;
  };
}

/**
 * The copies that have the variances of a part in common, their mean: what copies give is averaged, so that its variance is the same, and
 * one product serves all of them. Where a code is not worth as much to every copy, each has its own.
 */
function alikeOf({ copies, convert }: CrossbarLayer, parts: FoldedLayer['parts'], part: number) {
  const sides = convert === 'column' ? 2 : 1;
  const start = part - (Math.floor(part / sides) % copies) * sides;
  const all = Array.from({ length: copies }, (_, copy) => parts[start + copy * sides]!);
  const worth = all[0]!.coefficient;
  const same = all.every(({ coefficient }) =>
    coefficient.every((c, i) => Math.abs(c) === Math.abs(worth[i]!)),
  );
  return same ? all : [parts[part]!];
}

function meanVariances(parts: readonly AnalogPart[]): Float32Array {
  const variances = parts.map((part) => part.variances!);
  return variances[0]!.map((_, at) => sumOf(variances.map((own) => own[at]!)) / parts.length);
}

/** Normals times negated standard deviations, in the shape of the latter. */
export function emitScaled(emit: Emitter, negated: string, normals: string): string {
  // PRelu multiplies what is below zero, and its result has the shape of its first operand whatever that of the second:
  // with Mul, onnxruntime 1.30 loses track of shapes, reuses no memory, and takes minutes to open a session.
  return emit.op('PRelu', [negated, normals]);
}

/** The first numbers that every plane and image has drawn. @param each how many */
function emitFirst(emit: Emitter, drawn: string, each: string): string {
  const runs = emit.op('Reshape', [drawn, emit.constant('runs', int64([3], [0, 0, -1]))]);
  const first = emit.constant('first', int64([1], [0]));
  return emit.op('Slice', [runs, first, each, emit.constant('run_axis', int64([1], [2]))]);
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
  /** Rows of the pool that hold enough normals for the sums of a plane, [images, 1, rows], before its start is added. */
  readonly rows: string;
  readonly shape: string;
  /** Sums of one image in one plane, [1]. */
  readonly each: string;
}

/** @param planes in the batch of the sums */
function emitSlots(
  emit: Emitter,
  layer: CrossbarLayer,
  part: number,
  { reading }: NoiseSource,
  sums: string,
  planes: number,
): Slots {
  const scalar = (name: string, value: number) => emit.constant(name, int64([], [value]));
  const one = () => emit.constant('one_value', int64([1], [1]));
  const shape = emit.op('Shape', [sums]);
  const size =
    planes === 1
      ? emit.op('Size', [sums])
      : emit.op('Div', [emit.op('Size', [sums]), scalar('planes_stacked', planes)]);
  const images = emit.op('Size', [reading]);
  // Sums that all images have in common are noise of the first.
  const own = emit.op('Equal', [emit.op('Mod', [size, images]), scalar('none', 0)]);
  const count = emit.op('Where', [own, images, scalar('one_image', 1)]);
  const numbers = emit.op('Slice', [
    reading,
    emit.constant('first', int64([1], [0])),
    emit.op('Reshape', [count, one()]),
  ]);
  const each = emit.op('Div', [size, count]);
  const odd = 2 * rowOf(layer.output, part, -1) + 1;
  const first = emit.op('Mul', [numbers, scalar(`noise_stride_${part}`, odd)]);
  const length = emit.op('Div', [
    emit.op('Add', [each, scalar('pool_columns_less', poolColumns - 1)]),
    scalar('pool_columns', poolColumns),
  ]);
  const run = emit.op('Range', [scalar('none', 0), length, scalar('one_row', 1)]);
  const apart = emit.constant('plane_and_row', int64([2], [1, 2]));
  const rows = emit.op('Add', [emit.op('Unsqueeze', [first, apart]), run]);
  return { rows, shape, each: emit.op('Reshape', [each, one()]) };
}

/** A row of the pool, by FNV-1a. */
export function rowOf(output: string, part: number, plane: number | string): number {
  let hash = 0x811c9dc5;
  for (const char of `${output} ${part} ${plane}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return (hash ^ (hash >>> 16)) & (poolRows - 1);
}
