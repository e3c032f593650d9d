/** The pass against a count of its own: the program of every array, with the faulty cells put in, read back as weights. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchangeRows } from '../../../passes/map/exchange-rows.ts';
import { flipColumns } from '../../../passes/map/flip-columns.ts';
import { reportFaults } from '../../../passes/map/report-faults.ts';
import { workAroundFaults } from '../../../passes/map/work-around-faults.ts';
import { writeSchedule } from '../../../passes/program/write-schedule.ts';
import type { CalibrationRecord } from '../../../src/ir/calibration-record.ts';
import type { FaultMap } from '../../../src/ir/fault-map.ts';
import type { Mapping, SlicedLayer } from '../../../src/ir/mapping.ts';
import { verifyMapping } from '../../../src/ir/verify-mapping.ts';
import type { Target } from '../../../src/target/target.ts';
import { drawFaults } from '../../support/draw-faults.ts';
import {
  convGeometry,
  place,
  quantizedLayer,
  recordFor,
  sized,
  slicedLayer,
  unitConverters,
  recordVectors as vectors,
} from '../layers.ts';

function layerOf(
  groups: number,
  rows: number,
  columns: number,
  output: string,
  changes: Partial<SlicedLayer> = {},
): SlicedLayer {
  const node = quantizedLayer({ groups, rows, columns, output, geometry: convGeometry(rows) });
  return slicedLayer(node, changes);
}

/** What every cell conducts: as programmed, or stuck. A cell that is not programmed conducts nothing. */
function cellsOf(mapping: Mapping, target: Target, faults: FaultMap): Float64Array[] {
  const converters = unitConverters(mapping);
  const { rows, columns } = target.array;
  return Array.from(writeSchedule.run(mapping, { converters, target }), ({ array, instructions }) => {
    const cells = new Float64Array(rows * columns);
    const programmed = new Uint8Array(rows * columns);
    for (const instruction of instructions) {
      if (instruction.op !== 'program') continue;
      const first = instruction.row * columns + instruction.column;
      cells.set(instruction.codes, first);
      programmed.fill(1, first, first + instruction.codes.length);
    }
    for (const { row, column, conductance } of faults.arrays[array]!) {
      const shorted = conductance > target.cell.gUseMax / 2;
      if (programmed[row * columns + column] || shorted) cells[row * columns + column] = conductance;
    }
    return cells;
  });
}

/** Sum over all columns of blocks of the mean square of what cells are off, as a share of the column's signal. */
function noiseOf(mapping: Mapping, target: Target, faults: FaultMap, record: CalibrationRecord): number {
  const arrays = cellsOf(mapping, target, faults);
  let noise = 0;
  for (const block of mapping.blocks) {
    const { node, copies } = mapping.layers[block.layer]!;
    const inputs = node.groups * node.rows;
    const { vectors: codes } = record.layers.get(node.output)!;
    const varianceOf = (input: number) => {
      const own = Array.from({ length: vectors }, (_, v) => codes[v * inputs + input]!);
      const mean = own.reduce((a, b) => a + b) / vectors;
      return 1 + own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / vectors;
    };
    const width = block.columns.end - block.columns.start;
    const height = block.rows.end - block.rows.start;
    const groups = block.groups.end - block.groups.start;
    for (let column = 0; column < groups * width; column++) {
      const group = block.groups.start + Math.floor(column / width);
      const output = block.columns.start + (column % width);
      let power = 0;
      for (let row = 0; row < node.rows; row++) {
        const weight = node.integers[(group * node.rows + row) * node.columns + output]!;
        power += weight ** 2 * varianceOf(group * node.rows + row);
      }
      const at = block.column + 2 * (block.places?.place[column] ?? column);
      const sign = block.places?.flipped[column] ? -1 : 1;
      let error = 0;
      for (let r = 0; r < groups * height; r++) {
        const own = block.groups.start + Math.floor(r / height);
        const k = block.rows.start + (r % height);
        const weight = own === group ? node.integers[(group * node.rows + k) * node.columns + output]! : 0;
        const line = (block.row + (block.rowPlaces?.[r] ?? r)) * target.array.columns;
        const held = sign * (arrays[block.array]![line + at]! - arrays[block.array]![line + at + 1]!);
        error += (held - weight) ** 2 * varianceOf(own * node.rows + k);
      }
      noise += error / copies ** 2 / power;
    }
  }
  return noise;
}

