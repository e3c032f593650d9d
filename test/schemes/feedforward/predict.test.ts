/** Predicted pulses on single cells and on chips: what they leave, what they take, and what is refused. */
import { describe, expect, test } from 'vitest';
import { totalCounts } from '../../../src/chip/chip.ts';
import { executeBitstream } from '../../../src/chip/execute.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import { openCells } from '../../../src/schemes/cells.ts';
import { levelSpread } from '../../../src/schemes/level-sigma.ts';
import { levelConductance, levelStepOf } from '../../../src/target/cell.ts';
import { loadTarget } from '../../../src/target/load.ts';
import type { Target } from '../../../src/target/target.ts';
import { formAll, headerOf, loaded, options, programAll } from '../../chip/bench.ts';
import { momentsOf } from '../../statistics.ts';

const small = ['array.rows=64', 'driver.rowsAtOnce=64', 'array.columns=64'];
const targetOf = async (...set: readonly string[]): Promise<Target> =>
  (await loadTarget('tio2-feedforward', [...small, ...set.map((text) => `programming.${text}`)])).target;

const arrayOf = (target: Target, seed: number, array: number, code: number) =>
  executeBitstream(headerOf(target, array + 1), [programAll(target, array, () => code)], loaded(target), {
    ...options,
    seed,
  });
const codes = [4, 100, 256, 400, 511];

/** Cells at one level of arrays of several chips, whose test devices differ. */
async function cellsAt(target: Target, code: number, chips: number): Promise<Float64Array> {
  const arrays: number[] = [];
  for (let seed = 1; seed <= chips; seed++)
    arrays.push(...(await arrayOf(target, seed, 0, code)).conductances[0]!);
  return Float64Array.from(arrays);
}

describe('the spread of a level in closed form is that of chips', () => {
  // A quarter on either side: four test devices are few.
  test.each(['device', 'array', 'die'])(
    'three retries, trained per %s',
    async (per) => {
      const target = await targetOf(`training.per=${per}`);
      const step = levelStepOf(target.cell);
      for (const code of codes) {
        const level = levelConductance(target.cell, code);
        const found = momentsOf(await cellsAt(target, code, per === 'device' ? 1 : 4));
        const ratio = Math.sqrt(levelSpread(target, level).variance) / found.sigma;
        expect(ratio, `level ${code}`).toBeGreaterThan(0.8);
        expect(ratio, `level ${code}`).toBeLessThan(1.25);
        expect(Math.abs(found.mean - level)).toBeLessThan(0.05 * step);
      }
    },
    60_000,
  );

  // Chips of few cells: a test device speaks for all of its array, and what it is off by counts once a chip.
  test.each([1, 2])(
    '%s retries, where first pulses reach the end of the window too',
    async (retries) => {
      const target = await targetOf(`retries=${retries}`);
      const { tolerance } = target.programming as { readonly tolerance: number };
      const [side, chips] = [8, 400];
      const count = side * side;
      for (const code of [100, 256, 400, 511]) {
        const level = levelConductance(target.cell, code);
        const squares: number[] = [];
        for (let seed = 1; seed <= chips; seed++) {
          const cells = openCells(target, { rows: side, columns: side, hiddenBits: 0 }, seed, 0);
          let square = 0;
          for (let cell = 0; cell < count; cell++) {
            const from = cells.reset(cell, cell);
            const write = { cell, event: count + cell, from, level, tolerance, stuck: undefined };
            square += (cells.program!(write).conductance - level) ** 2 / count;
          }
          squares.push(square);
        }
        const { mean, sigma } = momentsOf(Float64Array.from(squares));
        const found = Math.sqrt(mean);
        const { mean: centre, variance } = levelSpread(target, level);
        const ratio = Math.hypot(Math.sqrt(variance), centre - level) / found;
        // Two standard errors of the root, and a tenth for what is left out.
        const within = 0.1 + sigma / Math.sqrt(chips) / mean;
        expect(Math.abs(ratio - 1), `level ${code}: ${ratio}`).toBeLessThan(within);
      }
    },
    60_000,
  );

  test('one pulse on devices that are all as trained', async () => {
    const target = await targetOf('retries=0', 'deviceToDevice=0', 'arrayToArray=0');
    for (const code of [100, 256]) {
      const level = levelConductance(target.cell, code);
      // Of one chip, so without the error of the fit, which all of its cells share: 40 chips have it.
      const found = momentsOf(await cellsAt(target, code, 40));
      const ratio = Math.sqrt(levelSpread(target, level).variance) / found.sigma;
      expect(ratio, `level ${code}`).toBeGreaterThan(0.75);
      expect(ratio, `level ${code}`).toBeLessThan(1.25);
    }
  }, 60_000);
});

test('without spreads and noise, one pulse leaves what rounding its amplitude leaves', async () => {
  const target = await targetOf(
    ...[
      'retries=0',
      'cycleToCycle=0',
      'deviceToDevice=0',
      'arrayToArray=0',
      'readNoise=0 S',
      'amplitude.bits=16',
    ],
  );
  // Half an amplitude step of the whole window, and what the fit is off by: a thousandth.
  const most = 1e-3 * (target.cell.gMax - target.cell.gMin);
  for (const code of codes)
    for (const g of (await arrayOf(target, 1, 0, code)).conductances[0]!)
      expect(Math.abs(g - levelConductance(target.cell, code))).toBeLessThan(most);
});

