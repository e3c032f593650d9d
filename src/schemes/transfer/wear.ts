/**
 * Writes of a layer's hidden integers, and the wear of its FeCAPs. Learning and transfers switch FeCAPs too often to look up
 * their counters (plane.ts) each time: those of a single synapse fill half a cache line. So they are counted in
 * planes of bytes, of which few are used often, and `settleWear` adds these to the counters.
 */

import type { LayerSynapses, Wear } from './layer.ts';
import { type FecapPlane, hiddenPattern, writeHidden } from './plane.ts';

/** Transfers after which a byte could overflow. */
const mostRounds = 255;

export function openWear({ values, bits }: FecapPlane, transferBits: number): Wear {
  return {
    steps: new Uint8Array(bits * values.length),
    restores: new Uint8Array((transferBits + 1) * values.length),
    rounds: 0,
  };
}

/** Writes one hidden integer; only FeCAPs whose bit changes get a pulse. */
export function writeSynapse({ plane, counts }: LayerSynapses, synapse: number, value: number): void {
  counts.updateWrites += writeHidden(plane, synapse, value);
}

/** Writes a hidden integer that is 1 above or below the one that is stored. */
export function stepSynapse({ plane, wear, counts }: LayerSynapses, synapse: number, value: number): void {
  const { values, bits } = plane;
  const from = values[synapse]!;
  values[synapse] = value;
  const switched = 32 - Math.clz32(Math.abs(from) ^ Math.abs(value));
  const signChanges = from + value === -1;
  counts.updateWrites += signChanges ? 2 : switched;
  const counter = (signChanges ? 0 : switched) * values.length + synapse;
  const steps = wear.steps[counter]! + 1;
  wear.steps[counter] = steps;
  if (steps === 256) addWrites(plane, synapse, stepPattern(signChanges ? 0 : switched, bits), 256);
}

function stepPattern(switched: number, bits: number): number {
  return switched === 0 ? hiddenPattern(-1, bits) : (1 << switched) - 1;
}

/** Counts the transfer that has just written back a layer. */
export function countTransfer(layer: LayerSynapses): void {
  layer.counts.rounds++;
  layer.wear.rounds++;
  if (layer.wear.rounds === mostRounds) settleWear(layer);
}

/** @returns the hidden plane, with the writes of all FeCAPs up to date */
export function settleWear(layer: LayerSynapses): FecapPlane {
  const { plane, wear, tables, chip } = layer;
  const { steps, restores } = wear;
  const { bits } = plane;
  const { transferBits } = chip.law.hidden;
  const count = plane.values.length;
  for (let kind = 0; kind < bits; kind++)
    for (let n = 0; n < count; n++) addWrites(plane, n, stepPattern(kind, bits), steps[kind * count + n]!);
  // The transferred bits and the sign are the topmost.
  for (let bit = 0; bit <= transferBits; bit++)
    for (let n = 0; n < count; n++)
      plane.writes[tables.weight[n]! * bits + bits - 1 - transferBits + bit]! += restores[bit * count + n]!;
  forgetWear(layer);
  return plane;
}

/** Forgets what is not settled: the writes are set to those of another run. */
export function forgetWear({ wear }: LayerSynapses): void {
  wear.steps.fill(0);
  wear.restores.fill(0);
  wear.rounds = 0;
}

/** Counts writes of every FeCAP of a pattern. */
function addWrites({ bits, writes }: FecapPlane, synapse: number, pattern: number, times: number): void {
  let fecap = synapse * bits;
  for (let rest = pattern; rest !== 0; rest >>= 1) writes[fecap++]! += (rest & 1) * times;
}