/** The same for one block of one group beside its reference column, which digit 0 leaves at the level of the middle. */
function noiseBesideReference(
  { blocks: [block], layers: [layer] }: Mapping,
  target: Target,
  faults: FaultMap,
  record: CalibrationRecord,
): number {
  const { node, radix } = layer!;
  const { rows, columns, integers } = node;
  const cells = cellsOf({ blocks: [block!], layers: [layer!], arrays: 1 }, target, faults)[0]!;
  const { vectors: codes } = record.layers.get(node.output)!;
  const variances = Array.from({ length: rows }, (_, row) => {
    const own = Array.from({ length: vectors }, (__, v) => codes[v * rows + row]!);
    const mean = own.reduce((a, b) => a + b) / vectors;
    return 1 + own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / vectors;
  });
  let noise = 0;
  for (let column = 0; column < columns; column++) {
    const at = block!.column + block!.places!.place[column]!;
    const sign = block!.places!.flipped[column] ? -1 : 1;
    let [error, power] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const weight = integers[row * columns + column]!;
      const held = sign * (cells[(block!.row + row) * target.array.columns + at]! - (radix - 1) / 2);
      // What is less than half a level off counts as right.
      if (Math.abs(held - weight) > 0.5) error += (held - weight) ** 2 * variances[row]!;
      power += weight ** 2 * variances[row]!;
    }
    noise += error / power;
  }
  return noise;
}

