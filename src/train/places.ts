/** Where the synapses of a layer lie: one entry per weight, [input][output]. */

export interface SynapsePlaces {
  readonly array: Int32Array;
  readonly row: Int32Array;
  /** Column pair: G+ lies in column 2 pair, G- in the next. */
  readonly pair: Int32Array;
}
