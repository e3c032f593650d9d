/** How often the digits of layers are stored, where the options leave it to the compiler. */

/** Of one layer. */
export interface Stored {
  readonly copies: number;
  /** Absent: as often as rows are free. */
  readonly repeats?: number;
}

export interface CopiesChoice {
  /** By the output of every use of a layer. */
  readonly stored: ReadonlyMap<string, Stored>;
  /** What the choice brings, where there is one. */
  readonly worth?: CopiesWorth;
}

/** Errors of the layers, each in shares of its own signal, added up: as stored, and with every digit once; and arrays. */
export interface CopiesWorth {
  readonly error: number;
  readonly once: number;
  readonly arrays: number;
  readonly arraysOnce: number;
}
