/** What is expected of cells when they are read, before there is a chip: made of a target's laws by src/chip/expected-reading.ts. */
import type { Band } from '../math/one-over-f.ts';

/** Of the cells of one level, over many cells and chips. */
export interface CellReading {
  /** S. */
  readonly mean: number;
  /** Variance (S^2) of what every reading finds: programming, and what has happened since. */
  readonly lasting: number;
  /** Variance (S^2) of what every conversion finds anew. */
  readonly white: number;
  /** Law by law of 1/f noise: variance (S^2) that a factor e of time scales adds. */
  readonly densities: readonly number[];
}

export interface CellReadings {
  /** Of the laws of 1/f noise, when the cells are read. */
  readonly bands: readonly Band[];
  /** Of a level, by the conductance that it is programmed to (S). */
  readonly of: (level: number) => CellReading;
  /** Of cells that no weight uses. */
  readonly unused: CellReading;
}
