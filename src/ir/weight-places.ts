/** Where every weight of a layer lies on the chip: which pair of cells of which array, and whether that is turned round. */
import { InternalError } from '../diagnostics/diagnostic.ts';
import { weightRows } from './cells.ts';
import { cellsPerWeight, type Mapping } from './mapping.ts';

/** One entry per weight, in the order of the layer's integers. */
interface WeightPlaces {
  readonly array: Int32Array;
  readonly row: Int32Array;
  /** Column pair: cells 2 * pair and 2 * pair + 1 of the row. */
  readonly pair: Int32Array;
  /** -1 where plus and minus are exchanged, so that the pair holds the negative of the weight; else 1. */
  readonly sign: Int8Array;
}

/**
 * @param layer index of a layer that holds every weight in one pair of cells
 * @throws InternalError for a layer that does not
 */
export function weightPlacesOf(mapping: Mapping, layer: number): WeightPlaces {
  const sliced = mapping.layers[layer]!;
  const { node, encoding } = sliced;
  if (encoding !== 'differential' || cellsPerWeight(sliced) !== 1)
    throw new InternalError('mapping', `${node.output}: its weights are not one pair of cells each`);
  const { length } = node.integers;
  const places = {
    array: new Int32Array(length),
    row: new Int32Array(length),
    pair: new Int32Array(length),
    sign: new Int8Array(length),
  };
  for (const block of mapping.blocks) {
    if (block.layer !== layer) continue;
    for (const { row, first, runs } of weightRows(block, sliced)) {
      for (const { column, weights, signs } of runs) {
        for (let i = 0; i < weights.length; i++) {
          const weight = first + weights[i]!;
          places.array[weight] = block.array;
          places.row[weight] = row;
          places.pair[weight] = column / 2 + i;
          places.sign[weight] = signs[i]!;
        }
      }
    }
  }
  return places;
}
