import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadChip } from '../../src/chip/load.ts';
import { cellTable } from '../../src/inspect/cell-table.ts';
import { histogramOf, trimmed } from '../../src/inspect/histogram.ts';
import { type CellsLook, lookAtCells, shades } from '../../src/inspect/look-at-cells.ts';
import { openPackage } from '../../src/package/open.ts';
import { runCli } from '../cli/run-cli.ts';
import { tinyFolder } from '../cli/tiny-net.ts';

let folder = '';
let look: CellsLook;
/** Rows of the table of cells, which goes another way: cell by cell through the index of weights. */
let rows: readonly (readonly string[])[];
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await tinyFolder();
  await runCli([
    ...['compile', at('net.onnx'), '--calibrate', at('data.npy'), '--target', 'tetramem-256-6bit'],
    ...['-o', at('net.xbar')],
  ]);
  await runCli(['program', at('net.xbar'), '--seed', '1', '-o', at('chip')]);
  const [pkg, chip] = [await openPackage(at('net.xbar')), await loadChip(at('chip'))];
  look = await lookAtCells(pkg, { chip });
  const lines: string[] = [];
  for await (const line of cellTable(pkg, chip, [...chip.conductances.keys()])) lines.push(line);
  rows = lines
    .join('')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
});
afterAll(() => rm(folder, { recursive: true }));

const told = () => rows.filter((row) => row[10] !== '');

test('every cell that is told a level is in the bins of its target, of what it conducts and of its error', () => {
  const binned = (values: readonly number[], { from, step, counts }: CellsLook['targets']) => {
    const bins = counts.map(() => 0);
    for (const value of values)
      bins[Math.max(0, Math.min(bins.length - 1, Math.floor((value - from) / step)))]!++;
    return bins;
  };
  const [targets, programmed] = [10, 11].map((column) => told().map((row) => Number(row[column])));
  expect(told().length).toBeGreaterThan(500);
  expect(look.targets.counts).toEqual(binned(targets!, look.targets));
  // The table prints nine digits: a cell at the edge of a bin may lie on its other side.
  const near = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, count, i) => sum + Math.abs(count - b[i]!), 0);
  expect(near(look.programmed!.counts, binned(programmed!, look.programmed!))).toBeLessThanOrEqual(4);
  const errors = programmed!.map((value, i) => value - targets![i]!);
  expect(near(look.errors!.counts, binned(errors, look.errors!))).toBeLessThanOrEqual(4);
});

test('errors of a layer have the mean and deviation of its cells', () => {
  expect(look.layers.map(({ layer }) => layer).sort()).toEqual(['classifier', 'stem']);
  for (const { layer, cells, mean, deviation } of look.layers) {
    const errors = told()
      .filter((row) => row[3] === layer)
      .map((row) => Number(row[11]) - Number(row[10]));
    expect(cells).toBe(errors.length);
    const average = errors.reduce((sum, error) => sum + error, 0) / cells;
    expect(mean).toBeCloseTo(average, 11);
    const squares = errors.reduce((sum, error) => sum + (error - average) ** 2, 0);
    expect(deviation).toBeCloseTo(Math.sqrt(squares / cells), 10);
  }
});

test('pictures have the shade of every cell, and one more for cells that were never formed', () => {
  const { from, to } = look.range;
  for (const [array, row, column, ...rest] of rows) {
    const shade = Math.floor(((Number(rest[8]) - from) / (to - from)) * shades);
    const expected = Math.max(0, Math.min(shades - 1, shade));
    const shown = look.pictures[Number(array)]![256 * Number(row) + Number(column)]!;
    expect(Math.abs(shown - expected)).toBeLessThanOrEqual(1);
  }
  expect(look.pictures[0]!.filter((shade) => shade === shades).length).toBe(65536 - rows.length);
});

test('a trimmed histogram keeps all counts, and cuts where next to nothing lies', () => {
  const histogram = histogramOf(-50, 0.1, 1000);
  for (let i = 0; i < 9999; i++) histogram.add(((i % 200) - 99.5) / 20);
  histogram.add(40);
  const { from, step, counts } = trimmed(histogram.counted(), 64);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10_000);
  expect(counts.length).toBeLessThanOrEqual(64);
  expect(from).toBeCloseTo(-5, 0);
  expect(from + step * counts.length).toBeCloseTo(5, 0);
  expect(counts.at(-1)).toBeGreaterThan(0);
});
