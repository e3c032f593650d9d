/**
 * Orders the rows of every block by what their cells conduct, the heaviest next to the sensed end of the columns: what flows
 * in from far away then crosses few other currents, and little of it does. The inputs that drive the rows follow their rows.
 * Blocks of one row tile have one order, because side by side in an array the same wordlines drive them.
 */
import { inputOf } from '../../src/ir/cells.ts';
import {
  blockRows,
  digitsOf,
  distinctCopies,
  type Mapping,
  type PlacedBlock,
  rowTileOf,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';

export const orderRows = {
  name: 'order-rows',
  /** Without wires, the mapping as it is. */
  run(mapping: Mapping, { target }: { readonly target: Target }): Mapping {
    if (!target.wires) return mapping;
    const places = new Map<string, Int32Array>();
    const blocks = mapping.blocks.map((block): PlacedBlock => {
      const tile = rowTileOf(block);
      const own = places.get(tile) ?? placesOf(rowLoads(block, mapping.layers[block.layer]!));
      places.set(tile, own);
      return own.every((place, row) => place === row) ? block : { ...block, rowPlaces: own };
    });
    return { ...mapping, blocks };
  },
};

/**
 * What the rows of a row tile conduct, in level codes, over all columns and slices, up to what all rows have in common.
 * Beside a reference column a cell holds its digit and half of all levels, so digits count with their signs.
 */
function rowLoads(block: PlacedBlock, layer: SlicedLayer): Float64Array {
  const { columns } = layer.node;
  const weigh = layer.encoding === 'offset' ? (digit: number) => digit : Math.abs;
  return Float64Array.from({ length: blockRows(block) }, (_, row) => {
    const first = inputOf(block, layer.node, row) * columns;
    let load = 0;
    for (let slice = 0; slice < layer.slices; slice++)
      for (let copy = 0; copy < distinctCopies(layer); copy++)
        for (const digit of digitsOf(layer, { slice, copy }, first, columns)) load += weigh(digit);
    return load;
  });
}

/** Place of every row: the lightest first, because columns are sensed below their last row. */
function placesOf(loads: Float64Array): Int32Array {
  const order = [...loads.keys()].sort((a, b) => loads[a]! - loads[b]! || a - b);
  const places = new Int32Array(loads.length);
  for (const [place, row] of order.entries()) places[row] = place;
  return places;
}
