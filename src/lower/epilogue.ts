/** From summed tiles to the layer's output: what the lowered layer and the integer reference have in common. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int } from '../ir/graph.ts';
import { float32, int64, type Tensor } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';
import type { FoldedLayer } from './folded.ts';

/** Sums over a part's tiles: [batch, tiles * outputs, ...] -> [batch, outputs, ...] values to add up. */
export function splitTiles(emit: Emitter, folded: FoldedLayer, value: string): string[] {
  return folded.tiles === 1
    ? [value]
    : emit.split('Split', [value], folded.tiles, { axis: int(1), num_outputs: int(folded.tiles) });
}

/** Drops the outputs of slots that no group fills. */
export function selectOutputs(
  emit: Emitter,
  folded: FoldedLayer,
  positions: Int32Array,
  value: string,
): string {
  if (positions.length === folded.parts[0]!.zero.length) return value;
  const indices = emit.constant('outputs', int64([positions.length], [...positions]));
  return emit.op('Gather', [value, indices], { axis: int(1) });
}

type Finished = Pick<CrossbarLayer, 'geometry' | 'output' | 'columns' | 'input'>;

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

/** Adds the bias, gives the result the layer's output name, and a matrix product its leading dimensions back. */
export function finish(emit: Emitter, layer: Finished, value: string, bias: Float32Array): void {
  const operand = emit.constant('bias', float32(outputDims(layer, bias.length), bias));
  if (layer.geometry.kind === 'conv') {
    emit.op('Add', [value, operand], {}, layer.output);
    return;
  }
  const result = emit.op('Add', [value, operand]);
  const leading = emit.op('Shape', [layer.input], { start: int(0), end: int(-1) });
  const columns = emit.constant('columns', int64([1], [layer.columns]));
  const shape = emit.op('Concat', [leading, columns], { axis: int(0) });
  emit.op('Reshape', [result, shape], {}, layer.output);
}
