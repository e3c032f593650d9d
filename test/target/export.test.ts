/** Targets as parameters of CrossSim and aihwkit: `targets import` of what was exported gives back what the form can hold. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schemeOf } from '../../src/schemes/models.ts';
import { aihwkitParameters } from '../../src/target/export/aihwkit.ts';
import { fitQuadratic, programmingLaw } from '../../src/target/export/cell-errors.ts';
import { crosssimParameters } from '../../src/target/export/crosssim.ts';
import type { Parameters } from '../../src/target/export/format.ts';
import { importTarget } from '../../src/target/import/import-target.ts';
import { bundledTargets, loadTarget } from '../../src/target/load.ts';
import type { Target } from '../../src/target/target.ts';
import { python } from '../reader/python.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-export-target-'));
});
afterAll(() => rm(folder, { recursive: true }));

const names = await bundledTargets();

/** The target that importing these parameters makes. */
async function back({ json }: Parameters): Promise<Target> {
  const file = join(folder, 'parameters.json');
  await writeFile(file, json);
  return (await importTarget(file, 'again', undefined)).target;
}

/** To the digits that the form has. */
const near = (value: number) => expect.closeTo(value, 9 - Math.floor(Math.log10(Math.abs(value) || 1)));
const sigmaOf = (target: Target) => schemeOf(target).errorLaw?.sigma;

/** Whether it is Python; skipped where there is none. */
function parses(source: string): boolean {
  const run = spawnSync(python, ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: source });
  return run.error !== undefined || run.status === 0;
}

describe.each(names)('%s', (name) => {
  test('comes back from CrossSim', async () => {
    const { target } = await loadTarget(name);
    const exported = crosssimParameters(target);
    const again = await back(exported);
    const { array, cell, driver, adc, wires } = target;
    expect(again.array).toMatchObject({ rows: array.rows, columns: array.columns });
    expect(again.cell).toMatchObject({
      gMin: near(cell.gUseMin),
      gMax: near(cell.gUseMax),
      gUseMin: near(cell.gUseMin),
      gUseMax: near(cell.gUseMax),
      encoding: cell.encoding === 'auto' ? 'differential' : cell.encoding,
    });
    const isPower = Number.isInteger(Math.log2(cell.levels));
    if (isPower) expect(again.cell.levels).toBe(cell.levels);
    expect(exported.leftOut.some(({ field }) => field === 'cell.levels')).toBe(!isPower);
    expect(again.driver).toMatchObject({
      bits: driver.bits,
      polarity: driver.polarity,
      vRead: near(driver.vRead),
    });
    expect(again.adc).toMatchObject({
      bits: adc.bits,
      convert: cell.encoding === 'offset' ? 'column' : adc.convert,
    });
    if (target.slices > 1) expect(again.slices).toBe(target.slices);
    if (wires) {
      const { rowSegment, columnSegment, driver: ends, sense } = wires;
      expect(again.wires).toMatchObject({ rowSegment, columnSegment, driver: ends, sense });
    } else expect(again.wires).toBeUndefined();
    if (exported.python !== undefined) expect(parses(exported.python)).toBe(true);
  });

  test('comes back from aihwkit', async () => {
    const { target } = await loadTarget(name);
    const exported = aihwkitParameters(target);
    const again = await back(exported);
    const { array, cell, driver, adc } = target;
    expect(again.array).toMatchObject({ rows: array.rows, columns: 2 * (array.columns >> 1) });
    expect(again.cell).toMatchObject({ gMin: near(cell.gUseMin), gMax: near(cell.gUseMax) });
    expect(again.driver.polarity).toBe(driver.polarity);
    expect(again.adc.bits).toBe(adc.bits);
    if (target.wires?.columnSegment)
      expect(again.wires!.columnSegment).toEqual(near(target.wires.columnSegment));
    // A law that is a polynomial comes back as it is, a fitted one as it was fitted.
    const law = programmingLaw(target).sigma;
    expect(sigmaOf(again)!.map((c, k) => c * 1e6 ** (1 - k))).toEqual([...law.map((c) => near(c))]);
    expect(parses(exported.python!)).toBe(true);
  });
});

test('phase-change memory keeps drift and 1/f noise in the form of aihwkit', async () => {
  const { target } = await loadTarget('pcm-256');
  const again = await back(aihwkitParameters(target));
  const { validFrom: _, validTo: _to, ...drift } = target.drift!;
  for (const [field, value] of Object.entries(drift))
    expect(Reflect.get(again.drift!, field), field).toEqual(near(value as number));
  for (const [field, value] of Object.entries(target.powerNoise!))
    expect(Reflect.get(again.powerNoise!, field), field).toEqual(near(value as number));
  const faster = await loadTarget('pcm-256', ['drift.exponent=0.05']);
  const { json, leftOut } = aihwkitParameters(faster.target);
  expect(JSON.parse(json).noise_model.drift_scale).toBe(0);
  expect(leftOut.map(({ field }) => field)).toContain('drift');
});

test.each([
  ['programming.sigma=[0.5]', 'NormalIndependentDevice', 0.5 / 25],
  ['programming.sigma=[0, 0.04]', 'NormalProportionalDevice', 0.04],
])('%s is a model that CrossSim has', async (setting, model, magnitude) => {
  const { target } = await loadTarget('pcm-256', [setting]);
  const exported = crosssimParameters(target);
  const error = JSON.parse(exported.json).xbar.device.programming_error;
  expect(error).toEqual({ enable: true, model, magnitude: expect.closeTo(magnitude, 12) });
  expect(exported.python).toBeUndefined();
  expect(sigmaOf(await back(exported))!.map((c, k) => c * 1e6 ** (1 - k))).toEqual(
    programmingLaw(target).sigma.map(near),
  );
});

test('a quadratic through points of one is that one', () => {
  const x = [0, 3, 10, 25, 60];
  const { coefficients, rms } = fitQuadratic(
    x,
    x.map((own) => 4 - 0.3 * own + 0.006 * own ** 2),
  );
  expect(coefficients).toEqual([4, -0.3, 0.006].map((c) => expect.closeTo(c, 9)));
  expect(rms).toBeLessThan(1e-9);
});
