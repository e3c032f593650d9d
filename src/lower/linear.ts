/** The analogue product of one part of a layer: Conv with units as groups, or one MatMul per row tile. */
import type { Geometry } from '../ir/graph.ts';
import type { CrossbarLayer } from '../package/crossbar.ts';
import { float32, int64 } from '../tensor.ts';
import { type Emitter, int, ints } from './emit.ts';
import type { FoldedLayer } from './fold.ts';

/**
 * The products of one part: [batch, tiles * outputs, ...].
 * @param withZero adds the converters' zero codes
 */
export function emitLinear(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  part: number,
  input: string,
  withZero: boolean,
): string {
  return layer.geometry.kind === 'conv'
    ? emitConv(emit, layer, layer.geometry, folded, part, input, withZero)
    : emitMatMul(emit, layer, folded, part, input, withZero);
}

/**
 * [batch, channels, ...space] -> [batch, tiles * outputs, ...space].
 */
function emitConv(
  emit: Emitter,
  layer: CrossbarLayer,
  geometry: Extract<Geometry, { kind: 'conv' }>,
  folded: FoldedLayer,
  part: number,
  input: string,
  withZero: boolean,
): string {
  const units = folded.tiles * folded.packs;
  const rows = folded.packSize * folded.channelsPerGroup * folded.volume;
  const columns = folded.packSize * layer.columns;
  const { weights, zero } = folded.parts[part]!;
  const kernels = new Float32Array(weights.length);
  for (let unit = 0; unit < units; unit++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        kernels[(unit * columns + column) * rows + row] = weights[(unit * rows + row) * columns + column]!;
      }
    }
  }
  const channels = isIdentity(folded.channels, layer)
    ? input
    : emit.op(
        'Gather',
        [input, emit.constant('channels', int64([folded.channels.length], [...folded.channels]))],
        { axis: int(1) },
      );
  const dims = [units * columns, folded.packSize * folded.channelsPerGroup, ...geometry.kernel];
  const explicit = layer.quantization.zero !== 0;
  return emit.op(
    'Conv',
    [
      channels,
      emit.constant(`conductances_${part}`, float32(dims, kernels)),
      ...(withZero && zero.some((z) => z !== 0)
        ? [emit.constant(`converter_zero_${part}`, float32([zero.length], zero))]
        : []),
    ],
    {
      kernel_shape: ints(geometry.kernel),
      strides: ints(geometry.strides),
      dilations: ints(geometry.dilations),
      pads: ints(explicit ? geometry.pads.map(() => 0) : geometry.pads),
      group: int(units),
    },
  );
}

/** [vectors, rows] -> [vectors, tiles * outputs]. */
function emitMatMul(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  part: number,
  input: string,
  withZero: boolean,
): string {
  const { weights, zero } = folded.parts[part]!;
  const rows = folded.channelsPerGroup;
  const size = rows * layer.columns;
  const products = Array.from({ length: folded.tiles }, (_, tile) => {
    const channels = folded.channels.subarray(tile * rows, (tile + 1) * rows);
    const driven =
      folded.tiles === 1
        ? input
        : emit.op('Gather', [input, emit.constant(`rows_${tile}`, int64([rows], [...channels]))], {
            axis: int(1),
          });
    const matrix = float32([rows, layer.columns], weights.slice(tile * size, (tile + 1) * size));
    return emit.op('MatMul', [driven, emit.constant(`conductances_${part}_${tile}`, matrix)]);
  });
  const sums = products.length === 1 ? products[0]! : emit.op('Concat', products, { axis: int(1) });
  return withZero && zero.some((z) => z !== 0)
    ? emit.op('Add', [sums, emit.constant(`converter_zero_${part}`, float32([zero.length], zero))])
    : sums;
}

function isIdentity(channels: Int32Array, layer: CrossbarLayer): boolean {
  const volume = layer.geometry.kind === 'conv' ? layer.geometry.kernel.reduce((a, b) => a * b, 1) : 1;
  return channels.length === (layer.groups * layer.rows) / volume && channels.every((c, i) => c === i);
}