describe('work-around-faults', () => {
  it('never raises the noise, and reports what a count of its own finds', () => {
    const shape = fc.record({
      groups: fc.integer({ min: 1, max: 5 }),
      rows: fc.integer({ min: 1, max: 20 }),
      columns: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(
        fc.array(shape, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(0, 0.01, 0.1, 0.5),
        fc.constantFrom(0, 1),
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 1, max: 2 }),
        (shapes, share, stuck, seed, copies) => {
          const target = sized(16, 20);
          const layers = shapes.map((s, i) => layerOf(s.groups, s.rows, s.columns, `y${i}`, { copies }));
          const record = recordFor(layers);
          const before = place(layers, target);
          // Stuck at whole levels, which are exactly right or a digit and more off.
          const drawn = drawFaults(target, before.arrays, share, seed, stuck);
          const faults = {
            ...drawn,
            arrays: drawn.arrays.map((f) =>
              f.map((fault) => ({ ...fault, conductance: Math.round(fault.conductance) })),
            ),
          };
          const context = { faults, record, target };
          const after = workAroundFaults.run(before, context);
          verifyMapping(after, target);
          const report = reportFaults(before, after, context);
          const counted = [before, after].map((mapping) => noiseOf(mapping, target, faults, record));
          expect(report.before.noise).toBeCloseTo(counted[0]!, 6);
          expect(report.after.noise).toBeCloseTo(counted[1]!, 6);
          expect(counted[1]!).toBeLessThanOrEqual(counted[0]! + 1e-9);

          const exchanged = exchangeRows.run(after, context);
          verifyMapping(exchanged, target);
          const noise = noiseOf(exchanged, target, faults, record);
          expect(reportFaults(before, exchanged, context).after.noise).toBeCloseTo(noise, 6);
          expect(noise).toBeLessThanOrEqual(counted[1]! + 1e-9);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('saves every column with one dead cell by flipping it', () => {
    const target = sized(9, 8);
    const layers = [layerOf(4, 2, 1, 'y')];
    const before = place(layers, target);
    const [block] = before.blocks;
    for (let row = 0; row < 8; row++) {
      for (let column = 0; column < 8; column++) {
        const faults = {
          rows: 9,
          columns: 8,
          arrays: [[{ row: block!.row + row, column: block!.column + column, conductance: 0 }]],
        };
        const context = { faults, record: recordFor(layers), target };
        const after = workAroundFaults.run(before, context);
        const report = reportFaults(before, after, context);
        expect(report.after).toEqual({ cells: 0, noise: 0 });
        if (report.before.cells > 0) expect(report.flipped + report.moved).toBeGreaterThan(0);
      }
    }
  });

  it('exchanges rows where columns cannot help: all tiles on their wordlines with them', () => {
    const target = sized(8, 8);
    // Both cells of every pair are dead in the last row, where the first weights are zero.
    const integers = Int8Array.from({ length: 4 * 6 }, (_, i) => (i < 6 ? 0 : 1 + (i % 3)));
    const node = quantizedLayer({ groups: 1, rows: 4, columns: 6, output: 'y', integers });
    const layers = [slicedLayer(node)];
    const before = place(layers, target);
    expect(before.blocks.length).toBeGreaterThan(1);
    const line = before.blocks[0]!.row + 3;
    const dead = Array.from({ length: 8 }, (_, column) => ({ row: line, column, conductance: 0 }));
    const arrays = Array.from({ length: before.arrays }, () => dead);
    const context = { faults: { rows: 8, columns: 8, arrays }, record: recordFor(layers), target };
    const columnsMoved = workAroundFaults.run(before, context);
    expect(reportFaults(before, columnsMoved, context).after.cells).toBeGreaterThan(0);
    const after = exchangeRows.run(columnsMoved, context);
    const report = reportFaults(before, after, context);
    expect(report.after).toEqual({ cells: 0, noise: 0 });
    const lying = after.blocks.filter(({ row }) => row === before.blocks[0]!.row);
    expect(report.rows).toBe(2 * lying.length);
    for (const { rowPlaces } of lying) expect([...rowPlaces!]).toEqual([3, 1, 2, 0]);
  });

  it('moves off a dead column to a free one beside the block, and takes no more than it needs', () => {
    const target = sized(16, 20);
    const layers = [layerOf(1, 16, 6, 'y')];
    const before = place(layers, target);
    const dead = Array.from({ length: 16 }, (_, row) => ({ row, column: 4, conductance: 0 }));
    const context = {
      faults: { rows: 16, columns: 20, arrays: [dead] },
      record: recordFor(layers),
      target,
    };
    const after = workAroundFaults.run(before, context);
    const report = reportFaults(before, after, context);
    expect(report.before.cells).toBeGreaterThan(4);
    expect(report.after.cells).toBe(0);
    expect(report.spare).toBe(1);
    expect(after.blocks[0]!.places!.place[2]).toBe(6);
  });

  it('lists what cannot be saved, worst first', () => {
    const target = sized(16, 12);
    const layers = [layerOf(1, 16, 6, 'y')];
    const before = place(layers, target);
    const faults = drawFaults(target, 1, 0.5, 3);
    const context = { faults, record: recordFor(layers), target };
    const after = workAroundFaults.run(before, context);
    const { worst, after: left } = reportFaults(before, after, context);
    expect(worst).toHaveLength(Math.min(50, left.cells));
    expect(worst.map(({ noise }) => noise)).toEqual(worst.map(({ noise }) => noise).sort((a, b) => b - a));
    const cells = cellsOf(after, target, { ...faults, arrays: [[]] })[0]!;
    for (const { row, column, wanted, stuck, layer } of worst) {
      expect({ wanted, stuck, layer }).toEqual({
        wanted: cells[row * 12 + column],
        stuck: 0,
        layer: 'layer',
      });
      expect(faults.arrays[0]).toContainEqual({ row, column, conductance: 0 });
    }
  });

  it('moves columns beside a reference, which stay flipped where they are, and reports what a count of its own finds', () => {
    const target = sized(16, 12);
    const node = quantizedLayer({ groups: 1, rows: 16, columns: 11, weightMax: 60, output: 'y' });
    const layers = [slicedLayer(node, { encoding: 'offset', radix: 121 })];
    const before = flipColumns.run(place(layers, target));
    const { flipped } = before.blocks[0]!.places!;
    expect(new Set(flipped)).toEqual(new Set([0, 1]));
    const record = recordFor(layers);
    let moved = 0;
    for (let seed = 0; seed < 20; seed++) {
      // The reference column lies last, and is sound.
      const drawn = drawFaults(target, 1, 0.03, seed, 1).arrays[0]!.filter(({ column }) => column < 11);
      const faults = { rows: 16, columns: 12, arrays: [drawn] };
      const context = { faults, record, target };
      const after = workAroundFaults.run(before, context);
      verifyMapping(after, target);
      expect(after.blocks[0]!.places!.flipped).toEqual(flipped);
      const report = reportFaults(before, after, context);
      expect(report.flipped).toBe(0);
      moved += report.moved;
      for (const [mapping, { noise }] of [
        [before, report.before],
        [after, report.after],
      ] as const)
        expect(noise).toBeCloseTo(noiseBesideReference(mapping, target, faults, record), 6);
      expect(report.after.noise).toBeLessThanOrEqual(report.before.noise);
      const cells = cellsOf(after, target, { ...faults, arrays: [[]] })[0]!;
      for (const { row, column, wanted } of report.worst)
        expect(wanted).toBeCloseTo(cells[row * 12 + column]!);
    }
    expect(moved).toBeGreaterThan(0);
  });

  it('leaves blocks without harmful faults as they are', () => {
    const target = sized(16, 12);
    const layers = [layerOf(1, 16, 6, 'y')];
    const before = place(layers, target);
    const context = {
      faults: { rows: 16, columns: 12, arrays: [[]] },
      record: recordFor(layers),
      target,
    };
    expect(workAroundFaults.run(before, context)).toEqual(before);
  });
});
