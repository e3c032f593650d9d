/**
 * 1/f noise of products, added once behind shift-and-add, where no converter rounds or clips it: normal, with variance sum
 * load(x) V over the rows that codes x drive (loads.ts), which takes one more product per layer. What is slower than a product goes on from pixel to pixel:
 * every column has a sequence of its own for every `sequenceLength` pixels, and one for what is slower than those. Where a
 * layer, part and image start in the pools is said by their names and numbers, so that an image has the same noise whatever batch
 * it is in.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int, ints } from '../ir/graph.ts';
import { float32, int64 } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';
import type { FoldedLayer, NoiseScales } from './folded.ts';
import { sequenceLength, sharesOf } from './layer-noise.ts';
import { emitLinear } from './linear.ts';
import { apartOf, emitLoads } from './loads.ts';
import { emitScaled, rowOf } from './noise.ts';
import type { NoiseSource } from './noise-pool.ts';
import { longNormals, sequenceRows, sequences } from './sequence-pool.ts';

/** Adds noise to the sums of a part, [images, ..., ...]. */
type AddSteadyNoise = (sums: string) => string;

/** Noise of all products of one part of a layer; sums stay as they are without. @param codes of the layer */
export function createSteadyNoise(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  part: number,
  codes: readonly string[],
  source: NoiseSource | undefined,
): AddSteadyNoise {
  const { shares, curves } = folded;
  const { steady, zero } = folded.parts[part]!;
  if (!steady || !shares) return (sums) => sums;
  if (!source) throw new InternalError('lower', `${layer.output}: noise of products without a pool`);
  const product = emitLinear(emit, layer, folded, part, 'steady');
  return (sums) => {
    const loads = emitLoads(emit, layer, codes, shares.white, curves?.driver);
    const deviations = emit.op('Sqrt', [product(loads)]);
    // What the planes have each by itself is as white from product to product as what is faster than that.
    const fast = shares.product + shares.white * apartOf(layer);
    const scales = sharesOf({ ...shares, white: 0, product: fast });
    const of = { part, columns: zero.length, sums, scales, reading: source.reading };
    return emit.op('Add', [sums, emitScaled(emit, deviations, emitNormals(emit, layer, of))]);
  };
}

interface Drawn {
  readonly part: number;
  readonly columns: number;
  readonly sums: string;
  readonly scales: NoiseScales;
  readonly reading: string;
}

/** Standard normals for all sums, correlated along the pixels. */
function emitNormals(
  emit: Emitter,
  layer: CrossbarLayer,
  { part, columns, sums, scales, reading }: Drawn,
): string {
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
    const odd = 2 * rowOf(key, part, `${name} stride`) + 1;
    const strides = emit.op('Mul', [numbers, scalar(`${name}_stride_${part}`, odd)]);
    const start = scalar(`${name}_start_${part}`, rowOf(key, part, name));
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
