/**
 * Lays the columns of placed blocks around the faulty cells of one chip. A cell stuck near the lowest level does no harm
 * where its side of the pair holds nothing: exchanging plus and minus of a column, and exchanging columns within their
 * block, finds such places for nearly all. Blocks that still suffer take free columns of their array beside them into
 * use. What no place saves is listed by report-faults.ts.
 */
import type { CalibrationRecord } from '../../src/ir/calibration-record.ts';
import { checkGeometry, type FaultMap } from '../../src/ir/fault-map.ts';
import {
  blockColumns,
  blockRows,
  blocksByArray,
  blockWeightColumns,
  bundleOf,
  type Mapping,
  type PlacedBlock,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import { choosePlaces } from './choose-places.ts';
import { blockFaults, type LayerSignal, layerSignal } from './fault-costs.ts';

export interface FaultContext {
  readonly faults: FaultMap;
  readonly record: CalibrationRecord;
  readonly target: Target;
}

export const workAroundFaults = {
  name: 'work-around-faults',
  /** Raises fault-map/geometry for a map of another chip. */
  run(mapping: Mapping, context: FaultContext): Mapping {
    checkGeometry(context.faults, mapping.arrays, context.target.array);
    const signalOf = signalCache(mapping.layers, context.record);
    const blocks = [...mapping.blocks];
    const onArray = blocksByArray(mapping);
    for (let first = 0; first < blocks.length; ) {
      const layer = mapping.layers[blocks[first]!.layer]!;
      const parts = blocks.slice(first, first + bundleOf(layer));
      const around = onArray[parts[0]!.array]!.map((index) => blocks[index]!);
      const settled = settle(parts, layer, signalOf(parts[0]!.layer), around, context);
      blocks.splice(first, parts.length, ...settled);
      first += parts.length;
    }
    return { ...mapping, blocks };
  },
};

/** Variances and powers of a layer: its blocks follow each other. */
export function signalCache(
  layers: readonly SlicedLayer[],
  record: CalibrationRecord,
): (layer: number) => LayerSignal {
  let current = -1;
  let signal: LayerSignal | undefined;
  return (layer) => {
    if (signal === undefined || layer !== current) signal = layerSignal(layers[layer]!, record);
    current = layer;
    return signal;
  };
}

/**
 * Places for the columns of blocks that lie side by side, the same for all of them.
 * @param around the blocks of their array
 */
function settle(
  parts: readonly PlacedBlock[],
  layer: SlicedLayer,
  signal: LayerSignal,
  around: readonly PlacedBlock[],
  context: FaultContext,
): readonly PlacedBlock[] {
  const chosen = choose(parts, layer, signal, context);
  if (chosen.cost === 0 || parts.length > 1 || layer.encoding === 'offset') return chosen.parts;
  const spare = freeBeside(parts[0]!, layer, around, context);
  if (spare === 0) return chosen.parts;
  const wider = choose([{ ...parts[0]!, spare }], layer, signal, context);
  return wider.cost < chosen.cost ? wider.parts.map(withoutUnused) : chosen.parts;
}

interface Chosen {
  readonly parts: readonly PlacedBlock[];
  /** Sum over all columns. */
  readonly cost: number;
}

function choose(
  parts: readonly PlacedBlock[],
  layer: SlicedLayer,
  signal: LayerSignal,
  context: FaultContext,
): Chosen {
  const [first] = parts as [PlacedBlock];
  const damage = parts.map((part) => blockFaults(part, layer, signal, context));
  const costOf = (column: number, place: number, flipped: boolean) =>
    damage.reduce((sum, { byPlace, costOf: costOfPart }) => {
      const own = byPlace[place]!;
      return own.length === 0 ? sum : sum + costOfPart(column, flipped, own);
    }, 0);
  const columns = blockWeightColumns(first);
  const flippable = layer.encoding === 'differential';
  const places = choosePlaces(columns, columns + (first.spare ?? 0), flippable, costOf);
  let cost = 0;
  for (let column = 0; column < columns; column++)
    cost += costOf(column, places?.place[column] ?? column, places?.flipped[column] === 1);
  return { parts: places ? parts.map((part) => ({ ...part, places })) : parts, cost };
}

/** Free pairs of columns to the right of a block. */
function freeBeside(
  block: PlacedBlock,
  layer: SlicedLayer,
  around: readonly PlacedBlock[],
  { target }: FaultContext,
): number {
  const beyond = block.column + blockColumns(block, layer.encoding);
  const end = block.row + blockRows(block);
  let limit = target.array.columns;
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
