/** The synapses of one layer on the chip that learns, as plain data: synapses.ts opens them, transfer-layer.ts and wear.ts change them. */
import type { Faults } from '../../target/faults.ts';
import type { FecapPlane } from './plane.ts';
import type { TransferDraws, TransferLaw } from './transfer.ts';

/** Where the synapses of a layer lie: one entry per weight, [input][output]. */
export interface SynapsePlaces {
  readonly array: Int32Array;
  readonly row: Int32Array;
  /** Column pair: G+ lies in column 2 pair, G- in the next. */
  readonly pair: Int32Array;
}

/** The chip that learns. */
export interface TrainingChip {
  readonly law: TransferLaw;
  /** Of every array. */
  readonly rows: number;
  readonly columns: number;
  /** Keys the devices, as it does for `program`. */
  readonly seed: number;
  readonly faults?: Faults | undefined;
}

/** What the writes of a plane lack. */
export interface Wear {
  /**
   * [FeCAPs switched][synapse], modulo 256: steps that took a magnitude up or down by 1, which switches so many of its lowest
   * bits. In the place of 0: steps between 0 and -1, which switch bit 0 and the sign.
   */
  readonly steps: Uint8Array;
  /** [transferred bit from the least significant up, then the sign][synapse in the order of arrays]: 1s written back. */
  readonly restores: Uint8Array;
  /** Transfers that these may hold. */
  rounds: number;
}

/** Synapses of one array: positions `start` to `end` of the tables. */
export interface ArrayOfLayer {
  readonly draws: TransferDraws;
  readonly start: number;
  readonly end: number;
}

/** What is fixed of every synapse, in the order of arrays. */
export interface SynapseTables {
  /** Number of the weight, and so of the synapse in the plane. */
  readonly weight: Int32Array;
  /** Cell of G+ within its array. */
  readonly plus: Int32Array;
  /** Bit 0: a stored plus is sensed as minus; bit 1: a stored minus as plus. */
  readonly misread: Uint8Array;
  /** [synapse][bit from the most significant down], digit steps. */
  readonly charge: Float64Array;
  /** [synapse][0 for G+, 1 for G-], digit steps. */
  readonly threshold: Float64Array;
  /** [synapse][0 for G+, 1 for G-], S; NaN for a cell that is not stuck. undefined where none can be. */
  readonly stuck: Float64Array | undefined;
}

/** What learning and transfers did to the layer so far. */
export interface LayerCounts {
  /** Transfers of the whole layer. */
  rounds: number;
  signErrors: number;
  setPulses: number;
  /** FeCAPs switched by hidden writes, and by the write-backs of transfers. */
  updateWrites: number;
  restoreWrites: number;
}

export interface LayerSynapses {
  readonly chip: TrainingChip;
  /** Synapse number = weight number, [input][output]. Its writes are those that `settleWear` left. */
  readonly plane: FecapPlane;
  readonly wear: Wear;
  /** [input][output], in level steps. */
  readonly analogue: Float32Array;
  readonly arrays: readonly ArrayOfLayer[];
  readonly tables: SynapseTables;
  /** Column pairs of arrays: each takes a transfer instruction of its own. */
  readonly columnPairs: number;
  readonly counts: LayerCounts;
}
