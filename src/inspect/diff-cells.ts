/** Two arrays of cells -> how many differ, on how many rows and columns, and by how much. */
import { untold } from '../ir/told-cells.ts';

export interface CellsDiff {
  readonly cells: number;
  readonly rows: number;
  readonly columns: number;
  /** Of these, cells that have a value in one of them alone. */
  readonly alone: number;
  /** Sizes of the differences where both have values. */
  readonly mean: number;
  readonly most: number;
}

/** Adds up differences, some of them without a size. */
export interface DifferenceTally {
  readonly add: (size: number | undefined) => void;
  readonly told: () => Pick<CellsDiff, 'cells' | 'alone' | 'mean' | 'most'>;
}

export function tallyDifferences(): DifferenceTally {
  let [cells, alone, sum, most] = [0, 0, 0, 0];
  return {
    add(size) {
      cells++;
      if (size === undefined) alone++;
      else {
        sum += size;
        most = Math.max(most, size);
      }
    },
    told: () => ({ cells, alone, mean: cells > alone ? sum / (cells - alone) : 0, most }),
  };
}

/**
 * @param before, after rows x columns; `untold` where a cell has no value
 * @param onCell called for every cell that differs, with the size of the difference, where it has one
 */
export function diffCells(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  columns: number,
  onCell: (cell: number, size: number | undefined) => void = () => {},
): CellsDiff {
  const tally = tallyDifferences();
  const [rowsHit, columnsHit] = [new Set<number>(), new Set<number>()];
  for (let cell = 0; cell < before.length; cell++) {
    const [a, b] = [before[cell]!, after[cell]!];
    if (a === b) continue;
    const size = a === untold || b === untold ? undefined : Math.abs(b - a);
    tally.add(size);
    onCell(cell, size);
    rowsHit.add(Math.floor(cell / columns));
    columnsHit.add(cell % columns);
  }
  return { ...tally.told(), rows: rowsHit.size, columns: columnsHit.size };
}
