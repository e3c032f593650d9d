/** Digital gain and bias of every output column, re-estimated on a programmed chip, and what the chip was read under then. */
export interface ColumnCorrection {
  readonly gain: Float32Array;
  readonly bias: Float32Array;
}

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
  /** By the layer's output value. */
  readonly columns: ReadonlyMap<string, ColumnCorrection>;
}
