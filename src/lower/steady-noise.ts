/**
 * 1/f noise of products, added once per layer behind shift-and-add, where no converter rounds or clips it: normal, with variance sum
 * load(x) V over the rows that codes x drive (loads.ts), which takes one more product. Parts and tiles have independent noise and
 * are added up, so their variances are, in the unit of the sum. What is slower than a product goes on from pixel to pixel:
 * every column has a sequence of its own for every `sequenceLength` pixels, and one for what is slower than those. Where a
 * layer and image start in the pools is said by their names and numbers, so that an image has the same noise whatever batch
 * it is in.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int, ints } from '../ir/graph.ts';
import { float32, int64 } from '../math/tensor.ts';
import { slotsApart, tilesJoined } from './apart.ts';
import type { Emitter } from './emit.ts';
import { selectOutputs, splitTiles } from './epilogue.ts';
import type { FoldedLayer, NoiseScales } from './folded.ts';
import { sequenceLength, sharesOf } from './layer-noise.ts';
import { emitLinear, emitUnitChannels } from './linear.ts';
import { apartOf, emitLoads } from './loads.ts';
import { emitScaled, rowOf } from './noise.ts';
import type { NoiseSource } from './noise-pool.ts';
import { longNormals, sequenceRows, sequences } from './sequence-pool.ts';
import { outputPositions } from './units.ts';

/**
 * Noise of all products of a layer, to be added to its sums; undefined without.
 * @param gains unit of the sums by output: what an integer counts in them
 * @param codes of the layer, as `emitCodes` gives them
 * @param sums [images, ..., ...]
 */
export function emitSteadyNoise(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  gains: Float64Array,
  codes: readonly string[],
  source: NoiseSource | undefined,
  sums: string,
): string | undefined {
  const { shares } = folded;
  const density = densityOf(layer, folded, gains);
  if (!density || !shares) return undefined;
  if (!source) throw new InternalError('lower', `${layer.output}: noise of products without a pool`);
  const variances = emitVariances(emit, layer, folded, density, { codes, white: shares.white });
  // What the planes have each by itself is as white from product to product as what is faster than that.
  const fast = shares.product + shares.white * apartOf(layer);
  const scales = sharesOf({ ...shares, white: 0, product: fast });
  const normals = emitNormals(emit, layer, { columns: gains.length, sums, scales, reading: source.reading });
  return emitScaled(emit, emit.op('Neg', [emit.op('Sqrt', [variances])]), normals);
}

/** Variance that a row adds to the sums per square of what drives it, of all parts together, [unit][row][column]. */
function densityOf(layer: CrossbarLayer, folded: FoldedLayer, gains: Float64Array): Float32Array | undefined {
  const { parts, slots, channelsPerGroup, volume } = folded;
  const [rows, columns] = [slots * channelsPerGroup * volume, slots * layer.columns];
  const positions = outputPositions(layer, folded);
  let sum: Float32Array | undefined;
  for (const { steady, zero, coefficient } of parts) {
    if (!steady) continue;
    sum ??= new Float32Array(steady.length);
    const squares = new Float64Array(zero.length);
    positions.forEach((at, i) => {
      squares[at] = (coefficient[at]! * gains[i % gains.length]!) ** 2;
    });
    for (let at = 0; at < steady.length; at++)
      sum[at]! += squares[Math.floor(at / (rows * columns)) * columns + (at % columns)]! * steady[at]!;
  }
  return sum;
}

/** Of every output's sum. */
function emitVariances(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  density: Float32Array,
  { codes, white }: { readonly codes: readonly string[]; readonly white: number },
): string {
  const loadsOf = (driven: readonly string[]) => emitLoads(emit, layer, driven, white, folded.curves?.driver);
  const whole = tilesJoined(layer, slotsApart(layer, folded, density));
  if (whole)
    return emitLinear(emit, layer, whole.shape, { name: 'steady', data: whole.data })(loadsOf(codes));
  const ofUnits = codes.map((part) => emitUnitChannels(emit, layer, folded, part));
  const all = emitLinear(emit, layer, folded, { name: 'steady', data: density })(loadsOf(ofUnits));
  const { length } = folded.parts[0]!.zero;
  const selected = selectOutputs(emit, layer, outputPositions(layer, folded), length, all);
  return splitTiles(emit, layer, folded, selected).reduce((a, b) => emit.op('Add', [a, b]));
}

