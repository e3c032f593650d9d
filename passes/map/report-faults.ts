/** Which faulty cells a mapping could not save, and what working around the others took. */
import { type FaultMap, faultCount, hashFaultMap } from '../../src/fault-map.ts';
import {
  type Damage,
  type FaultReport,
  type UnsavedCell,
  unsavedCellsKept,
} from '../../src/ir/fault-report.ts';
import {
  blockRows,
  blockWeightColumns,
  type Mapping,
  type PlacedBlock,
  rowOfCells,
} from '../../src/ir/mapping.ts';
import { layerName } from '../../src/options.ts';
import { levelStepOf } from '../../src/target/target.ts';
import { costOfFaults, faultErrors, faultsByPlace, type PlaceFault } from './fault-costs.ts';
import { type FaultContext, signalCache } from './work-around-faults.ts';

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
    flipped: count(({ places }) => places?.flipped.reduce((sum, f) => sum + f, 0) ?? 0),
    moved: count(({ places }) => places?.place.filter((place, column) => place !== column).length ?? 0),
    rows: after.blocks.reduce((sum, block, index) => sum + rowsMoved(before.blocks[index]!, block), 0),
    spare: count(({ spare = 0 }) => spare),
    worst: left
      .flatMap(({ cells }) => cells)
      .sort((a, b) => b.noise - a.noise)
      .slice(0, unsavedCellsKept),
  };
}

function rowsMoved(before: PlacedBlock, after: PlacedBlock): number {
  if (before.rowPlaces === after.rowPlaces) return 0;
  let moved = 0;
  for (let row = 0; row < blockRows(after); row++)
    if (rowOfCells(before, row) !== rowOfCells(after, row)) moved++;
  return moved;
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
  { faults, record, target }: FaultContext,
): Generator<DamagedColumn> {
  const signalOf = signalCache(layers, record);
  for (const block of blocks) {
    const layer = layers[block.layer]!;
    const signal = signalOf(block.layer);
    const errorOf = faultErrors(block, layer, target);
    const byPlace = faultsByPlace(block, layer, faults, target);
    const digitStep = layer.levelStep * levelStepOf(target.cell);
    const perPlace = layer.encoding === 'differential' ? 2 : 1;
    for (let column = 0; column < blockWeightColumns(block); column++) {
      const place = block.places?.place[column] ?? column;
      const flipped = block.places?.flipped[column] === 1;
      const noiseOf = (some: readonly PlaceFault[]) =>
        costOfFaults(block, layer, signal, errorOf, column, flipped, some);
      const cells = byPlace[place]!.flatMap((fault): UnsavedCell[] => {
        const noise = noiseOf([fault]);
        if (noise === 0) return [];
        const sign = perPlace === 2 && (fault.side === 0) === flipped ? -1 : 1;
        const stuck = target.cell.gUseMin + fault.digit * digitStep;
        return [
          {
            layer: layerName(layer.node.origin),
            array: block.array,
            row: rowOfCells(block, fault.row),
            column: block.column + perPlace * place + fault.side,
            wanted: stuck - sign * errorOf(column, flipped, fault) * digitStep,
            stuck,
            noise,
          },
        ];
      });
      if (cells.length > 0) yield { noise: noiseOf(byPlace[place]!), cells };
    }
  }
}
