/**
 * Packs the groups of a grouped convolution block-diagonally: as many as fit one array share a block, each with its
 * own rows and columns. 28 depthwise 3x3 channels then fill 252 rows and 28 column pairs of a 256x256 array; repeated 4
 * times, 7 channels do. Copies leave each other room below: a pack of 4 copies is a quarter as high, so that they take no
 * more arrays than one, and turns instead.
 */
import { roomOf } from '../../src/ir/corner.ts';
import {
  type Block,
  blockColumns,
  blockRows,
  bundleOf,
  lengthOf,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';

export const packGroups = {
  name: 'pack-groups',
  run(
    blocks: readonly Block[],
    context: {
      readonly layers: readonly SlicedLayer[];
      readonly target: Target;
      /** Most groups of a layer that may share a block. Default: as many as fit. */
      readonly groupsAtOnce?: (layer: SlicedLayer) => number;
    },
  ): Block[] {
    const limits = context.layers.map((layer) => context.groupsAtOnce?.(layer) ?? Number.POSITIVE_INFINITY);
    const packed: Block[] = [];
    /** The block that is still being filled, by what all blocks of a pack have in common. */
    const open = new Map<string, number>();
    for (const block of blocks) {
      const key = [block.layer, block.slice, block.copy, block.rows.start, block.columns.start].join();
      const at = open.get(key) ?? -1;
      const begun = packed[at];
      const grown = begun && { ...begun, groups: { start: begun.groups.start, end: block.groups.end } };
      const layer = context.layers[block.layer]!;
      const room = roomOf(layer, context.target);
      if (
        grown &&
        lengthOf(grown.groups) <= limits[block.layer]! &&
        blockRows(grown) <= rowsOfPack(layer, room.rows) &&
        bundleOf(layer) * blockColumns(grown, layer.encoding) <= room.columns
      ) {
        packed[at] = grown;
      } else {
        open.set(key, packed.push(block) - 1);
      }
    }
    return packed;
  },
};

/** Most rows of a block with several groups. */
export function rowsOfPack(layer: SlicedLayer, rowLimit: number): number {
  return layer.residual ? rowLimit : Math.floor(rowLimit / layer.copies);
}
