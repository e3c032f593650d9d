/** What passes over a chip cost, against chips that go through them, and sums by hand. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyDelta } from '../../src/chip/apply-delta.ts';
import { type Chip, totalCounts } from '../../src/chip/chip.ts';
import { executeBitstream } from '../../src/chip/execute.ts';
import { circuitsOf } from '../../src/cost/circuits-of.ts';
import { type Cost, costPackage } from '../../src/cost/cost.ts';
import { mostProducts } from '../../src/cost/passes.ts';
import type { ArrayProgram, BitstreamHeader } from '../../src/ir/schedule.ts';
import { decodePrograms } from '../../src/package/bitstreams.ts';
import type { Package } from '../../src/package/open.ts';
import { formatCost } from '../../src/report/cost-text.ts';
import { compiled, pulsed, width } from '../support/pass-chain.ts';

const batch = 50;
let pkg: Package;
let cost: Cost;
beforeAll(async () => {
  pkg = await compiled(pulsed, 3, 1);
  cost = await costPackage(pkg, { circuits: await circuitsOf(pkg, 'isaac-128'), seed: 1, batch });
});

describe('passes', () => {
  it('take what a chip takes that went through all of them before', async () => {
    const { header, arrays } = await decodePrograms(pkg);
    const programs: ArrayProgram[] = [];
    for await (const program of arrays) programs.push(program);
    // One array stays; those of the passes are arrays 1 and 2 of the chip.
    const own: BitstreamHeader = { ...header, arrays: 3 };
    const name = '0'.repeat(64);
    const how = { seed: 1, bitstream: name, keepHistory: true };
    let chip = await executeBitstream(own, programs.slice(0, 3), pkg.loaded, how);
    const pass = async (number: number) => {
      const first = 2 * number - 1;
      const written = programs
        .slice(first, first + 2)
        .map((program) => ({ ...program, array: program.array - first + 1 }));
      chip = await applyDelta(chip, { ...own, base: name }, written, pkg.loaded, { bitstream: name });
    };
    await pass(2);
    const before: Chip = chip;
    await pass(1);
    await pass(2);
    const { writing } = cost.passes!;
    const took = (field: 'energy' | 'time') =>
      totalCounts(chip.counters)[field] - totalCounts(before.counters)[field];
    expect(writing).toMatchObject({ written: 2, arrays: 2 });
    expect(writing.energy / took('energy')).toBeCloseTo(1, 9);
    expect(writing.time / took('time')).toBeCloseTo(1, 9);
    const worn = chip.history!.map(({ cycles }, array) =>
      cycles.reduce((most, count, cell) => Math.max(most, count - before.history![array]!.cycles[cell]!), 0),
    );
    expect(writing.wear.memristor).toBe(Math.max(...worn));
  });

  it('write every cell of four layers for a batch, and wear out the target after as many as it endures', () => {
    const { writing, waiting, bytes, batches } = cost.passes!;
    expect(writing.cells).toBe(4 * 2 * width * width);
    expect(waiting).toBe(batch * bytes);
    // A cell that does not respond gets 501 pulses in each of two passes, of 10^6 less the 1000 that it had.
    expect(writing.wear.memristor).toBe(2 * 501);
    expect(batches).toBe(Math.floor((1e6 - 1e3) / 1002));
  });

  it('stand beside layers that stay digital, and more chips', () => {
    const { ways, writing, batchForTenth, digitalLayers } = cost.passes!;
    const { energy, latency } = cost.inference;
    expect(ways.enough).toMatchObject({ arrays: 5, chips: 2, onArrays: 1, energy, time: latency });
    expect(ways.passes).toMatchObject({ arrays: 3, chips: 1, onArrays: 1 });
    expect(ways.passes.energy).toBeCloseTo(energy + writing.energy / batch, 12);
    expect(ways.passes.time).toBeCloseTo(latency + writing.time / batch, 12);
    expect(
      (0.1 * (writing.time / batchForTenth + latency)) / (writing.time / batchForTenth),
    ).toBeGreaterThanOrEqual(1);
    // Three of five equal layers have room; the others take 256 products of three rows each, at 0.26 pJ.
    expect(ways.digital).toMatchObject({ arrays: 3, chips: 1, onArrays: 0.6 });
    expect(digitalLayers).toHaveLength(2);
    const off = cost.layers.filter(({ name }) => digitalLayers.includes(name));
    const saved = off.reduce((sum, layer) => sum + layer.energy, 0);
    expect(ways.digital.energy).toBeCloseTo(energy - saved + 2 * 3 * width * width * 0.26e-12, 15);
  });

  it('are told with what a batch writes', () => {
    const text = formatCost(cost);
    expect(text).toMatch(/2 passes, batches of 50 +3 +1 +100\.0 %/);
    expect(text).toMatch(/2 layers digital +3 +1 +60\.0 %/);
    expect(text).toMatch(
      /wear +1,002 cycles of the memristor with the most, a batch: 997 batches, 49,850 inferences/,
    );
  });
});

it('the layers that stay on arrays are those with the most products, of all choices', () => {
  const layer = fc.record({ arrays: fc.integer({ min: 1, max: 5 }), macs: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(
      fc.array(layer, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 0, max: 12 }),
      (layers, room) => {
        const sum = (chosen: (index: number) => boolean, of: 'arrays' | 'macs') =>
          layers.reduce((total, own, i) => total + (chosen(i) ? own[of] : 0), 0);
        let most = 0;
        for (let set = 0; set < 2 ** layers.length; set++) {
          const has = (i: number) => (set >> i) % 2 === 1;
          if (sum(has, 'arrays') <= room) most = Math.max(most, sum(has, 'macs'));
        }
        const chosen = mostProducts(layers, room);
        expect(sum((i) => chosen.has(i), 'macs')).toBe(most);
        expect(sum((i) => chosen.has(i), 'arrays')).toBeLessThanOrEqual(room);
      },
    ),
  );
});
