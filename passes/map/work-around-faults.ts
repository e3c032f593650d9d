/**
 * Lays the columns of placed blocks around the faulty cells of one chip. A cell stuck near the lowest level does no harm
 * where its side of the pair holds nothing: exchanging plus and minus of a column, and exchanging columns within their
 * block, finds such places for nearly all. Blocks that still suffer take free columns of their array beside them into
 * use. What no place saves is listed by report-faults.ts.
 */
import { cornerOf } from '../../src/ir/corner.ts';
import { checkGeometry } from '../../src/ir/fault-map.ts';
import {
  blockColumns,
  blockRows,
  blocksByArray,
  blockWeightColumns,
  bundleOf,
  type Mapping,
  type PlacedBlock,
} from '../../src/ir/mapping.ts';
import { choosePlaces } from './choose-places.ts';
import { blockFaults, type FaultContext, type FaultyLayer, faultyLayers } from './fault-costs.ts';

export const workAroundFaults = {
  name: 'work-around-faults',
  /** Raises fault-map/geometry for a map of another chip. */
  run(mapping: Mapping, context: FaultContext): Mapping {
    checkGeometry(context.faults, mapping.arrays, context.target.array);
    const layerOf = faultyLayers(mapping.layers, context);
    const blocks = [...mapping.blocks];
    const onArray = blocksByArray(mapping);
    for (let first = 0; first < blocks.length; ) {
      const on = layerOf(blocks[first]!.layer);
      const parts = blocks.slice(first, first + bundleOf(on.layer));
      const around = onArray[parts[0]!.array]!.map((index) => blocks[index]!);
      blocks.splice(first, parts.length, ...settle(parts, around, on));
      first += parts.length;
    }
    return { ...mapping, blocks };
  },
};

/**
 * Places for the columns of blocks that lie side by side, the same for all of them.
 * @param around the blocks of their array
 */
function settle(
  parts: readonly PlacedBlock[],
  around: readonly PlacedBlock[],
  on: FaultyLayer,
): readonly PlacedBlock[] {
  const chosen = choose(parts, on);
  if (chosen.cost === 0 || parts.length > 1 || on.layer.encoding === 'offset') return chosen.parts;
  const spare = freeBeside(parts[0]!, around, on);
  if (spare === 0) return chosen.parts;
  const wider = choose([{ ...parts[0]!, spare }], on);
  return wider.cost < chosen.cost ? wider.parts.map(withoutUnused) : chosen.parts;
}

interface Chosen {
  readonly parts: readonly PlacedBlock[];
  /** Sum over all columns. */
  readonly cost: number;
}

function choose(parts: readonly PlacedBlock[], on: FaultyLayer): Chosen {
  const [first] = parts as [PlacedBlock];
  const damage = parts.map((part) => blockFaults(part, on));
  const costOf = (column: number, place: number, flipped: boolean) =>
    damage.reduce((sum, { byPlace, costOf: costOfPart }) => {
      const own = byPlace[place]!;
      return own.length === 0 ? sum : sum + costOfPart(column, flipped, own);
    }, 0);
  const columns = blockWeightColumns(first);
  const flippable = on.layer.encoding === 'differential';
  // Beside a reference columns are flipped for the sake of their converters, and stay as they are.
  const kept = first.places?.flipped;
  const costKept = (column: number, place: number) => costOf(column, place, kept?.[column] === 1);
  const chosen = choosePlaces(
    columns,
    columns + (first.spare ?? 0),
    flippable,
    flippable ? costOf : costKept,
  );
  const places = chosen && kept ? { ...chosen, flipped: kept } : (chosen ?? first.places);
  let cost = 0;
  for (let column = 0; column < columns; column++)
    cost += costOf(column, places?.place[column] ?? column, places?.flipped[column] === 1);
  return { parts: places ? parts.map((part) => ({ ...part, places })) : parts, cost };
}

/** Free pairs of columns to the right of a block. */
function freeBeside(
  block: PlacedBlock,
  around: readonly PlacedBlock[],
  { layer, target }: FaultyLayer,
): number {
  const beyond = block.column + blockColumns(block, layer.encoding);
  const end = block.row + blockRows(block);
  let limit = cornerOf(layer, target).columns;
  for (const other of around) {
    if (other.row < end && block.row < other.row + blockRows(other) && other.column >= beyond)
      limit = Math.min(limit, other.column);
  }
  return Math.floor((limit - beyond) / 2);
}

/** A block whose spare places end with the last that is taken. */
function withoutUnused(block: PlacedBlock): PlacedBlock {
  const last = block.places?.place.reduce((most, place) => Math.max(most, place), 0) ?? 0;
  return { ...block, spare: Math.max(0, last + 1 - blockWeightColumns(block)) };
}
