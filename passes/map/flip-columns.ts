/**
 * Stores heavy columns flipped: a column beside a reference whose digits add up to more than 0, so that its codes add up to more
 * than half of what they could, is stored with every digit negated, and the digital program negates what is converted. No
 * sum of a column is then above half of what its cells could add up to, which spares its converter a bit: the flipped
 * encoding of Shafiee et al., ISAAC, ISCA 2016, 14-26.
 */
import { digitsOfRow } from '../../src/ir/cells.ts';
import {
  blockRows,
  blockWeightColumns,
  groupRows,
  lengthOf,
  type Mapping,
  type PlacedBlock,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';

export const flipColumns = {
  name: 'flip-columns',
  run(mapping: Mapping): Mapping {
    const blocks = mapping.blocks.map((block): PlacedBlock => {
      const layer = mapping.layers[block.layer]!;
      if (layer.encoding !== 'offset') return block;
      const flipped = heavyColumns(block, layer);
      if (!flipped.includes(1)) return block;
      return { ...block, places: { place: Int32Array.from(flipped.keys()), flipped } };
    });
    return { ...mapping, blocks };
  },
};

/** 1 where the digits of a logical column add up to more than 0; its codes are as far above the middle, which is digit 0. */
function heavyColumns(block: PlacedBlock, layer: SlicedLayer): Uint8Array {
  const width = lengthOf(block.columns);
  const sums = new Int32Array(blockWeightColumns(block));
  for (let row = 0; row < blockRows(block); row++) {
    const first = Math.floor(row / groupRows(block)) * width;
    for (const [column, digit] of digitsOfRow(block, layer, row).entries()) sums[first + column]! += digit;
  }
  return Uint8Array.from(sums, (sum) => (sum > 0 ? 1 : 0));
}
