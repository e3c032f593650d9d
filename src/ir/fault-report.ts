/** What working around a fault map came to: plain data for the table of a compilation and for the manifest. */

/** A faulty cell that is not what it should be, wherever its column could be put. */
export interface UnsavedCell {
  /** Name of the layer's node. */
  readonly layer: string;
  readonly array: number;
  readonly row: number;
  readonly column: number;
  /** Conductance that its digit asks for (S). */
  readonly wanted: number;
  /** Conductance that it is stuck at (S). */
  readonly stuck: number;
  /** Mean square of what it does to its column's output, as a share of the output's own. */
  readonly noise: number;
}

/** Faulty cells that hold a digit of a weight. */
export interface Damage {
  /** Cells that are off their digit by more than a working cell may be. */
  readonly cells: number;
  /** Sum over all columns of what these do to their outputs: mean squares as shares of the outputs' own. */
  readonly noise: number;
}

export interface FaultReport {
  /** SHA-256 of the fault map: see hashFaultMap. */
  readonly sha256: string;
  /** Faulty cells of the arrays that the mapping takes. */
  readonly faulty: number;
  /** With all columns in order. */
  readonly before: Damage;
  readonly after: Damage;
  /** Columns of blocks whose plus and minus were exchanged, and columns that moved. */
  readonly flipped: number;
  readonly moved: number;
  /** Rows of blocks that moved. */
  readonly rows: number;
  /** Places taken beside blocks. */
  readonly spare: number;
  /** The unsaved cells, those that do most first; `after.cells` has their full number. */
  readonly worst: readonly UnsavedCell[];
}

/** Longest list of unsaved cells that a report keeps. */
export const unsavedCellsKept = 50;
