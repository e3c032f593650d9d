/** Which faulty cells a mapping could not save, and what working around the others took. */

import { cellsOf, rowsOfCells } from '../../src/ir/cells.ts';
import { type FaultMap, faultCount, hashFaultMap } from '../../src/ir/fault-map.ts';
import {
  type Damage,
  type FaultReport,
  type UnsavedCell,
  unsavedCellsKept,
} from '../../src/ir/fault-report.ts';
import { layerName } from '../../src/ir/graph.ts';
import type { Mapping, PlacedBlock } from '../../src/ir/mapping.ts';
import { levelStepOf } from '../../src/target/cell.ts';
import { blockFaults, type FaultContext, faultyLayers } from './fault-costs.ts';

/**
 * @param before the mapping with all columns in order
 * @param after the mapping that works around the faults
 */
export function reportFaults(before: Mapping, after: Mapping, context: FaultContext): FaultReport {
  const { faults } = context;
  const used: FaultMap = { ...faults, arrays: faults.arrays.slice(0, after.arrays) };
  const left = [...damagedColumns(after, context)];
  const count = (number: (block: PlacedBlock) => number) =>
    after.blocks.reduce((sum, block) => sum + number(block), 0);
  return {
    sha256: hashFaultMap(faults),
    faulty: faultCount(used),
    before: damageOf(damagedColumns(before, context)),
    after: damageOf(left),
    flipped: after.blocks.reduce(
      (sum, block, index) => sum + columnsFlipped(before.blocks[index]!, block),
      0,
    ),
    moved: count(({ places }) => places?.place.filter((place, column) => place !== column).length ?? 0),
    rows: after.blocks.reduce((sum, block, index) => sum + rowsMoved(before.blocks[index]!, block), 0),
    spare: count(({ spare = 0 }) => spare),
    worst: left
      .flatMap(({ cells }) => cells)
      .sort((a, b) => b.noise - a.noise)
      .slice(0, unsavedCellsKept),
  };
}

function columnsFlipped({ places: from }: PlacedBlock, { places: to }: PlacedBlock): number {
  return to?.flipped.filter((flipped, column) => flipped !== (from?.flipped[column] ?? 0)).length ?? 0;
}

function rowsMoved(before: PlacedBlock, after: PlacedBlock): number {
  const [from, to] = [rowsOfCells(before), rowsOfCells(after)];
  return to.filter((row, logical) => row !== from[logical]).length;
}

/** A column of a block with faulty cells that are off their digits. */
interface DamagedColumn {
  /** Of all its cells together. */
  readonly noise: number;
  readonly cells: readonly UnsavedCell[];
}

function damageOf(columns: Iterable<DamagedColumn>): Damage {
  let [cells, noise] = [0, 0];
  for (const column of columns) {
    cells += column.cells.length;
    noise += column.noise;
  }
  return { cells, noise };
}

function* damagedColumns(
  { layers, blocks }: Pick<Mapping, 'layers' | 'blocks'>,
  context: FaultContext,
): Generator<DamagedColumn> {
  const { cell } = context.target;
  const layerOf = faultyLayers(layers, context);
  for (const block of blocks) {
    const on = layerOf(block.layer);
    const { layer } = on;
    const { byPlace, errorOf, costOf } = blockFaults(block, on);
    const { rows, added, subtracted, signs } = cellsOf(block, layer.encoding);
    const digitStep = layer.levelStep * levelStepOf(cell);
    for (let column = 0; column < added.length; column++) {
      const own = byPlace[block.places?.place[column] ?? column]!;
      const flipped = signs[column]! < 0;
      const cells = own.flatMap((fault): UnsavedCell[] => {
        const noise = costOf(column, flipped, [fault]);
        if (noise === 0) return [];
        const sign = (fault.side === 0 ? 1 : -1) * signs[column]!;
        const stuck = cell.gUseMin + fault.digit * digitStep;
        return [
          {
            layer: layerName(layer.node.origin),
            array: block.array,
            row: rows[fault.row]!,
            column: (fault.side === 0 ? added : subtracted)[column]!,
            wanted: stuck - sign * errorOf(column, flipped, fault) * digitStep,
            stuck,
            noise,
          },
        ];
      });
      if (cells.length > 0) yield { noise: costOf(column, flipped, own), cells };
    }
  }
}
