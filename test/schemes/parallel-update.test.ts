import { describe, expect, test } from 'vitest';
import { openSoftSteps } from '../../src/kernels/soft-steps.ts';
import { openStream } from '../../src/math/random.ts';
import type { ProgrammingOf } from '../../src/schemes/models.ts';
import { countPulses } from '../../src/schemes/parallel-update/count-pulses.ts';
import {
  type ArrayUpdate,
  drawTrains,
  givenTrains,
  type LineTrains,
} from '../../src/schemes/parallel-update/trains.ts';
import { openUpdatedArray } from '../../src/schemes/parallel-update/updated-array.ts';
import { cmoConductance, cmoPulse, cmoPulses, cmoStates } from '../../src/schemes/pulse-verify/cmo-hfox.ts';
import { presets } from '../../src/schemes/pulse-verify/presets.ts';
import { drawDevice, newDevice, openDeviceDraws } from '../../src/schemes/pulse-verify/steps/device.ts';
import { pulsed } from '../../src/schemes/pulse-verify/steps/step.ts';
import { loadTarget } from '../../src/target/load.ts';
import { type CellPulse, pulsesOfUpdate, stepped } from '../oracle/update-pulses.ts';

const { target } = await loadTarget('cmo-hfox-350nm');
if (target.programming.scheme !== 'parallel-update') throw new Error('parallel-update expected');
const bundled: ProgrammingOf<'parallel-update'> = target.programming;
if (bundled.pulse.model !== 'soft-bounds') throw new Error('soft-bounds expected');
const window = target.cell;
const { vSet, vReset } = bundled.update;

/** Cells that are all alike, with the given step and noise. */
const alike = (stepSize: number, cycleToCycle: number, update: object = {}) => ({
  ...bundled,
  pulse: {
    ...(bundled.pulse as Extract<typeof bundled.pulse, { model: 'soft-bounds' }>),
    ...{ stepSize, cycleToCycle, stepSpread: 0, upDownSpread: 0, boundMaxSpread: 0, boundMinSpread: 0 },
  },
  update: { ...bundled.update, disturbUp: 0, disturbDown: 0, ...update },
});

const updateOf = (rows: LineTrains, columns: LineTrains, length: number, others = {}): ArrayUpdate => ({
  ...{ bias: 'half', length, vSet, vReset, row: 0, column: 0, rows, columns },
  ...others,
});

describe('trains', () => {
  test('pulse with their probability, and always where it is 1', () => {
    const { words, signs } = drawTrains(
      7,
      'rows',
      Int16Array.from({ length: 4000 }, () => -8192),
      32767,
      31,
    );
    const pulses = words.reduce(
      (sum, word) =>
        sum +
        countPulses(givenTrains(Uint32Array.of(word), 1), givenTrains(Uint32Array.of(0x7fffffff), 1), 31)
          .steps.up,
      0,
    );
    const p = 8192 / 32767;
    expect(Math.abs(pulses - 124000 * p)).toBeLessThan(5 * Math.sqrt(124000 * p * (1 - p)));
    expect(new Set(signs)).toEqual(new Set([-1]));
    expect([...drawTrains(7, 'columns', [32767, 0], 32767, 32).words]).toEqual([0xffffffff, 0]);
  });

  test('phases, meetings and pulses of lines are counted', () => {
    const rows = { words: Uint32Array.of(0b011, 0b110, 0), signs: Int8Array.of(1, -1, 0) };
    const columns = { words: Uint32Array.of(0b010, 0b101), signs: Int8Array.of(1, 1) };
    const counts = countPulses(rows, columns, 3);
    expect(counts).toEqual({
      phases: 2,
      steps: { up: 2, down: 2 },
      rows: { up: Float64Array.of(2, 0, 0), down: Float64Array.of(0, 2, 0) },
      columns: { up: Float64Array.of(1, 2), down: Float64Array.of(1, 2) },
    });
  });
});

