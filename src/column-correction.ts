/** Digital gain and bias per output column of a layer, re-estimated on the programmed chip. */
export interface ColumnCorrection {
  readonly gain: Float32Array;
  readonly bias: Float32Array;
}
