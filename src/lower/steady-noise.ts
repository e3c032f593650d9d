/**
 * Noise that the planes of a product have in common, added once behind shift-and-add: normal, with variance sum x^2 V over the
 * rows that codes x drive, which takes one more product per layer. What is slower than a product goes on from pixel to pixel:
 * every column has a sequence of its own for every `sequenceLength` pixels, and one for what is slower than those. Where a
 * layer, part and image start in the pools is said by their names and numbers, so that an image has the same noise whatever batch
 * it is in.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int, ints } from '../ir/graph.ts';
import { float32, int64 } from '../math/tensor.ts';
import { emitDriven } from './code-values.ts';
import type { Emitter } from './emit.ts';
import type { FoldedLayer } from './folded.ts';
import { type NoiseScales, sequenceLength } from './layer-noise.ts';
import { emitLinear } from './linear.ts';
import { createNormals, emitScaled, rowOf } from './noise.ts';
import type { NoiseSource } from './noise-pool.ts';
import { sequenceRows, sequences } from './sequence-pool.ts';

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
  const { scales } = folded;
  if (!folded.parts[part]!.steady || !scales) return (sums) => sums;
  if (!source) throw new InternalError('lower', `${layer.output}: noise of products without a pool`);
  const product = emitLinear(emit, layer, folded, part, 'steady');
  return (sums) => {
    const driven = emitDriven(emit, layer, codes, folded.curves?.driver);
    const whole = scales.near > 0 ? scales.near : scales.product;
    const squared = emit.op('Mul', [driven, driven]);
    const share = emit.constant('noise_share', float32([], [whole]));
    const deviations = emit.op('Sqrt', [product(emit.op('Mul', [squared, share]))]);
    const normals = () => createNormals(emit, layer, folded, part, source)(sums, ['product']);
    const drawn =
      scales.near > 0
        ? emitSequences(emit, layer, folded, part, { sums, source, scales, normals })
        : normals();
    return emit.op('Add', [sums, emitScaled(emit, deviations, drawn)]);
  };
}

interface Drawn {
  readonly sums: string;
  readonly source: NoiseSource;
  readonly scales: NoiseScales;
  /** White ones, as many as sums. */
  readonly normals: () => string;
}

/** Normals for all sums, of which those of `near` have unit variance, and the others what they have beside these. */
function emitSequences(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  part: number,
  { sums, source, scales, normals }: Drawn,
): string {
  const scalar = (name: string, value: number) => emit.constant(name, int64([], [value]));
  const list = (name: string, ...values: number[]) => emit.constant(name, int64([values.length], values));
  const columns = folded.parts[part]!.zero.length;
  const up = (value: string, by: number) =>
    emit.op('Div', [emit.op('Add', [value, scalar(`less_${by}`, by - 1)]), scalar(`by_${by}`, by)]);
  const times = (value: string, by: number) => emit.op('Mul', [value, scalar(`by_${by}`, by)]);
  const asList = (value: string) => emit.op('Reshape', [value, list('one_value', 1)]);
  const images = emit.op('Size', [source.reading]);
  const size = emit.op('Size', [sums]);
  const shape = emit.op('Shape', [sums]);
  // Sums that all images have in common are noise of the first.
  const own = emit.op('Equal', [emit.op('Mod', [size, images]), scalar('none', 0)]);
  const count = emit.op('Where', [own, images, scalar('one_image', 1)]);
  const numbers = emit.op('Slice', [source.reading, list('first', 0), asList(count)]);
  const pixels = emit.op('Div', [emit.op('Div', [size, count]), scalar(`by_${columns}`, columns)]);
  const spans = up(pixels, sequenceLength);
  /** [images, rows, sequenceLength]: every column has as many rows of the pool. */
  const rowsOf = (key: string, name: string, each: string) => {
    const odd = 2 * rowOf(key, part, `${name} stride`) + 1;
    const starts = emit.op('Add', [
      emit.op('Mul', [numbers, scalar(`${name}_stride_${part}`, odd)]),
      scalar(`${name}_start_${part}`, rowOf(key, part, name)),
    ]);
    const run = emit.op('Range', [scalar('none', 0), times(each, columns), scalar('one_row', 1)]);
    const rows = emit.op('Add', [emit.op('Unsqueeze', [starts, list('last_axis', 1)]), run]);
    const within = emit.op('Mod', [rows, scalar('sequence_rows', sequenceRows)]);
    return emit.op('Gather', [sequences, within], { axis: int(0) });
  };
  /** [images, rows, sequenceLength] -> [images, columns, length]. */
  const joined = (rows: string, length: string) => {
    const apart = emit.op('Reshape', [rows, list(`columns_${part}`, 0, columns, -1)]);
    return emit.op('Slice', [apart, list('first', 0), asList(length), list('run_axis', 2)]);
  };
  let sequence = rowsOf(layer.output, 'near', spans);
  if (scales.far > 0) {
    // Layers that use the same cells, such as the steps of a recurrent one, have it in common.
    const slow = joined(rowsOf(`block ${layer.tiles[0]!.block}`, 'far', up(spans, sequenceLength)), spans);
    const beside = float32([], [Math.sqrt(scales.far / scales.near)]);
    const weighed = emit.op('Mul', [slow, emit.constant('far_share', beside)]);
    const spread = emit.op('Reshape', [weighed, list('by_span', 0, -1, 1)]);
    sequence = emit.op('Add', [sequence, spread]);
  }
  const along = joined(sequence, pixels);
  const ordered =
    layer.geometry.kind === 'conv' ? along : emit.op('Transpose', [along], { perm: ints([0, 2, 1]) });
  const slower = emit.op('Reshape', [ordered, shape]);
  if (scales.product === 0) return slower;
  const beside = float32([], [Math.sqrt(scales.product / scales.near)]);
  const fast = emit.op('Mul', [normals(), emit.constant('product_share', beside)]);
  return emit.op('Add', [slower, fast]);
}
