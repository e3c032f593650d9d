/** Two programmed chips -> where conductances and hidden integers differ, by how much, and which settings do. */
import { isDeepStrictEqual } from 'node:util';
import type { Chip } from '../chip/chip.ts';
import { type CellsDiff, diffCells } from './diff-cells.ts';
import type { LayerTallies } from './diff-layers.ts';
import { diffHeaders, type ProgramsDiff } from './diff-programs.ts';

export interface ChipArrayDiff {
  readonly array: number;
  /** Siemens. */
  readonly conductances: CellsDiff;
  /** Hidden integers of pairs. */
  readonly pairs: CellsDiff;
}

export interface ChipsDiff extends Omit<ProgramsDiff, 'arrays'> {
  readonly arrays: readonly ChipArrayDiff[];
  /** Blocks whose converters are set otherwise, or on one of them alone. */
  readonly converters: readonly number[];
  /** Whether gains, biases and sums of the calibration are the same. */
  readonly calibration: 'same' | 'different';
}

/** @param layers takes the cells that differ */
export function diffChips(before: Chip, after: Chip, layers?: LayerTallies): ChipsDiff {
  const { rows, columns } = before.header;
  const alike = rows === after.header.rows && columns === after.header.columns;
  const common = alike ? Math.min(before.conductances.length, after.conductances.length) : 0;
  const rest = ({ conductances }: Chip) =>
    conductances.flatMap((_, array) => (array < common ? [] : [array]));
  const arrays: ChipArrayDiff[] = [];
  for (let array = 0; array < common; array++) {
    const inLayer = layers?.onArray(array);
    const conductances = diffCells(
      before.conductances[array]!,
      after.conductances[array]!,
      columns,
      (cell, size) => inLayer?.(Math.floor(cell / columns), cell % columns, size),
    );
    const pairs = diffCells(before.hidden[array] ?? [], after.hidden[array] ?? [], columns >> 1);
    if (conductances.cells + pairs.cells > 0) arrays.push({ array, conductances, pairs });
  }
  const blocks = [...new Set([...before.converters.keys(), ...after.converters.keys()])].sort(
    (a, b) => a - b,
  );
  return {
    header: diffHeaders(before.header, after.header),
    same: common - arrays.length,
    onlyBefore: rest(before),
    onlyAfter: rest(after),
    arrays,
    converters: blocks.filter(
      (block) => !isDeepStrictEqual(before.converters.get(block), after.converters.get(block)),
    ),
    calibration: isDeepStrictEqual(before.calibration, after.calibration) ? 'same' : 'different',
  };
}