describe('an update', () => {
  const [step, noise, length, from] = [0.05, 0.4, 12, 0.1];

  /** Mean and variance of w behind N steps up, N binomial: E r^N = (1 - p (1 - r))^length. */
  function expected(p: number) {
    const r = 1 - step;
    const power = (s: number) => (1 - p * (1 - s)) ** length;
    const left = 1 - from;
    const mean = 1 - left * power(r);
    const spread = left ** 2 * (power(r * r) - power(r) ** 2);
    return { mean, variance: spread + ((noise * step) ** 2 * (1 - power(r * r))) / (1 - r * r) };
  }

  test('has the mean and the variance of the closed form', () => {
    const [x, d] = [0.7, 0.4];
    const [count, draws] = [40, 400];
    const array = openUpdatedArray(alike(step, noise), window, { rows: count, columns: count }, 3, 0);
    let [sum, square] = [0, 0];
    const { w, stride } = array.cells;
    for (let n = 0; n < draws; n++) {
      w.fill(from);
      const lines = (kind: 'rows' | 'columns', value: number) =>
        drawTrains(n, kind, new Float64Array(count).fill(value), 1, length);
      array.update(updateOf(lines('rows', x), lines('columns', d), length), n);
      // Cells of one row share its train: one of each row and column.
      for (let i = 0; i < count; i++) {
        const value = w[i * stride + i]!;
        sum += value;
        square += value * value;
      }
    }
    const total = count * draws;
    const { mean, variance } = expected(x * d);
    expect(Math.abs(sum / total - mean)).toBeLessThan(4 * Math.sqrt(variance / total));
    const found = square / total - (sum / total) ** 2;
    expect(Math.abs(found / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / total));
  });

  const [rowCount, columnCount] = [9, 21];
  const values = (count: number, k: number, sign: number) =>
    Float64Array.from({ length: count }, (_, i) => {
      const value = Math.sin(k * (i + 1)) * Number(i % 4 !== 3);
      return sign === 0 ? value : sign * Math.abs(value);
    });

  /** Six updates of cells that are alike, at once and pulse by pulse. @param signs of rows and columns; 0 for both */
  function sixUpdates(
    signs: readonly [number, number],
    disturb: { disturbUp: number; disturbDown: number },
    size: number,
  ) {
    const shape = { rows: rowCount, columns: columnCount };
    const array = openUpdatedArray(alike(size, 0, disturb), window, shape, 3, 0);
    const pulses: CellPulse[] = [];
    for (let n = 0; n < 6; n++) {
      const rows = drawTrains(n, 'rows', values(rowCount, 1.3 + n, signs[0]), 1, length);
      const columns = drawTrains(n, 'columns', values(columnCount, 2.1 + n, signs[1]), 1, length);
      array.update(updateOf(rows, columns, length), n);
      pulses.push(...pulsesOfUpdate(rows, columns, length));
    }
    array.settle();
    const { w, stride, cycles } = array.cells;
    const cellsOf = (values: ArrayLike<number>) =>
      Array.from(
        { length: rowCount * columnCount },
        (_, cell) => values[Math.floor(cell / columnCount) * stride + (cell % columnCount)]!,
      );
    const shareOf = ({ up, half }: CellPulse) =>
      size * (half ? (up ? disturb.disturbUp : disturb.disturbDown) : 1);
    return { w: cellsOf(w), cycles: cellsOf(cycles), pulses, shareOf };
  }

  const cellOf = ({ row, column }: CellPulse) => row * columnCount + column;

  /** What pulses one by one leave of cells that were at 0. */
  function oneByOne(pulses: readonly CellPulse[], shareOf: (pulse: CellPulse) => number): Float64Array {
    const w = new Float64Array(rowCount * columnCount);
    for (const pulse of pulses) {
      const cell = cellOf(pulse);
      w[cell] = stepped(w[cell]!, shareOf(pulse), pulse.up);
    }
    return w;
  }

  const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

  // Where half-select pulses and steps go the same way, their order does not matter.
  test.each([
    ['steps up, and half-selected cells', [1, 1], 1],
    ['steps down, and half-selected cells', [1, -1], 1],
    ['steps of both senses', [0, 0], 0],
  ] as const)('is that of bit by bit: %s', (_, signs, disturbed) => {
    const disturb = { disturbUp: 0.004 * disturbed, disturbDown: 0.007 * disturbed };
    const { w, cycles, pulses, shareOf } = sixUpdates(signs, disturb, step);
    expect(largestDifference(w, oneByOne(pulses, shareOf))).toBeLessThan(2e-6);
    const made = cycles.reduce((sum, own) => sum + own);
    expect(made).toBe(pulses.filter(({ half }) => !half).length);
  });

  describe('of both senses with half-selected cells', () => {
    // No line has so many pulses that they come to an eighth of a step, at which they would reach cells earlier.
    const disturb = { disturbUp: 0.0003, disturbDown: 0.0008 };
    const { w, cycles, pulses, shareOf } = sixUpdates([0, 0], disturb, 0.01);

    test('is that of bit by bit where half-select pulses come last, those up before those down', () => {
      const rankOf = ({ half, up }: CellPulse) => (half ? (up ? 1 : 2) : 0);
      const late = pulses.map((pulse, at) => ({ pulse, at }));
      late.sort((a, b) => rankOf(a.pulse) - rankOf(b.pulse) || a.at - b.at);
      const slow = oneByOne(
        late.map(({ pulse }) => pulse),
        shareOf,
      );
      expect(largestDifference(w, slow)).toBeLessThan(2e-6);
      expect(cycles.reduce((sum, own) => sum + own)).toBe(pulses.filter(({ half }) => !half).length);
    });

    // Two steps of a and b in opposite senses leave 2 a b more or less in the other order, and later ones only shrink that.
    test('is off what pulses in their order leave by no more than the order can make', () => {
      const inOrder = oneByOne(pulses, shareOf);
      let off = 0;
      for (let cell = 0; cell < w.length; cell++) {
        const own = pulses.filter((pulse) => cellOf(pulse) === cell);
        const sumOf = (half: boolean, up: boolean) =>
          own.reduce((sum, pulse) => sum + (pulse.half === half && pulse.up === up ? shareOf(pulse) : 0), 0);
        const bound =
          2 * sumOf(false, true) * sumOf(true, false) +
          2 * sumOf(false, false) * sumOf(true, true) +
          2 * sumOf(true, true) * sumOf(true, false);
        expect(Math.abs(w[cell]! - inOrder[cell]!)).toBeLessThanOrEqual(bound + 2e-6);
        off = Math.max(off, Math.abs(w[cell]! - inOrder[cell]!));
      }
      // The order is felt: what it makes is well above rounding.
      expect(off).toBeGreaterThan(1e-5);
    });
  });

  test('makes larger steps at higher voltages', () => {
    const array = openUpdatedArray(alike(step, 0), window, { rows: 1, columns: 1 }, 3, 0);
    const once = givenTrains(Uint32Array.of(1), 1);
    array.update(updateOf(once, once, 1, { vSet: vSet - 0.1 }), 0);
    expect(array.cells.w[0]).toBeCloseTo(step * 10 ** (-0.1 * bundled.update.steepness), 6);
  });

  test('through gates disturbs no cell, before and after half bias', () => {
    const array = openUpdatedArray(alike(step, 0, { disturbUp: 0.5 }), window, { rows: 2, columns: 2 }, 3, 0);
    const first = { words: Uint32Array.of(1, 0), signs: Int8Array.of(1, 0) };
    array.update(updateOf(first, first, 1, { bias: 'gate' }), 0);
    array.settle();
    const { w, stride } = array.cells;
    expect([w[0], w[1], w[stride], w[stride + 1]]).toEqual([Math.fround(step), 0, 0, 0]);
    array.update(updateOf(first, first, 1), 1);
    array.settle();
    expect(w[0]).toBeCloseTo(1 - (1 - step) ** 2, 6);
    expect([w[1], w[stride], w[stride + 1]].map((value) => Number(value!.toFixed(6)))).toEqual([
      step / 2,
      step / 2,
      0,
    ]);
  });
});

