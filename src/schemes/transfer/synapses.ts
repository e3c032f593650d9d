/**
 * The synapses of one layer on its chip: hidden integers in FeCAPs, and the analogue weights that a transfer leaves in the
 * memristors. What is fixed of the devices from fabrication on (charge, threshold, sign sensing, stuck cells) is drawn
 * once, into tables in the order of arrays.
 *
 * An analogue weight is (G+ - G-) / level step: about -7 to 7 for three transferred bits.
 */

import { InternalError } from '../../diagnostic.ts';
import type { Faults } from '../../target/faults.ts';
import { drawStuckCells } from '../../target/faults.ts';
import type { Target } from '../../target/target.ts';
import type { SynapsePlaces } from '../../train/places.ts';
import { type FecapPlane, openFecapPlane } from './plane.ts';
import {
  drawChargeErrors,
  openTransferDraws,
  signIsMisread,
  type TransferDraws,
  type TransferLaw,
  thresholdError,
} from './transfer.ts';
import { openWear, type Wear } from './wear.ts';

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

/** @throws InternalError for a target without hidden planes, which commands refuse before */
export function trainingChip(target: Target, seed: number): TrainingChip {
  const { programming, hidden, cell, array, faults } = target;
  if (programming.scheme !== 'transfer' || !hidden)
    throw new InternalError('train', `target ${target.name} has no hidden planes`);
  const law = { programming, hidden, cell };
  return { law, rows: array.rows, columns: array.columns, seed, faults };
}

/** Synapses of one array: positions `start` to `end` of the tables. */
export interface ArrayOfLayer {
  readonly draws: TransferDraws;
  readonly start: number;
  readonly end: number;
}

/** What is fixed of every synapse, in the order of arrays. */
interface SynapseTables {
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

/**
 * Opens a layer on a chip whose lines are woken up and whose cells are formed and RESET. Its hidden integers are all 0
 * and its analogue weights undefined until they are written and transferred.
 * @param places where each of the inputs x outputs weights lies
 * @param analogue where its analogue weights go
 */
export function openLayer(
  chip: TrainingChip,
  places: SynapsePlaces,
  inputs: number,
  outputs: number,
  analogue: Float32Array = new Float32Array(inputs * outputs),
): LayerSynapses {
  const { hidden } = chip.law;
  const plane = openFecapPlane(inputs, outputs, hidden.bits);
  plane.wakeUps.fill(hidden.wakeUpCycles);
  const count = inputs * outputs;
  const weight = Int32Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => places.array[a]! - places.array[b]! || a - b,
  );
  const tables: SynapseTables = {
    weight,
    plus: weight.map((w) => places.row[w]! * chip.columns + 2 * places.pair[w]!),
    misread: new Uint8Array(count),
    charge: new Float64Array(count * hidden.transferBits),
    threshold: new Float64Array(2 * count),
    stuck: mayStick(chip) ? new Float64Array(2 * count).fill(Number.NaN) : undefined,
  };
  const arrays: ArrayOfLayer[] = [];
  const pairs = new Set<number>();
  for (let start = 0; start < count; ) {
    const array = places.array[weight[start]!]!;
    let end = start;
    while (end < count && places.array[weight[end]!] === array) end++;
    const draws = openTransferDraws(chip.seed, array);
    drawFixed(chip, draws, places, tables, start, end);
    holdStuck(chip, array, tables, start, end);
    for (let n = start; n < end; n++) pairs.add(array * chip.columns + places.pair[weight[n]!]!);
    arrays.push({ draws, start, end });
    start = end;
  }
  return {
    chip,
    plane,
    wear: openWear(plane, hidden.transferBits),
    analogue,
    arrays,
    tables,
    columnPairs: pairs.size,
    counts: { rounds: 0, signErrors: 0, setPulses: 0, updateWrites: 0, restoreWrites: 0 },
  };
}

function drawFixed(
  { law, columns }: TrainingChip,
  draws: TransferDraws,
  places: SynapsePlaces,
  { weight, plus, misread, charge, threshold }: SynapseTables,
  start: number,
  end: number,
): void {
  const { hidden } = law;
  for (let n = start; n < end; n++) {
    const row = places.row[weight[n]!]!;
    const at = { row, synapse: row * (columns >> 1) + places.pair[weight[n]!]!, cell: plus[n]! };
    misread[n] =
      (signIsMisread(hidden, draws, at, false) ? 1 : 0) | (signIsMisread(hidden, draws, at, true) ? 2 : 0);
    drawChargeErrors(hidden, draws, at, charge, n * hidden.transferBits);
    threshold[2 * n] = thresholdError(hidden, draws, at, false);
    threshold[2 * n + 1] = thresholdError(hidden, draws, at, true);
  }
}

function mayStick({ faults }: TrainingChip): boolean {
  return faults !== undefined && faults.stuckLow + faults.stuckHigh > 0;
}

function holdStuck(
  { law, faults, seed, rows, columns }: TrainingChip,
  array: number,
  { plus, stuck }: SynapseTables,
  start: number,
  end: number,
): void {
  if (!faults || !stuck) return;
  const cells = drawStuckCells(faults, law.cell, seed, array, rows * columns);
  for (let n = start; n < end; n++) {
    stuck[2 * n] = cells.get(plus[n]!) ?? Number.NaN;
    stuck[2 * n + 1] = cells.get(plus[n]! + 1) ?? Number.NaN;
  }
}
