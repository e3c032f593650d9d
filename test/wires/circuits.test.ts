/** Against crossbars that badcrossbar and ngspice have solved, and against ngspice itself where it is installed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/data/npy.ts';
import { memorySource } from '../../src/files/byte-source.ts';
import { effectiveConductances } from '../../src/wires/effective.ts';
import type { Cells, Wires } from '../../src/wires/network.ts';
import { solveMvm } from '../../src/wires/nonlinear.ts';
import { apply, drawnCells, largest, relativeError } from './crossbars.ts';
import { ngspicePresent, solveNgspice } from './nodal.ts';

const folder = join(process.env.CROSSLOOM_DATA ?? '../shared/data', 'circuits');

async function parse(
  path: string,
  bytes: Uint8Array,
): Promise<{ dims: readonly number[]; data: Float64Array }> {
  const { dims, type, offset } = await readNpy(path, memorySource(bytes));
  expect(type).toBe('float64');
  return { dims, data: new Float64Array(Uint8Array.from(bytes.subarray(offset)).buffer) };
}

async function arraysOf(file: string) {
  const entries = Object.entries(unzipSync(readFileSync(join(folder, file))));
  const arrays = await Promise.all(
    entries.map(async ([name, bytes]) => [name.replace('.npy', ''), await parse(name, bytes)] as const),
  );
  return new Map(arrays);
}

async function circuit(file: string) {
  const arrays = await arraysOf(file);
  const [conductances, inputs, currents] = [arrays.get('G')!, arrays.get('V')!, arrays.get('Iout')!];
  const one = (name: string) => (arrays.get(name) ?? arrays.get('r_line'))!.data[0]!;
  const [rows, columns] = conductances.dims as [number, number];
  // Every segment has the same resistance there, the first and the last one included.
  const wires: Wires = {
    rowSegment: one('r_wl'),
    columnSegment: one('r_bl'),
    driver: one('r_wl'),
    sense: one('r_bl'),
    sides: 'one',
  };
  const cells: Cells = { conductances: conductances.data, rows, columns };
  const vectors = inputs.dims[1]!;
  const input = (k: number) => Array.from({ length: rows }, (_, i) => inputs.data[i * vectors + k]!);
  return { cells, wires, vectors, input, currents: currents.data };
}

const shared = existsSync(folder);
const names = ['16x16_r2', '32x32_r2', '64x64_r2', '64x200_R5000-100000_wl2_bl0.5'];

describe.skipIf(!shared)('solved circuits (skipped where CROSSLOOM_DATA has none)', () => {
  it.each(names)('badcrossbar %s: column currents', async (name) => {
    const { cells, wires, vectors, input, currents } = await circuit(`badcrossbar_${name}.npz`);
    const { conductances } = effectiveConductances(cells.conductances, cells.rows, cells.columns, wires);
    for (let k = 0; k < vectors; k++) {
      const expected = currents.subarray(k * cells.columns, (k + 1) * cells.columns);
      expect(relativeError(apply(conductances, cells.columns, input(k)), expected)).toBeLessThan(1e-8);
      const { columnCurrents } = solveMvm(cells, wires, { voltages: Float64Array.from(input(k)) });
      expect(relativeError(columnCurrents, expected)).toBeLessThan(1e-6);
    }
  });

  it.each(['16x16_r2', '32x32_r2'])('badcrossbar %s: node voltages', async (name) => {
    const { cells, wires, vectors, input } = await circuit(`badcrossbar_${name}.npz`);
    const nodes = await arraysOf(`badcrossbar_${name}_nodes.npz`);
    for (let k = 0; k < vectors; k++) {
      const solved = solveMvm(cells, wires, { voltages: Float64Array.from(input(k)) });
      const of = (array: string) => nodes.get(array)!.data.filter((_, at) => at % vectors === k);
      expect(relativeError(solved.wordlines, of('wl'))).toBeLessThan(1e-6);
      expect(relativeError(solved.bitlines, of('bl'))).toBeLessThan(1e-6);
    }
  });

  it.each(['16x16_r2', '32x32_r2'])('ngspice %s: column currents', async (name) => {
    const { cells, wires, vectors, input } = await circuit(`badcrossbar_${name}.npz`);
    const file = join(folder, `ngspice_${name}_Iout.npy`);
    const currents = await parse(file, readFileSync(file));
    const { conductances } = effectiveConductances(cells.conductances, cells.rows, cells.columns, wires);
    for (let k = 0; k < vectors; k++)
      expect(
        relativeError(
          apply(conductances, cells.columns, input(k)),
          currents.data.subarray(k * cells.columns, (k + 1) * cells.columns),
        ),
      ).toBeLessThan(1e-10);
  });
});

// On the machine that judges changes, a missing ngspice is a failure.
describe.skipIf(!ngspicePresent && !process.env.CI)('ngspice (skipped where it is not installed)', () => {
  const cells: Cells = drawnCells(12, 9, 50e-6, 4144e-6);
  // Some cells are unformed.
  const some: Cells = { ...cells, conductances: cells.conductances.map((g, c) => (c % 5 === 2 ? 0 : g)) };
  const inputs = Array.from({ length: 12 }, (_, i) => 0.2 * Math.cos(i));
  const wires = (sides: Wires['sides']): Wires => ({
    rowSegment: 2,
    columnSegment: 3,
    driver: 40,
    sense: 7,
    sides,
  });

  it.each(['one', 'two'] as const)('ohmic cells, driven from %s', (sides) => {
    const expected = solveNgspice(some, wires(sides), inputs);
    const { conductances } = effectiveConductances(some.conductances, 12, 9, wires(sides));
    expect(relativeError(apply(conductances, 9, inputs), expected.columnCurrents)).toBeLessThan(1e-9);
    const solved = solveMvm(some, wires(sides), { voltages: Float64Array.from(inputs) });
    expect(relativeError(solved.columnCurrents, expected.columnCurrents)).toBeLessThan(1e-6);
    expect(relativeError(solved.wordlines, expected.wordlines)).toBeLessThan(1e-6);
    expect(relativeError(solved.bitlines, expected.bitlines)).toBeLessThan(1e-6);
  });

  it.each(['one', 'two'] as const)('nonlinear cells and rows gated off, driven from %s', (sides) => {
    const law = { quadratic: 0.8, cubic: 9 };
    const gatedOff = Uint8Array.from({ length: 12 }, (_, i) => (i % 4 === 1 ? 1 : 0));
    const conducting: Cells = {
      ...some,
      conductances: some.conductances.map((g, c) => (gatedOff[Math.floor(c / 9)] ? 0 : g)),
    };
    const expected = solveNgspice(conducting, wires(sides), inputs, law);
    const solved = solveMvm(some, wires(sides), { voltages: Float64Array.from(inputs), gatedOff, law });
    expect(relativeError(solved.columnCurrents, expected.columnCurrents)).toBeLessThan(1e-6);
    expect(relativeError(solved.wordlines, expected.wordlines)).toBeLessThan(1e-6);
    expect(relativeError(solved.bitlines, expected.bitlines)).toBeLessThan(1e-6);
    // The law matters here.
    const ohmic = solveMvm(some, wires(sides), { voltages: Float64Array.from(inputs), gatedOff });
    const change = relativeError(ohmic.columnCurrents, solved.columnCurrents, largest(solved.columnCurrents));
    expect(change).toBeGreaterThan(0.01);
  });
});
