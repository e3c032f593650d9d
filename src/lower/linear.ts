/** The analogue product of one part of a layer: Conv with units as groups, or one MatMul per row tile. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { type ConvGeometry, int, ints } from '../ir/graph.ts';
import { float32, int64 } from '../math/tensor.ts';
import { transposed } from '../math/transposed.ts';
import type { Emitter } from './emit.ts';
import type { FoldedLayer } from './folded.ts';
import { padsExplicitly } from './input-codes.ts';

/** Emits the product of one input, as often as it is called: units * outputs of a unit channels. */
export type Product = (input: string) => string;

/** What inputs are multiplied by: what the cells conduct, or the variances of conversions or products. */
type Factor = 'weights' | 'variances' | 'steady';

/** The product of one part; its conductances, or their variances, become constants once. */
export function emitLinear(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  part: number,
  factor: Factor = 'weights',
): Product {
  const values = { name: factor === 'weights' ? 'conductances' : factor, data: folded.parts[part]![factor]! };
  return layer.geometry.kind === 'conv'
    ? emitConv(emit, layer, layer.geometry, folded, part, values)
    : emitMatMul(emit, layer, folded, part, values);
}

/** [unit][row][column], and the name of the constants made of it. */
interface Values {
  readonly name: string;
  readonly data: Float32Array;
}

/** Codes of the channels that every unit of a convolution reads, unit after unit. */
export function emitUnitChannels(
  emit: Emitter,
  layer: CrossbarLayer,
  { channels, volume }: FoldedLayer,
  codes: string,
): string {
  const given = (layer.groups * layer.rows) / volume;
  if (layer.geometry.kind === 'matmul' || (channels.length === given && channels.every((c, i) => c === i)))
    return codes;
  const indices = emit.constant('channels', int64([channels.length], [...channels]));
  return emit.op('Gather', [codes, indices], { axis: int(1) });
}

function emitConv(
  emit: Emitter,
  layer: CrossbarLayer,
  geometry: ConvGeometry,
  folded: FoldedLayer,
  part: number,
  { name, data }: Values,
): Product {
  const units = folded.tiles * folded.packs;
  const channels = folded.slots * folded.channelsPerGroup;
  const columns = folded.slots * layer.columns;
  const kernels = transposed(data, channels * folded.volume, columns);
  const dims = [units * columns, channels, ...geometry.kernel];
  const conductances = emit.constant(`${name}_${part}`, float32(dims, kernels));
  const explicit = padsExplicitly(layer);
  const attributes = {
    kernel_shape: ints(geometry.kernel),
    strides: ints(geometry.strides),
    dilations: ints(geometry.dilations),
    pads: ints(explicit ? geometry.pads.map(() => 0) : geometry.pads),
    group: int(units),
  };
  return (input) => emit.op('Conv', [input, conductances], attributes);
}

/** [..., rows] -> [..., tiles * outputs]. */
function emitMatMul(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  part: number,
  { name, data }: Values,
): Product {
  const rows = folded.channelsPerGroup;
  const size = rows * layer.columns;
  const tiles = Array.from({ length: folded.tiles }, (_, tile) => {
    const weights = data.slice(tile * size, (tile + 1) * size);
    const channels = folded.channels.subarray(tile * rows, (tile + 1) * rows);
    return {
      matrix: emit.constant(`${name}_${part}_${tile}`, float32([rows, layer.columns], weights)),
      rows: folded.tiles === 1 ? undefined : emit.constant(`rows_${tile}`, int64([rows], [...channels])),
    };
  });
  return (input) => {
    const products = tiles.map((tile) => {
      const driven = tile.rows ? emit.op('Gather', [input, tile.rows], { axis: int(-1) }) : input;
      return emit.op('MatMul', [driven, tile.matrix]);
    });
    return products.length === 1 ? products[0]! : emit.op('Concat', products, { axis: int(-1) });
  };
}
