/** From summed tiles to the layer's output: what the lowered layer and the integer reference have in common. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { type Attribute, type Geometry, int } from '../ir/graph.ts';
import { float32, int64, type Tensor } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';
import type { FoldedLayer } from './folded.ts';

/** Where a value has its channels: a convolution's [batch, channels, ...space], a matrix product's [..., channels]. */
function channelAxis(geometry: Geometry): Attribute {
  return int(geometry.kind === 'conv' ? 1 : -1);
}

/** Sums over a part's tiles, tiles * outputs channels -> values of `outputs` channels to add up. */
export function splitTiles(
  emit: Emitter,
  { geometry }: Pick<CrossbarLayer, 'geometry'>,
  { tiles }: FoldedLayer,
  value: string,
): string[] {
  return tiles === 1
    ? [value]
    : emit.split('Split', [value], tiles, { axis: channelAxis(geometry), num_outputs: int(tiles) });
}

/**
 * The outputs at some positions of all, without those of slots that no group fills.
 * @param count outputs that the value has
 */
export function selectOutputs(
  emit: Emitter,
  { geometry }: Pick<CrossbarLayer, 'geometry'>,
  positions: Int32Array,
  count: number,
  value: string,
): string {
  if (positions.length === count) return value;
  const name = `outputs_${positions[0]}_${positions.length}`;
  const indices = emit.constant(name, int64([positions.length], [...positions]));
  return emit.op('Gather', [value, indices], { axis: channelAxis(geometry) });
}

type Finished = Pick<CrossbarLayer, 'geometry' | 'output'>;

/** Integer sums -> real outputs: the same operators, in the same order, as the integer reference. */
export function emitEpilogue(
  emit: Emitter,
  layer: Finished & Pick<CrossbarLayer, 'bias'>,
  sums: string,
  scale: Float32Array,
): void {
  const real = emit.op('Cast', [sums], { to: int(1) });
  const factor = float32(outputDims(layer, scale.length), scale);
  finish(emit, layer, emit.op('Mul', [real, emit.constant('scale', factor)]), layer.bias);
}

/** Dims of a constant per output that broadcasts over batch and space. */
export function outputDims(layer: Pick<CrossbarLayer, 'geometry'>, length: number): Tensor['dims'] {
  return layer.geometry.kind === 'conv' ? [length, ...layer.geometry.kernel.map(() => 1)] : [length];
}

/** Adds the bias, and gives the result the layer's output name. */
export function finish(emit: Emitter, layer: Finished, value: string, bias: Float32Array): void {
  const operand = emit.constant('bias', float32(outputDims(layer, bias.length), bias));
  emit.op('Add', [value, operand], {}, layer.output);
}
