/**
 * Packs the groups of a grouped convolution block-diagonally: as many as fit one array share a block, each with its
 * own rows and columns. 28 depthwise 3x3 channels then fill 252 rows and 28 column pairs of a 256x256 array.
 *
 * Where cells that no weight uses are RESET, they conduct, and as much as RESET scatters they err: those that the rows of
 * other groups drive soon err by more than a group's own. No more groups share a block there than add 1 dB to the errors of
 * a group's own cells, which costs time, since blocks below each other are driven one after the other.
 */
import {
  type Block,
  blockColumns,
  blockRows,
  bundleOf,
  lengthOf,
  type SlicedLayer,
} from '../src/ir/mapping.ts';
import type { Target } from '../src/target.ts';
import { digitErrors } from './digit-errors.ts';

export const packGroups = {
  name: 'pack-groups',
  run(
    blocks: readonly Block[],
    context: { readonly layers: readonly SlicedLayer[]; readonly target: Target },
  ): Block[] {
    const rowLimit = Math.min(context.target.array.rows, context.target.driver.rowsAtOnce);
    const limits = context.layers.map((layer) => groupsAtOnce(layer, context.target));
    const packed: Block[] = [];
    /** The block that is still being filled, by what all blocks of a pack have in common. */
    const open = new Map<string, number>();
    for (const block of blocks) {
      const key = [block.layer, block.slice, block.copy, block.rows.start, block.columns.start].join();
      const at = open.get(key);
      const grown =
        at === undefined
          ? undefined
          : { ...packed[at]!, groups: { start: packed[at]!.groups.start, end: block.groups.end } };
      const layer = context.layers[block.layer]!;
      if (
        grown &&
        lengthOf(grown.groups) <= limits[block.layer]! &&
        blockRows(grown) <= rowLimit &&
        bundleOf(layer) * blockColumns(grown, layer.encoding) <= context.target.array.columns
      ) {
        packed[at!] = grown;
      } else {
        open.set(key, packed.push(block) - 1);
      }
    }
    return packed;
  },
};

/** 1 dB. */
const tolerated = 10 ** 0.1 - 1;

/** Most groups of a layer that may drive a block together, for the sake of its unused cells. */
function groupsAtOnce(layer: SlicedLayer, target: Target): number {
  // Beside a reference column every cell of a block is programmed.
  if (target.cell.unused !== 'reset' || layer.encoding === 'offset') return Number.POSITIVE_INFINITY;
  const { of, beside } = digitErrors(layer, target);
  // The weights of a column are a quarter of their largest on average, as those of a normal distribution are.
  const own = of(Math.round((layer.radix - 1) / 8));
  return beside === 0 ? Number.POSITIVE_INFINITY : 1 + Math.floor((tolerated * own) / beside);
}
