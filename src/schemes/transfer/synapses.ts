/**
 * The synapses of one layer on its chip: hidden integers in FeCAPs, and the analogue weights that a transfer leaves in the
 * memristors. What is fixed of the devices from fabrication on (charge, threshold, sign sensing, stuck cells) is drawn
 * once, into tables in the order of arrays.
 *
 * An analogue weight is (G+ - G-) / level step: about -7 to 7 for three transferred bits.
 */

import { InternalError } from '../../diagnostics/diagnostic.ts';
import { drawStuckCells } from '../../target/faults.ts';
import type { Target } from '../../target/target.ts';
import { transferLawIn } from './cells.ts';
import type { ArrayOfLayer, LayerSynapses, SynapsePlaces, SynapseTables, TrainingChip } from './layer.ts';
import { openFecapPlane } from './plane.ts';
import {
  drawChargeErrors,
  openTransferDraws,
  signIsMisread,
  type TransferDraws,
  thresholdError,
} from './transfer.ts';
import { openWear } from './wear.ts';

/** @throws InternalError for a target without hidden planes, which commands refuse before */
export function trainingChip(target: Target, seed: number): TrainingChip {
  const { array, faults } = target;
  const law = transferLawIn(target);
  if (!law) throw new InternalError('train', `target ${target.name} has no hidden planes`);
  return { law, rows: array.rows, columns: array.columns, seed, faults };
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
  const { stuckLow, stuckHigh } = chip.faults ?? { stuckLow: 0, stuckHigh: 0 };
  const mayStick = stuckLow + stuckHigh > 0;
  const tables: SynapseTables = {
    weight,
    plus: weight.map((w) => places.row[w]! * chip.columns + 2 * places.pair[w]!),
    misread: new Uint8Array(count),
    charge: new Float64Array(count * hidden.transferBits),
    threshold: new Float64Array(2 * count),
    stuck: mayStick ? new Float64Array(2 * count).fill(Number.NaN) : undefined,
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