test.each(['ReRamArrayOM', 'ReRamArrayHfO2', 'ReRamSB'] as const)(
  'devices of %s respond to pulses as the pulse model does',
  (name) => {
    const law = presets[name];
    if (law.model !== 'soft-bounds') throw new Error('soft bounds expected');
    const quiet = { ...law, cycleToCycle: 0, writeNoise: 0 };
    const array = openUpdatedArray({ ...bundled, pulse: quiet }, window, { rows: 4, columns: 30 }, 5, 2);
    const draws = openDeviceDraws(5, 2);
    const device = newDevice();
    const { w, stride } = array.cells;
    const lines = (count: number, sign: 1 | -1) => givenTrains(new Uint32Array(count).fill(0xffff), sign);
    array.update(updateOf(lines(4, 1), lines(30, 1), 16), 0);
    array.update(updateOf(lines(4, -1), lines(30, 1), 16), 1);
    array.settle();
    for (let cell = 0; cell < 120; cell++) {
      drawDevice(quiet, draws, cell, device);
      let state = 0;
      for (let pulse = 0; pulse < 32; pulse++) state = pulsed(quiet, window, device, state, pulse < 16, 1, 0);
      // Bounds that a step would leave hold after each pulse there, and after all of them here.
      expect(w[Math.floor(cell / 30) * stride + (cell % 30)]).toBeCloseTo(state, 4);
    }
  },
);

