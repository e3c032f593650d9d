/** What makes up for the wires of an array. */
export interface WireCorrection {
  /** Level codes to program, [row][column]; -1 where no weight is. */
  readonly codes: Int16Array;
  /** By column sum: what a converter's step is worth, of what it would be without wires. */
  readonly gains: Float64Array;
}
