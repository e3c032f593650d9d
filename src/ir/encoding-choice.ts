/** How signed weights of one matrix become conductances, and why: what choosing an encoding looked at. */
import type { Encoding } from './mapping.ts';

/** What one encoding comes to. */
export interface EncodingEstimate {
  /** Cells of all blocks, those that no weight uses among them. */
  readonly cells: number;
  /** Expected ratio of the outputs' variance to that of what programming errors add (dB); Infinity without errors. */
  readonly writeSnr: number;
  /** The same of what rounding every weight to its nearest integer adds. */
  readonly roundingSnr: number;
  /** The same of what the wires of rows add; Infinity without wires. */
  readonly wireSnr: number;
  /** The same of all together. */
  readonly snr: number;
}

/** An encoding that the compiler chose. */
export interface EncodingChoice {
  readonly encoding: Encoding;
  /** In words, for the table of the compilation. */
  readonly reason: string;
  /** By encoding; one that is not possible is not there. */
  readonly estimates: Readonly<Partial<Record<Encoding, EncodingEstimate>>>;
}