test('what a prediction was off by makes the next one better', async () => {
  const target = await targetOf('retries=1');
  const level = levelConductance(target.cell, 256);
  const rms = async (set: Target) => {
    const found = await cellsAt(set, 256, 4);
    return Math.sqrt(found.reduce((sum, g) => sum + (g - level) ** 2, 0) / found.length);
  };
  const { programming } = target;
  if (programming.scheme !== 'feedforward') throw new Error('another scheme');
  const once = await rms({ ...target, programming: { ...programming, retries: 0 } });
  const twice = await rms(target);
  expect(twice).toBeLessThan(once / 10);
});

test('training is counted where a cell is formed, and wears what it was measured on', async () => {
  const count = async (per: string) => {
    const target = await targetOf(`training.per=${per}`);
    const arrays = [0, 1].map((array) => ({ array, instructions: formAll(target) }));
    const chip = await executeBitstream(headerOf(target, 2), arrays, loaded(target), options);
    return { ...totalCounts(chip.counters), wear: chip.wear.memristor, first: chip.counters[1]! };
  };
  const cells = 64 * 64;
  const die = await count('die');
  // 32 pulses up, 32 down, a RESET and 66 readings; and the RESETs of the cells.
  expect(die).toMatchObject({ setPulses: 32, verifyReads: 66, wear: 1 });
  expect(die.resetPulses).toBe(33 + 2 * cells);
  expect(die.first.setPulses).toBe(0);
  expect(await count('array')).toMatchObject({ wear: 1, verifyReads: 2 * 66, setPulses: 64 });
  const device = await count('device');
  expect(device.wear).toBe(66);
  expect(device.setPulses).toBeGreaterThan(31.5 * 2 * cells);
  expect(device.setPulses).toBeLessThanOrEqual(32 * 2 * cells);
  const { programming: law } = await targetOf();
  if (law.scheme !== 'feedforward') throw new Error('another scheme');
  const pulses = device.setPulses + device.resetPulses - die.setPulses - die.resetPulses;
  const energy = pulses * law.pulseEnergy + (device.verifyReads - die.verifyReads) * law.readEnergy;
  expect((device.energy - die.energy) / energy).toBeCloseTo(1, 9);
});

test('a cell that cannot be trained gets no pulse, and is given up', async () => {
  const target = await targetOf('training.per=device', 'unresponsive=1');
  const counts = totalCounts((await arrayOf(target, 1, 0, 300)).counters);
  const cells = 64 * 64;
  expect(counts.cellsGivenUp).toBe(cells);
  // Those of training alone: the staircase up has no room above a cell that no RESET moves.
  expect(counts.setPulses).toBe(0);
  expect(counts.resetPulses).toBe((33 + 1) * cells);
});

test('an array without a test device that can be trained is refused, with its place and what to do', async () => {
  const target = await targetOf('unresponsive=1');
  const error: unknown = await arrayOf(target, 1, 0, 300).catch((e: unknown) => e);
  if (!(error instanceof DiagnosticError)) throw error;
  expect(error.diagnostics).toHaveLength(1);
  const [diagnostic] = error.diagnostics;
  expect(diagnostic).toMatchObject({ code: 'chip/not-trained', at: 'array 0', exit: 37 });
  expect(diagnostic!.message).toMatch(
    /^none of its 8 test devices .* down is not monotone: pulse \d+ of 32 takes/,
  );
});

describe('targets that cannot do it', () => {
  const problemsOf = async (...set: readonly string[]): Promise<string[]> => {
    const error: unknown = await targetOf(...set).catch((e: unknown) => e);
    if (!(error instanceof DiagnosticError)) throw error;
    return error.diagnostics.map(({ code, message }) => `${code}: ${message}`);
  };

  test.each([
    [
      'a pulse beyond the driver',
      ['amplitude.max=1.4 V'],
      /^options\/invalid: the pulse up .* takes 1\.53 V/,
    ],
    ['a pulse below the driver', ['amplitude.min=0.9 V'], /the pulse up that moves a cell by the tolerance/],
    [
      'a staircase beyond it',
      ['training.swing=0.6 V', 'amplitude.max=1.6 V'],
      /the staircase up takes pulses/,
    ],
    ['no amplitudes', ['amplitude.max=0.3 V'], /this must lie above amplitude.min, 400 mV/],
    ['a level that no pulse reaches', ['potentiation.gamma=1'], undefined],
    ['steps within the noise', ['readNoise=0.1 uS'], /so that the staircase is not monotone/],
  ])('%s', async (_, set, message) => {
    if (message) expect((await problemsOf(...set)).join('\n')).toMatch(message);
    else {
      const atTheEnd = ['cell.gMax=100 uS', `programming.${set[0]}`];
      const error: unknown = await loadTarget('tio2-feedforward', atTheEnd).catch((e: unknown) => e);
      expect((error as DiagnosticError).diagnostics.map(({ code }) => code)).toEqual(['target/law-range']);
    }
  });
});
