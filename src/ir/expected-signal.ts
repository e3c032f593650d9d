/** What a mapping behind wires is expected to leave of the signal, and what may be done about it: made before there is a chip. */

import type { Fill } from './corner.ts';

/** Of one layer alone, on a calibrated chip. */
export interface ExpectedSignal {
  /** Its number in the mapping. */
  readonly layer: number;
  /** Energy of its outputs over that of what errs in them (dB). */
  readonly snr: number;
  /** The same if wires had no resistance. */
  readonly unwired: number;
}

export interface Expected {
  readonly layers: readonly ExpectedSignal[];
  /** Arrays that were looked at. */
  readonly arrays: number;
  /** Those of them on which a line can be asked for more than its limit, and the worst of its lines (A). */
  readonly over: readonly {
    readonly array: number;
    readonly line: 'driver' | 'column';
    /** Row of the driver, or column. */
    readonly index: number;
    readonly current: number;
    readonly limit: number;
  }[];
}

/** How a mapping is laid out for wires; fields as options have them. */
export interface Remedy extends Fill {
  readonly wireCorrection: 'none' | 'gains' | 'levels';
  readonly rowOrder: 'given' | 'magnitude';
  readonly window?: number;
  readonly rowsAtOnce?: number;
}

/** What a remedy costs, of the whole mapping. */
export interface RemedyPrice {
  readonly arrays: number;
  /** For one input of the model. */
  readonly conversions: number;
  /** Arrays with a line that its cells could ask for more than its limit, if wires had no resistance. */
  readonly over: number;
}

/** Of the layers that were looked at. */
export interface RemedyEstimate extends RemedyPrice {
  readonly remedy: Remedy;
  /** One figure for all of them (dB): 10 log10((1 - m) / m), m the mean share of what errs in a layer's outputs. */
  readonly snr: number;
  /** The same in that window if wires had neither resistance nor limits (dB). */
  readonly unwired: number;
  /** The least of a layer (dB). */
  readonly least: number;
}

export interface WireChoice {
  readonly taken: RemedyEstimate;
  /** In the order in which they were looked at, the one that was taken among them. */
  readonly tried: readonly RemedyEstimate[];
}
