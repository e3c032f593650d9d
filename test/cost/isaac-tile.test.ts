/**
 * One tile of ISAAC, 96 arrays with their converters, at its peak, against the totals of the paper as the published code of PUMA
 * repeats them (src/ima_metrics.py and src/tile_metrics.py of Aayush-Ankit/puma-simulator, commit a206f75a), and its router as
 * isaac.py of Accelergy-Project/hwcomponents-library has it.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { type ArrayArea, arrayArea } from '../../src/cost/areas.ts';
import { totalOf } from '../../src/cost/parts.ts';
import { type Peak, peakOf } from '../../src/cost/peak.ts';
import type { Circuits } from '../../src/target/circuits.ts';
import { loadTarget } from '../../src/target/load.ts';

const arrays = 96;
/** 12 units 289 mW; eDRAM, bus, sigmoid, shift-and-add, pooling, output registers; a quarter of a router of 42 mW. */
const published = {
  units: { power: 289e-3, area: 0.157 },
  tile: {
    power: (289 + 20.7 + 7 + 0.52 + 0.05 + 0.4 + 1.68 + 42 / 4) * 1e-3,
    area: 0.157 + 0.083 + 0.09 + 0.0006 + 0.00006 + 0.00024 + 0.0032 + 0.15 / 4,
  },
};

let peak: Peak;
let area: ArrayArea;
beforeAll(async () => {
  // Weights of 16 bits in 8 cells of 2, inputs of 16 bits.
  const { target } = await loadTarget('isaac-128', ['slices=8']);
  const circuits = target.circuits as Circuits;
  peak = peakOf(target, circuits, 16, circuits.cells.energy!);
  area = arrayArea(target, circuits);
});

describe('a tile', () => {
  test('does what its arithmetic says: 128 x 16 products of 16 bits in 16 drives of 100 ns', () => {
    expect(peak.cycle).toBeCloseTo(100e-9, 12);
    expect(peak.rate).toBeCloseTo((2 * 128 * 16) / 1.6e-6, -3);
  });

  test('takes the published power within 10 %, its units and as a whole', () => {
    const { drivers, cells, sampleHold, converters, shiftAdd, registers } = peak.power;
    const units = arrays * (drivers + cells + sampleHold + converters + shiftAdd + registers);
    expect(units / published.units.power).toBeGreaterThan(0.9);
    expect(units / published.units.power).toBeLessThan(1.1);
    const tile = arrays * totalOf(peak.power);
    expect(tile / published.tile.power).toBeGreaterThan(0.9);
    expect(tile / published.tile.power).toBeLessThan(1.1);
  });

  test('takes the published area within 1 %', () => {
    const { drivers, cells, sampleHold, converters, shiftAdd, registers } = area.parts;
    const units = drivers + cells + sampleHold + converters + shiftAdd + registers;
    expect((arrays * units * 1e6) / published.units.area).toBeCloseTo(1, 2);
    expect((arrays * area.total * 1e6) / published.tile.area).toBeCloseTo(1, 2);
  });
});
