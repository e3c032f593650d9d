/**
 * Transfers a layer: turns its hidden integers into analogue weights. Every synapse gets what src/chip/hidden-plane.ts does
 * to a column pair, with the same law and the same draws, so that the chip that learns is the chip that `program` gives.
 * Noise is drawn for all synapses of an array at once, and not at all where its spread is 0.
 */

import { fillNormals, openEvents } from '../../kernels/bulk-normals.ts';
import { levelStepOf, resetConductance } from '../../target/cell.ts';
import { transferredMagnitude } from '../../target/hidden-plane.ts';
import type { ArrayOfLayer, LayerSynapses } from './layer.ts';
import { conductanceAfterSet, sumChargeErrors } from './transfer.ts';
import { countTransfer } from './wear.ts';

/** Operations that every cell has seen before its first transfer: the RESET after forming. */
export const operationsBefore = 1;

/** The noise of one array's transfers, reused by the next: two RESETs of every synapse, line and SET of those that are SET. */
const noise = { reset: new Float64Array(0), line: new Float64Array(0), set: new Float64Array(0) };

/** Transfers every synapse: sets `analogue`, and in the hidden plane the signs that were sensed wrongly. */
export function transferLayer(layer: LayerSynapses): void {
  for (const array of layer.arrays) {
    drawNoise(layer, array);
    transferArray(layer, array);
  }
  countTransfer(layer);
}

/** Draws what each synapse needs, in the order in which `transferArray` takes it. */
function drawNoise(
  { chip, plane, tables, counts }: LayerSynapses,
  { draws, start, end }: ArrayOfLayer,
): void {
  const { programming, hidden } = chip.law;
  const { weight, plus } = tables;
  const count = end - start;
  if (noise.line.length < count) {
    noise.reset = new Float64Array(2 * count);
    noise.line = new Float64Array(count);
    noise.set = new Float64Array(count);
  }
  const all = openEvents(2, count);
  const some = openEvents(1, count);
  const first = (operationsBefore + counts.rounds) * chip.rows * chip.columns;
  let sets = 0;
  for (let n = start; n < end; n++) {
    const event = first + plus[n]!;
    all[n - start] = event;
    // Written for every synapse, and overwritten unless this one is SET: no guess is needed.
    some[sets] = event;
    const stored = plane.values[weight[n]!]!;
    sets += -transferredMagnitude(stored, plane.bits, hidden.transferBits) >>> 31;
  }
  if (programming.resetSpread === 0) noise.reset.fill(0);
  else fillNormals(draws.reset, 2, count, noise.reset);
  if (hidden.lineNoise === 0) noise.line.fill(0);
  else fillNormals(draws.line, 1, sets, noise.line);
  if (programming.cycleToCycle === 0) noise.set.fill(0);
  else fillNormals(draws.set, 1, sets, noise.set);
}

function transferArray(layer: LayerSynapses, { start, end }: ArrayOfLayer): void {
  const { chip, plane, analogue, tables, counts } = layer;
  const { hidden, programming, cell } = chip.law;
  const { weight, misread, charge, threshold, stuck } = tables;
  const { bits, values } = plane;
  const { transferBits, lineNoise } = hidden;
  const { resetSpread, cycleToCycle } = programming;
  const { reset, line, set } = noise;
  const levelStep = levelStepOf(cell);
  const { restores } = layer.wear;
  const count = values.length;
  const inArray = end - start;
  let [signErrors, sets, restored] = [0, 0, 0];
  for (let n = start; n < end; n++) {
    const synapse = weight[n]!;
    const stored = values[synapse]!;
    const digit = transferredMagnitude(stored, bits, transferBits);
    // Signs as 0 for plus and 1 for minus: numbers, because a processor cannot guess them.
    const negative = stored >>> 31;
    const signError = (misread[n]! >> negative) & 1;
    const sensed = negative ^ signError;
    const own = n - start;
    let high = resetConductance(cell, resetSpread, reset[own + sensed * inArray]!);
    let low = resetConductance(cell, resetSpread, reset[own + (sensed ^ 1) * inArray]!);
    if (digit !== 0) {
      const chargeError = sumChargeErrors(charge, n * transferBits, transferBits, digit);
      const lineError = lineNoise * line[sets]!;
      const disturbed = digit + chargeError + lineError + threshold[2 * n + sensed]!;
      high = conductanceAfterSet(cell, disturbed, 1 + cycleToCycle * set[sets]!);
      sets++;
    }
    signErrors += signError;
    for (let bit = 0; bit < transferBits; bit++) {
      const one = (digit >> bit) & 1;
      restores[bit * count + n]! += one;
      restored += one;
    }
    restores[transferBits * count + n]! += sensed;
    restored += sensed;
    // What was sensed is written back.
    if (signError !== 0) values[synapse] = -stored;
    if (stuck) {
      const [heldHigh, heldLow] = [stuck[2 * n + sensed]!, stuck[2 * n + (sensed ^ 1)]!];
      if (!Number.isNaN(heldHigh)) high = heldHigh;
      if (!Number.isNaN(heldLow)) low = heldLow;
    }
    // A chip keeps conductances as 32-bit floats; adding 0 makes nothing of a negative zero.
    analogue[synapse] = ((1 - 2 * sensed) * (Math.fround(high) - Math.fround(low))) / levelStep + 0;
  }
  counts.signErrors += signErrors;
  counts.setPulses += sets;
  counts.restoreWrites += restored;
}