interface Drawn {
  readonly columns: number;
  readonly sums: string;
  readonly scales: NoiseScales;
  readonly reading: string;
}

/** Standard normals for all sums, correlated along the pixels. */
function emitNormals(emit: Emitter, layer: CrossbarLayer, { columns, sums, scales, reading }: Drawn): string {
  const scalar = (name: string, value: number) => emit.constant(name, int64([], [value]));
  const list = (name: string, ...values: number[]) => emit.constant(name, int64([values.length], values));
  const up = (value: string) => {
    const less = emit.op('Add', [value, scalar('span_less', sequenceLength - 1)]);
    return emit.op('Div', [less, scalar('span', sequenceLength)]);
  };
  const asList = (value: string) => emit.op('Reshape', [value, list('one_value', 1)]);
  const weighed = (value: string, name: keyof NoiseScales) =>
    scales[name] === 1
      ? value
      : emit.op('Mul', [value, emit.constant(`${name}_share`, float32([], [Math.sqrt(scales[name])]))]);
  const images = emit.op('Size', [reading]);
  const size = emit.op('Size', [sums]);
  // Sums that all images have in common are noise of the first.
  const own = emit.op('Equal', [emit.op('Mod', [size, images]), scalar('none', 0)]);
  const count = emit.op('Where', [own, images, scalar('one_image', 1)]);
  const numbers = emit.op('Slice', [reading, list('first', 0), asList(count)]);
  const pixels = emit.op('Div', [emit.op('Div', [size, count]), scalar('columns', columns)]);
  const spans = up(pixels);
  /** Rows of a pool, [images, columns * each]. */
  const rowsOf = (key: string, name: string, each: string) => {
    const odd = 2 * rowOf(key, 0, `${name} stride`) + 1;
    const strides = emit.op('Mul', [numbers, scalar(`${name}_stride`, odd)]);
    const start = scalar(`${name}_start`, rowOf(key, 0, name));
    const end = emit.op('Add', [emit.op('Mul', [each, scalar('columns', columns)]), start]);
    const run = emit.op('Range', [start, end, scalar('one_row', 1)]);
    const rows = emit.op('Add', [emit.op('Unsqueeze', [strides, list('last_axis', 1)]), run]);
    return emit.op('Mod', [rows, scalar('sequence_rows', sequenceRows)]);
  };
  const gather = (pool: string, rows: string) => emit.op('Gather', [pool, rows], { axis: int(0) });
  /** [images, columns * each, sequenceLength] -> [images, columns, length]. */
  const joined = (rows: string, length: string) => {
    const apart = emit.op('Reshape', [rows, list('by_columns', 0, columns, -1)]);
    return emit.op('Slice', [apart, list('first', 0), asList(length), list('run_axis', 2)]);
  };
  const rows = rowsOf(layer.output, 'near', spans);
  const terms: string[] = [];
  if (scales.product > 0) terms.push(weighed(gather(longNormals, rows), 'product'));
  if (scales.near + scales.far > 0) terms.push(weighed(gather(sequences, rows), 'near'));
  if (scales.far > 0) {
    // Layers that use the same cells, such as the steps of a recurrent one, have it in common.
    const own = rowsOf(`block ${layer.tiles[0]!.block}`, 'far', up(spans));
    const slow = weighed(joined(gather(sequences, own), spans), 'far');
    terms.push(emit.op('Reshape', [slow, list('by_span', 0, -1, 1)]));
  }
  const sum = terms.reduce((a, b) => emit.op('Add', [a, b]));
  const along = joined(sum, pixels);
  const ordered =
    layer.geometry.kind === 'conv' ? along : emit.op('Transpose', [along], { perm: ints([0, 2, 1]) });
  return emit.op('Reshape', [ordered, emit.op('Shape', [sums])]);
}
