/** Where every weight of a layer lies on the chip: which pair of cells of which array, and whether that is turned round. */
import { InternalError } from '../diagnostic.ts';
import { type Mapping, partsOf, rowOfCells, runsOf } from './mapping.ts';

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
  const { node, encoding, ...sliced } = mapping.layers[layer]!;
  if (encoding !== 'differential' || partsOf(sliced) !== 1)
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
    let logical = 0;
    for (let group = block.groups.start; group < block.groups.end; group++) {
      const runs = runsOf(block, group - block.groups.start);
      for (let k = block.rows.start; k < block.rows.end; k++, logical++) {
        const row = rowOfCells(block, logical);
        const first = (group * node.rows + k) * node.columns + block.columns.start;
        for (const { place, columns, signs } of runs) {
          for (const [i, column] of columns.entries()) {
            places.array[first + column] = block.array;
            places.row[first + column] = row;
            places.pair[first + column] = block.column / 2 + place + i;
            places.sign[first + column] = signs[i]!;
          }
        }
      }
    }
  }
  return places;
}
