/** The products of a layer's inputs with matrices like those of its parts: Conv with units as groups, or one MatMul per row tile. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { type ConvGeometry, int, ints } from '../ir/graph.ts';
import { float32, int64 } from '../math/tensor.ts';
import { transposed } from '../math/transposed.ts';
import type { Abreast } from './abreast.ts';
import type { UnitShape } from './apart.ts';
import type { Emitter } from './emit.ts';
import type { FoldedLayer } from './folded.ts';
import { padsExplicitly } from './input-codes.ts';

/** Emits the product of one input, as often as it is called: units * outputs of a unit channels. */
export type Product = (input: string) => string;

/** What inputs are multiplied by, [unit][row][column], and the name of the constants made of it. */
interface Factors {
  readonly name: string;
  readonly data: Float32Array;
}

/** The product of a layer's units, such as that of the conductances of one part; the factors become constants once. */
export function emitLinear(emit: Emitter, layer: CrossbarLayer, shape: UnitShape, factors: Factors): Product {
  return layer.geometry.kind === 'conv'
    ? emitConv(emit, layer, layer.geometry, shape, factors)
    : emitMatMul(emit, layer, shape, factors);
}

/** What the cells of parts conduct. */
export function conductanceFactors({ first, weights }: Pick<Abreast, 'first' | 'weights'>): Factors {
  return { name: `conductances_${first}`, data: weights };
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
  shape: UnitShape,
  { name, data }: Factors,
): Product {
  const units = shape.tiles * shape.packs;
  const channels = shape.slots * shape.channelsPerGroup;
  const columns = data.length / (units * channels * shape.volume);
  const kernels = transposed(data, channels * shape.volume, columns);
  const dims = [units * columns, channels, ...geometry.kernel];
  const conductances = emit.constant(name, float32(dims, kernels));
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
function emitMatMul(emit: Emitter, layer: CrossbarLayer, shape: UnitShape, { name, data }: Factors): Product {
  const rows = shape.channelsPerGroup;
  const size = rows * layer.columns;
  const tiles = Array.from({ length: shape.tiles }, (_, tile) => {
    const weights = data.slice(tile * size, (tile + 1) * size);
    const channels = shape.channels.subarray(tile * rows, (tile + 1) * rows);
    return {
      matrix: emit.constant(`${name}_${tile}`, float32([rows, layer.columns], weights)),
      rows: shape.tiles === 1 ? undefined : emit.constant(`rows_${tile}`, int64([rows], [...channels])),
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
