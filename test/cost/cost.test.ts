/** Costs of compiled networks, against sums by hand and against what a programmed chip conducts. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadChip } from '../../src/chip/load.ts';
import { squaresOfInputs } from '../../src/cost/cell-energy.ts';
import { circuitsOf } from '../../src/cost/circuits-of.ts';
import { type Cost, costPackage } from '../../src/cost/cost.ts';
import { totalOf } from '../../src/cost/parts.ts';
import { inputOf, rowsOfCells } from '../../src/ir/cells.ts';
import { blockColumns, blocksByLayer } from '../../src/ir/mapping.ts';
import { placedMappingOf } from '../../src/package/mapping-of.ts';
import { openPackage, type Package } from '../../src/package/open.ts';
import { runCli } from '../cli/run-cli.ts';
import { tinyFolder } from '../cli/tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);

async function compiled(target: string, ...flags: readonly string[]): Promise<Package> {
  const out = at(`${target}${flags.length}.xbar`);
  const data = ['--calibrate', at('data.npy'), '-o', out];
  const { exit, err } = await runCli(['compile', at('net.onnx'), '--target', target, ...flags, ...data]);
  expect(err, err).not.toContain('error');
  expect(exit).toBe(0);
  return openPackage(out);
}

beforeAll(async () => {
  folder = await tinyFolder();
});
afterAll(() => rm(folder, { recursive: true }));

describe('a small network on isaac-128', () => {
  let pkg: Package;
  let cost: Cost;
  beforeAll(async () => {
    pkg = await compiled('isaac-128');
    cost = await costPackage(pkg, { circuits: await circuitsOf(pkg), seed: 1 });
  });

  test('is counted as by hand: 16 positions of 9 x 4 weights, and 64 x 12, of 8 bits in 6 digits', () => {
    const [stem, classifier] = cost.layers;
    expect(stem).toMatchObject({ name: 'stem', macs: 16 * 9 * 4 });
    expect(classifier).toMatchObject({ name: 'classifier', macs: 64 * 12 });
    const [conv, full] = pkg.manifest.summary.layers;
    // Inputs of the stem have both signs: 7 drives for positive numbers, 8 for negative ones.
    const drives = 16 * 15;
    expect(conv!.drives).toBe(drives);
    // Of each digit 4 columns and a reference, in blocks of 9 rows.
    expect(stem!.parts.converters).toBeCloseTo(drives * 6 * 5 * 1.56e-12, 18);
    expect(stem!.parts.sampleHold).toBeCloseTo(drives * 6 * 5 * 0.97e-15, 18);
    expect(stem!.parts.shiftAdd).toBeCloseTo(drives * 6 * 5 * 19.5e-15, 18);
    expect(stem!.parts.cells).toBeCloseTo(drives * 9 * 6 * 5 * 1.831e-15, 18);
    // Blocks side by side share their drivers, and their rows; those below each other have drives of their own.
    const mapping = placedMappingOf(pkg);
    const rows = new Set(mapping.blocks.filter(({ layer }) => layer === 0).map(({ row }) => row)).size;
    expect(stem!.parts.drivers).toBeCloseTo(drives * 9 * rows * 0.39e-12, 18);
    // A drive settles in 100 ns, longer than its columns convert; after the last drive these still do.
    const converting = stem!.time - drives * rows * 100e-9;
    expect(converting).toBeGreaterThan(0);
    expect(converting).toBeCloseTo((6 * 5 * 0.78e-9) / rows, 12);
    // A weight's input and output are a byte; a sum has two.
    expect(stem!.parts.buffers).toBeCloseTo(16 * (9 + 4) * 0.5375e-12, 18);
    expect(stem!.parts.registers).toBeCloseTo(16 * (9 * rows + 4 * 2) * 0.186e-12, 18);
    expect(stem!.parts.digital).toBeCloseTo(16 * 4 * 0.26e-12, 18);
    expect(classifier!.parts.converters).toBeCloseTo(full!.conversions * 1.56e-12, 18);
  });

  test('sums are those of their parts', () => {
    const { inference, digital, layers } = cost;
    expect(totalOf(inference.parts)).toBeCloseTo(inference.energy, 18);
    expect(layers.reduce((sum, { energy }) => sum + energy, digital.energy)).toBeCloseTo(
      inference.energy,
      18,
    );
    for (const { parts, energy } of layers) expect(totalOf(parts)).toBeCloseTo(energy, 18);
    expect(inference.macs).toBe(16 * 9 * 4 + 64 * 12);
    // relu on 4 x 4 x 4 values: flattening moves them.
    expect(digital.operations).toBe(64);
    expect(inference.pipelined).toBeLessThanOrEqual(inference.latency * (1 + 1e-12));
    expect(inference.interval).toBeLessThanOrEqual(inference.latency * (1 + 1e-12));
  });

  test('says what is assumed', () => {
    expect(cost.assumed).toMatchObject({ energy: [], area: [], time: true, programming: false });
    expect(cost.assumed.fields).toEqual(['circuits.digital.time']);
  });
});

describe('cells whose energy the target does not state', () => {
  test.each(['differential', 'offset'])(
    'take voltage squared times the conductance that a chip has: %s',
    async (encoding) => {
      const pkg = await compiled('ideal', '--set', `cell.encoding=${encoding}`);
      const out = at(`chip-${encoding}`);
      await runCli(['program', at('ideal2.xbar'), '--no-calibrate', '-o', out]);
      const chip = await loadChip(out);
      const circuits = await circuitsOf(pkg, 'isaac-128');
      const cost = await costPackage(pkg, { circuits, seed: 1 });
      const mapping = placedMappingOf(pkg);
      const { target } = pkg.loaded;
      for (const [i, own] of blocksByLayer(mapping).entries()) {
        const layer = mapping.layers[i]!;
        const squares = squaresOfInputs(layer, pkg.record, target.driver);
        let sum = 0;
        for (const index of own) {
          const block = mapping.blocks[index]!;
          const width = blockColumns(block, layer.encoding);
          for (const [logical, row] of rowsOfCells(block).entries()) {
            const start = row * target.array.columns + block.column;
            const cells = chip.conductances[block.array]!.subarray(start, start + width);
            sum += squares[inputOf(block, layer.node, logical)]! * cells.reduce((all, g) => all + g, 0);
          }
        }
        const expected = 100e-9 * target.driver.vRead ** 2 * sum;
        expect(cost.layers[i]!.parts.cells / expected).toBeCloseTo(1, 5);
      }
      await rm(at('ideal2.xbar'), { recursive: true });
    },
  );

  test('are driven by the bits of the calibration vectors', async () => {
    const pkg = await compiled('isaac-128', '--set', 'slices=7');
    const mapping = placedMappingOf(pkg);
    const layer = mapping.layers[1]!;
    const { vectors, count, positions } = pkg.record.layers.get(layer.node.output)!;
    const ones = (code: number) => code.toString(2).replaceAll('0', '').length;
    const squares = squaresOfInputs(layer, pkg.record, { bits: 1, polarity: 'unipolar' });
    const first = Array.from({ length: count }, (_, v) => ones(vectors[v * 64]!));
    expect(squares[0]).toBeCloseTo((positions * first.reduce((a, b) => a + b, 0)) / count, 9);
  });
});

test('programming is what a chip of the same seed took, by what spent it', async () => {
  const pkg = await compiled('tetramem-256-6bit');
  const circuits = await circuitsOf(pkg, 'isaac-128');
  const { programming, layers, area, assumed } = await costPackage(pkg, { circuits, seed: 1 });
  const out = at('chip');
  await runCli(['program', at('tetramem-256-6bit0.xbar'), '--no-calibrate', '-o', out]);
  const { counters } = await loadChip(out);
  const energy = counters.reduce((sum, array) => sum + array.energy, 0);
  expect(programming.energy / energy).toBeCloseTo(1, 9);
  const parts = Object.values(programming.parts);
  expect(parts.reduce((sum, part) => sum + part!.energy, 0) / energy).toBeCloseTo(1, 9);
  expect(layers.reduce((sum, layer) => sum + layer.programming.energy, 0) / energy).toBeCloseTo(1, 9);
  expect(area.used).toBeCloseTo(area.arrays * area.perArray, 12);
  // What another target lends is assumed, all of it.
  expect(assumed.area).toContain('converters');
  expect(assumed.fields).toContain('isaac-128: circuits.cells.time');
  expect(assumed.fields).not.toContain('isaac-128: circuits.cells.energy');
});