test('normals of the kernel are standard and do not depend on each other', () => {
  const [rows, columns] = [400, 400];
  const cells = openSoftSteps(rows, columns);
  // Steps of noise alone, around bounds that are out of reach.
  cells.bounds.up.fill(1e4);
  cells.bounds.down.fill(-1e4);
  cells.shares.up.fill(1e-6);
  cells.columns.fill(1);
  const run = cells.stepper('trains', 1, true);
  for (let row = 0; row < rows; row++)
    run(row, 1, 'up', { up: 1, down: 1, noise: 100 }, openStream(1, 'x', 0));
  const z = cells.w.map((w) => w - 0.01);
  const mean = (of: (value: number, i: number) => number) =>
    z.reduce((sum, value, i) => sum + of(value, i), 0) / z.length;
  const within = 5 / Math.sqrt(z.length);
  expect(Math.abs(mean((v) => v))).toBeLessThan(within);
  expect(Math.abs(mean((v) => v ** 2) - 1)).toBeLessThan(Math.SQRT2 * within);
  expect(Math.abs(mean((v) => v ** 3))).toBeLessThan(Math.sqrt(15) * within);
  expect(Math.abs(mean((v) => v ** 4) - 3)).toBeLessThan(Math.sqrt(96) * within);
  for (const distance of [1, 4, 8, cells.stride])
    expect(Math.abs(mean((v, i) => v * (z[i - distance] ?? 0)))).toBeLessThan(within);
  const beyond = z.reduce((count, v) => count + Number(Math.abs(v) > 3), 0) / z.length;
  expect(Math.abs(beyond - 0.0026998)).toBeLessThan(5 * Math.sqrt(0.0027 / z.length));
});

describe('what the compact model of the cell says of half the voltage', () => {
  const change = (voltage: number) =>
    cmoConductance(cmoPulse(cmoStates.symmetry, voltage, cmoPulses.width)) -
    cmoConductance(cmoStates.symmetry);
  test.each([
    ['up', cmoPulses.set, bundled.update.disturbUp],
    ['down', cmoPulses.reset, bundled.update.disturbDown],
  ] as const)('%s is in the target file', (_, voltage, ratio) => {
    expect(change(voltage / 2) / change(voltage) / ratio).toBeGreaterThan(0.9);
    expect(change(voltage / 2) / change(voltage) / ratio).toBeLessThan(1.1);
  });
});
