/** A layer that learns against the chip that `program` makes: every synapse one by one, bit for bit. */
import { describe, expect, test } from 'vitest';
import { tiledArrays, tiledPlaces } from '../../../bench/tiled-places.ts';
import { openArray } from '../../../src/chip/array-state.ts';
import { transfer, wakeUp, writeHidden } from '../../../src/chip/hidden-plane.ts';
import { form, reset } from '../../../src/chip/program-cells.ts';
import { openStream } from '../../../src/math/random.ts';
import { openLayer, trainingChip } from '../../../src/schemes/transfer/synapses.ts';
import { transferLayer } from '../../../src/schemes/transfer/transfer-layer.ts';
import { settleWear, writeSynapse } from '../../../src/schemes/transfer/wear.ts';
import { levelStepOf } from '../../../src/target/cell.ts';
import type { Target } from '../../../src/target/target.ts';
import { costsOf } from '../../../src/train/rules/hidden/costs.ts';
import { mostCycles } from '../../../src/train/rules/hidden/wear.ts';
import { transferTarget } from '../../chip/bench.ts';

const { rows, columns } = transferTarget.array;
const pairs = columns / 2;
const seed = 11;
const [inputs, outputs] = [200, 19];
const places = tiledPlaces({ rows, columns }, inputs, outputs, 3);
const arrays = tiledArrays({ rows, columns }, inputs, outputs);

/** Hidden integers of one round: what is stored, moved a little. */
function nextHidden(stored: Int16Array, round: number): Int16Array {
  const stream = openStream(5, 'hidden', round);
  return stored.map((h) => {
    const moved =
      round === 0 ? Math.round(511 * (2 * stream.uniform() - 1)) : h + Math.round(40 * stream.normal());
    return Math.max(-511, Math.min(511, moved));
  });
}

/** Runs rounds of writing and transfer in both ways; the chip's cells and counters are the expected ones. */
function runBoth(target: Target, rounds: number) {
  const layer = openLayer(trainingChip(target, seed), places, inputs, outputs);
  const geometry = { rows, columns, levels: 8, hiddenBits: 10, arrays: 3 + arrays };
  const states = Array.from({ length: arrays }, (_, a) => openArray(target, geometry, seed, 3 + a));
  const hiddenCells = states.map((state) => state.cells.hidden!);
  const mask = new Uint8Array(columns / 8).fill(0xff);
  states.forEach((state, a) => {
    for (let row = 0; row < rows; row++) {
      wakeUp(state, hiddenCells[a]!, { op: 'wake-up', row, cycles: target.hidden!.wakeUpCycles });
      form(state, { op: 'form', row, mask });
      reset(state, { op: 'reset', row, mask });
    }
  });
  const before = states.map(({ counters }) => ({ ...counters }));
  const used = new Map<string, number>();
  for (let w = 0; w < inputs * outputs; w++) {
    const key = `${places.array[w]! - 3} ${places.pair[w]}`;
    used.set(key, Math.max(used.get(key) ?? 0, places.row[w]! + 1));
  }
  for (let round = 0; round < rounds; round++) {
    const hidden = nextHidden(layer.plane.values, round);
    hidden.forEach((value, w) => {
      writeSynapse(layer, w, value);
      const a = places.array[w]! - 3;
      const values = Int16Array.of(value);
      writeHidden(states[a]!, hiddenCells[a]!, {
        op: 'write-hidden',
        row: places.row[w]!,
        pair: places.pair[w]!,
        values,
      });
    });
    transferLayer(layer);
    for (const [key, endRow] of used) {
      const [a, pair] = key.split(' ').map(Number);
      transfer(states[a!]!, hiddenCells[a!]!, { op: 'transfer', pair: pair!, firstRow: 0, endRow });
    }
  }
  return { layer, states, hiddenCells, before };
}

const wild: Target = {
  ...transferTarget,
  hidden: {
    ...transferTarget.hidden!,
    windowSpread: 0.3,
    chargeSpread: 0.2,
    lineNoise: 1,
    thresholdSpread: 0.5,
  },
};
const errorFree: Target = {
  ...transferTarget,
  programming: { ...transferTarget.programming, cycleToCycle: 0, resetSpread: 0 } as Target['programming'],
  hidden: {
    ...transferTarget.hidden!,
    chargeSpread: 0,
    lineNoise: 0,
    thresholdSpread: 0,
    windowSpread: 0,
    senseOffset: 0,
  },
};
const stuck: Target = {
  ...transferTarget,
  faults: { stuckLow: 0.03, stuckHigh: 0.02, endurance: 1e5, spent: 0 },
};

describe.each([
  { name: 'the target as it is', target: transferTarget },
  { name: 'large spreads, signs sensed wrongly', target: wild },
  { name: 'no spread at all', target: errorFree },
  { name: 'stuck cells', target: stuck },
])('$name', ({ name, target }) => {
  const { layer, states, hiddenCells, before } = runBoth(target, 4);

  test('analogue weights and hidden integers are those of the chip', () => {
    const analogue = new Float32Array(inputs * outputs);
    const hidden = new Int16Array(inputs * outputs);
    const writes: number[] = [];
    for (let w = 0; w < inputs * outputs; w++) {
      const a = places.array[w]! - 3;
      const plus = places.row[w]! * columns + 2 * places.pair[w]!;
      const synapse = places.row[w]! * pairs + places.pair[w]!;
      const g = states[a]!.conductances;
      analogue[w] = (g[plus]! - g[plus + 1]!) / levelStepOf(target.cell);
      hidden[w] = hiddenCells[a]!.plane.values[synapse]!;
      writes.push(...hiddenCells[a]!.plane.writes.subarray(10 * synapse, 10 * synapse + 10));
    }
    expect(layer.analogue).toEqual(analogue);
    expect(layer.plane.values).toEqual(hidden);
    expect(settleWear(layer).writes).toEqual(Uint32Array.from(writes));
  });

  test('counts, energy and wear are those of the chip', () => {
    const total = (of: (counters: (typeof before)[0]) => number) =>
      states.reduce((sum, { counters }, a) => sum + of(counters) - of(before[a]!), 0);
    const costs = costsOf([layer]);
    expect(costs).toMatchObject({
      transfers: total((c) => c.transfers),
      signErrors: total((c) => c.signErrors),
      setPulses: total((c) => c.setPulses),
      resetPulses: total((c) => c.resetPulses),
      fecapReads: total((c) => c.fecapReads),
    });
    expect(costs.updateWrites + costs.restoreWrites).toBe(total((c) => c.fecapWrites));
    expect((costs.memristorEnergy + costs.fecapEnergy) / total((c) => c.energy)).toBeCloseTo(1, 9);
    expect(costs.time / total((c) => c.time)).toBeCloseTo(1, 9);
    expect(costs.signErrors > 0).toBe(name.includes('wrongly'));
    expect(mostCycles([layer])).toEqual({
      memristor: Math.max(...states.map(({ cycles }) => Math.max(...cycles))),
      fecap:
        1000 + Math.max(...hiddenCells.map(({ plane }) => plane.writes.reduce((a, b) => Math.max(a, b)))),
    });
  });
});
