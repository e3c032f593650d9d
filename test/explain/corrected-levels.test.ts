/** Chips without some effects, where levels are corrected for wires: cells end on average where their levels are settled for. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { compiledOf } from '../../src/compile/compiled-of.ts';
import { openChipsWithout } from '../../src/explain/chips.ts';
import { explain } from '../../src/explain/explain.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { toldCells } from '../../src/ir/told-cells.ts';
import { decodePrograms } from '../../src/package/bitstreams.ts';
import type { Package } from '../../src/package/open.ts';
import { packageOf } from '../../src/package/package-of.ts';
import { programChip } from '../../src/program.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { levelConductance, levelStepOf } from '../../src/target/cell.ts';
import { loadTarget } from '../../src/target/load.ts';
import { inputs, labelsFor, memoryData, tinyModel } from '../verify/tiny.ts';

const [write, reset, wires] = ['write-verify error', 'spread after RESET', 'wire resistance'];
const seeds = Array.from({ length: 24 }, (_, i) => i + 1);
const silent = () => () => undefined;

const tiny = tinyModel();
const all = inputs(68);
const calibration = memoryData(all.slice(60), undefined);

/** Levels so close to each other that writes leave cells most of a step below theirs. */
async function withLevels(set: readonly string[], copies: number) {
  const loaded = await loadTarget('tetramem-256-6bit', ['cell.gUseMax=541 uS', ...set]);
  const samples = spreadSamples(calibration, fedInputs(tiny.graph, tiny.file), calibration.length);
  const options = parseOptions({ wireCorrection: 'levels', copies, centredInputs: false });
  return packageOf(await compile(tiny, loaded, options, { kind: 'samples', samples }));
}

const pkg = await withLevels(['programming.unresponsive=0', 'wires.rowSegment=30 ohm'], 1);
const { cell: levels } = pkg.loaded.target;
const step = levelStepOf(levels);
const how = { threads: 1, calibratedAt: 0, sequential: false };
const chips = openChipsWithout(await compiledOf(pkg), pkg, how);
const without = async (errors: readonly string[], seed: number) => chips.program(errors, seed, silent);

/** Cells of the first array that are told a level, and the level (in steps). */
async function toldBy(of: Package) {
  const { arrays, header } = await decodePrograms(of);
  for await (const program of arrays) {
    const told = toldCells(header, program);
    return [...told.levels].flatMap((code, cell) =>
      code < 0 ? [] : [{ cell, level: levelConductance(levels, code) / step }],
    );
  }
  return expect.fail();
}

/** What some cells conduct (steps): mean over seeds and its standard error. */
async function averages(
  cells: readonly { cell: number }[],
  program: (seed: number) => Promise<Float32Array>,
) {
  const all: Float32Array[] = [];
  for (const seed of seeds) all.push(await program(seed));
  return cells.map(({ cell }) => {
    const values = all.map((conductances) => conductances[cell]! / step);
    const mean = values.reduce((sum, g) => sum + g, 0) / seeds.length;
    const squares = values.reduce((sum, g) => sum + (g - mean) ** 2, 0);
    return { mean, error: Math.sqrt(squares / (seeds.length - 1) / seeds.length) };
  });
}

describe('cells of levels that are corrected for wires', () => {
  test('end where writes leave them on average, once nothing scatters about it', async () => {
    const cells = await toldBy(pkg);
    const whole = await averages(
      cells,
      async (seed) => (await programChip(pkg, { seed, threads: 1, calibrate: false })).conductances[0]!,
    );
    const exact = (await without([write!, reset!], 1)).chip.conductances[0]!;
    for (const [i, { cell }] of cells.entries())
      expect(Math.abs(exact[cell]! / step - whole[i]!.mean)).toBeLessThan(5 * whole[i]!.error + 0.02);
    // Which is well below their levels.
    const off = cells.map(({ cell, level }) => exact[cell]! / step - level);
    expect(off.toSorted((a, b) => a - b)[off.length >> 2]).toBeLessThan(-0.7);
  });

  test.each([[[wires!]], [[wires!, reset!]]])('end at their levels on average without %j', async (errors) => {
    const cells = await toldBy((await without(errors, 1)).pkg);
    const seen = await averages(cells, async (seed) => (await without(errors, seed)).chip.conductances[0]!);
    for (const [i, { level }] of cells.entries())
      expect(Math.abs(seen[i]!.mean - level)).toBeLessThan(5 * seen[i]!.error + 0.02);
  });

  test('are as they are where nothing of writes or wires is taken away', async () => {
    const chip = await programChip(pkg, { seed: 1, threads: 1, calibrate: false });
    const same = await without(['converter quantization and saturation'], 1);
    expect(same.chip.conductances).toEqual(chip.conductances);
  });
});

test('no part of what is taken away is negative where levels are corrected for wires', async () => {
  const corrected = await withLevels(['adc.bits=11'], 4);
  const images = memoryData(all.slice(0, 60), labelsFor(all.slice(0, 60), 57));
  const { effects } = await explain(corrected, tiny, images, { threads: 1, trials: 3, layers: false });
  const parts = effects.flatMap(({ effect, allBut }) => (allBut ? [{ effect, ...allBut.share }] : []));
  const names = parts.map(({ effect }) => effect);
  expect(names).toEqual(expect.arrayContaining([write, reset, wires]));
  for (const { effect, high } of parts) expect([effect, high > 0]).toEqual([effect, true]);
  for (const { effect, value } of parts)
    if ([write, reset, wires].includes(effect)) expect([effect, value > 0]).toEqual([effect, true]);
});
