/**
 * What the digital part makes of a programmed layer's outputs y: gain y + C (U^T x) + bias, column by column, with x the real
 * values of the layer's own input codes; and what the chip was read under when that was fitted.
 */
export interface ColumnCorrection {
  /** Length groups * columns. */
  readonly gain: Float32Array;
  /** In the unit of the outputs, length groups * columns. */
  readonly bias: Float32Array;
  /** Absent: nothing of the inputs is added. */
  readonly terms?: InputTerms;
}

/** Sums of the inputs of a group, `rank` of them, which each of its columns adds with coefficients of its own. */
export interface InputTerms {
  readonly rank: number;
  /** U, [group][rank][row]. Absent: one sum, of all inputs as they are, which takes no multiplication. */
  readonly directions?: Float32Array;
  /** C, [group][column][rank], in outputs per input. */
  readonly coefficients: Float32Array;
}

/**
 * What may be fitted at most: gain and bias; the sum of the inputs besides; or sums along principal directions of the inputs
 * as well. Of sums those are kept that pay.
 */
export const corrections = ['columns', 'box', 'low-rank'] as const;
export type Correction = (typeof corrections)[number];

export const defaultCorrection: Correction = 'box';

/**
 * A fitted gain is at most this, and at least its inverse, times what makes up for the conductance that the whole chip has lost with
 * time: what asks for more tells nothing.
 */
export const gainLimit = 1.5;

export interface Calibration {
  /** Seconds after programming at which the chip was read. */
  readonly at: number;
  /** Through the wires that the target has; false: as if they had no resistance. */
  readonly wires: boolean;
  /** What might be fitted: the same when it is fitted anew. */
  readonly correction: Correction;
  /** Whether layers were corrected on what those before them give; false: each on the calibration vectors alone. */
  readonly sequential: boolean;
  /** By the layer's output value. */
  readonly columns: ReadonlyMap<string, ColumnCorrection>;
}

/** Digital work of a chip's corrections per inference. */
export interface CorrectionCost {
  /** Layers that add sums of their inputs. */
  readonly layers: number;
  /** For these sums and their coefficients. */
  readonly multiplications: number;
  /** The same, of those of all crossbar layers. */
  readonly share: number;
}
