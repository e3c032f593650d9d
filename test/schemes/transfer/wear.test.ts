/** Wear that is counted when it is asked for, against a plane whose counters are kept at every write. */
import { describe, expect, test } from 'vitest';
import { tiledPlaces } from '../../../bench/tiled-places.ts';
import { openStream } from '../../../src/math/random.ts';
import { openFecapPlane, writeBack, writeHidden } from '../../../src/schemes/transfer/plane.ts';
import { openLayer, trainingChip } from '../../../src/schemes/transfer/synapses.ts';
import { transferLayer } from '../../../src/schemes/transfer/transfer-layer.ts';
import { settleWear, stepSynapse, writeSynapse } from '../../../src/schemes/transfer/wear.ts';
import type { Target } from '../../../src/target/target.ts';
import { transferTarget } from '../../chip/bench.ts';

const [inputs, outputs] = [5, 7];
const count = inputs * outputs;

function targetOf(bits: number, transferBits: number): Target {
  return { ...transferTarget, hidden: { ...transferTarget.hidden!, bits, transferBits } };
}

describe.each([
  [10, 3],
  [4, 3],
  [8, 1],
  [16, 15],
])('%i bits, of which %i are transferred', (bits, transferBits) => {
  // More steps of a synapse than a byte counts, and more transfers.
  test.each([
    [2000, 1],
    [300, 300],
  ])('%i steps of every synapse and %i transfers', (steps, transfers) => {
    const target = targetOf(bits, transferBits);
    const layer = openLayer(
      trainingChip(target, 1),
      tiledPlaces({ rows: 4, columns: 6 }, inputs, outputs, 0),
      inputs,
      outputs,
    );
    const plain = openFecapPlane(inputs, outputs, bits);
    const stream = openStream(2, 'steps', bits);
    const limit = 2 ** (bits - 1) - 1;
    let [updates, restores] = [0, 0];
    const write = (synapse: number, value: number) => {
      updates += writeHidden(plain, synapse, value);
    };
    const start = (synapse: number) => Math.round(limit * (synapse / (count - 1) - 0.5) * 0.02);
    for (let synapse = 0; synapse < count; synapse++) {
      writeSynapse(layer, synapse, start(synapse));
      write(synapse, start(synapse));
    }
    for (let step = 0; step < steps; step++) {
      for (let synapse = 0; synapse < count; synapse++) {
        const to = plain.values[synapse]! + (stream.uniform() < 0.5 ? 1 : -1);
        if (Math.abs(to) > limit) continue;
        stepSynapse(layer, synapse, to);
        write(synapse, to);
      }
      if (step < transfers) {
        transferLayer(layer);
        for (let synapse = 0; synapse < count; synapse++)
          restores += writeBack(plain, synapse, transferBits, plain.values[synapse]! < 0);
      }
      // Looking does not change anything.
      if (step % 97 === 0) settleWear(layer);
    }
    const { values, writes } = settleWear(layer);
    expect(values).toEqual(plain.values);
    expect(writes).toEqual(plain.writes);
    expect(layer.counts).toMatchObject({ updateWrites: updates, restoreWrites: restores, signErrors: 0 });
  });
});
