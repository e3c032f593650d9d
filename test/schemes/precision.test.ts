import { expect, test } from 'vitest';
import { instructionTolerance, schemeOf } from '../../src/schemes/models.ts';
import { levelStepOf } from '../../src/target/cell.ts';
import { loadTarget } from '../../src/target/load.ts';

const targetOf = async (name: string) => (await loadTarget(name)).target;

test('write loops bring their tolerance and reading noise', async () => {
  for (const name of ['tetramem-256-6bit', 'test/support/pulse-verify.yaml']) {
    const target = await targetOf(name);
    if (!('readNoise' in target.programming)) throw new Error('a write loop expected');
    const { tolerance, readNoise } = target.programming;
    expect(schemeOf(target).precision()).toEqual({ tolerance, readNoise });
    expect(instructionTolerance(target)).toBe(Math.fround(tolerance));
  }
});

test('an error law has twice its mean sigma, and instructions half a level step', async () => {
  const target = await targetOf('cmo-hfox-130nm-2pct');
  // The mean of a straight line is its value in the middle.
  const middle = (target.cell.gUseMin + target.cell.gUseMax) / 2;
  const sigma = 0.01129027 * middle + 0.01121854e-6;
  expect(schemeOf(target).precision()!.tolerance / (2 * sigma)).toBeCloseTo(1, 9);
  expect(instructionTolerance(target)).toBe(Math.fround(levelStepOf(target.cell) / 2));
});

test('exact cells and transfers cannot be read back', async () => {
  for (const name of ['ideal', 'leti-fecap-130nm'])
    expect(schemeOf(await targetOf(name)).precision()).toBeUndefined();
});
