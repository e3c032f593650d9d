import { describe, expect, test } from 'vitest';
import type { ProgrammingOf } from '../../src/schemes/models.ts';
import { presets } from '../../src/schemes/pulse-verify/presets.ts';
import type { Modelled, Preset } from '../../src/schemes/pulse-verify/pulse.ts';
import {
  drawPulseCell,
  newPulseCell,
  newPulseVerifyOutcome,
  openPulseVerifyDraws,
  pulseVerify,
  pulseVerifyLaw,
  toleranceAt,
} from '../../src/schemes/pulse-verify/pulse-verify.ts';
import { stateOf } from '../../src/schemes/pulse-verify/steps/step.ts';
import { countTolerance, momentsOf, normalBelow } from '../statistics.ts';

const window = { gMin: 5e-6, gMax: 105e-6 };
const cells = 100_000;

/** Every effect off: constant steps of 1 uS. */
const plain: ProgrammingOf<'pulse-verify'> = {
  scheme: 'pulse-verify',
  pulse: {
    model: 'constant-step',
    stepSize: 0.02,
    stepSpread: 0,
    stepLaw: 'normal',
    upDown: 0,
    upDownSpread: 0,
    boundMax: 1,
    boundMin: -1,
    boundMaxSpread: 0,
    boundMinSpread: 0,
    cycleToCycle: 0,
    writeNoise: 0,
  },
  tolerance: 0.6e-6,
  toleranceLaw: 'absolute',
  maxPulses: 200,
  readNoise: 0,
  rechecks: 0,
  relaxTime: 0,
  relaxShift: 0,
  relaxSpread: 0,
  slow: 0,
  slowGain: 0.1,
  unresponsive: 0,
  resetSpread: 0,
  pulseTime: 1e-6,
  pulseEnergy: 1e-10,
  readTime: 1e-6,
  readEnergy: 1e-11,
  formTime: 1e-4,
  formEnergy: 1e-8,
};

const noisy: ProgrammingOf<'pulse-verify'> = {
  ...plain,
  pulse: {
    ...(plain.pulse as Modelled<'constant-step'>),
    model: 'soft-bounds',
    noise: 'additive',
    stepSpread: 0.2,
    boundMaxSpread: 0.05,
    boundMinSpread: 0.05,
    cycleToCycle: 0.5,
    writeNoise: 0.3,
  },
  tolerance: 2e-6,
  readNoise: 0.2e-6,
  maxPulses: 300,
};

interface Result {
  readonly conductance: number;
  readonly setPulses: number;
  readonly resetPulses: number;
  readonly reads: number;
  readonly waits: number;
  readonly accepted: boolean;
}

function programAll(
  programming: ProgrammingOf<'pulse-verify'>,
  from: number,
  level: (cell: number) => number,
  order: readonly number[] = Array.from({ length: cells }, (_, cell) => cell),
): Result[] {
  const law = pulseVerifyLaw(programming, window);
  const draws = openPulseVerifyDraws(7, 1);
  const cell = newPulseCell();
  const outcome = newPulseVerifyOutcome();
  const results: Result[] = [];
  const start = stateOf(law.pulse, window, from);
  for (const number of order) {
    drawPulseCell(law, draws, number, cell);
    const write = { event: number, level: level(number), tolerance: programming.tolerance };
    pulseVerify(law, draws, cell, start, write, outcome);
    const { conductance, setPulses, resetPulses, reads, waits, accepted } = outcome;
    results[number] = { conductance, setPulses, resetPulses, reads, waits, accepted };
  }
  return results;
}

const one = (programming: ProgrammingOf<'pulse-verify'>, from: number, level: number) =>
  programAll(programming, from, () => level, [0])[0]!;
const micro = (g: number) => g * 1e-6;

describe('the loop without spread', () => {
  test('counts identical steps, and stops inside the tolerance', () => {
    expect(one(plain, micro(10), micro(30))).toEqual({
      conductance: expect.closeTo(micro(30), 12),
      setPulses: 20,
      resetPulses: 0,
      reads: 21,
      waits: 0,
      accepted: true,
    });
    expect(one(plain, micro(60), micro(49.5))).toMatchObject({ setPulses: 0, resetPulses: 10, reads: 11 });
    expect(one(plain, micro(50.5), micro(50))).toMatchObject({ setPulses: 0, resetPulses: 0, reads: 1 });
  });

  test('gives up after maxPulses', () => {
    const given = one({ ...plain, maxPulses: 7 }, micro(10), micro(30));
    expect(given).toMatchObject({ setPulses: 7, accepted: false, reads: 8 });
    expect(given.conductance).toBeCloseTo(micro(17), 12);
    // Beyond the device's bound.
    expect(one(plain, micro(90), micro(110))).toMatchObject({ setPulses: 200, accepted: false });
  });

  test('a ladder shortens the way of slow cells', () => {
    const slow = { ...plain, slow: 1, slowGain: 0.1 };
    expect(one(slow, micro(10), micro(20)).setPulses).toBe(Math.ceil((10 - 0.6) / 0.1 - 1e-9));
    const ladder = { after: 5, growth: 2, limit: 4 };
    // 5 pulses of 0.1, 5 of 0.2, then 0.4 each; none moves the reading by 0.6.
    const left = 10 - 0.6 - 5 * 0.1 - 5 * 0.2;
    expect(one({ ...slow, ladder }, micro(10), micro(20)).setPulses).toBe(10 + Math.ceil(left / 0.4 - 1e-9));
    // A cell that moves by more than the tolerance stays on the lowest rung.
    expect(one({ ...plain, ladder }, micro(10), micro(30)).setPulses).toBe(20);
  });

  test('re-checks: a cell that relaxes out of the tolerance is pulsed again', () => {
    const law = { ...plain, rechecks: 3, relaxTime: 1, relaxShift: -micro(0.9) };
    // Accepted at 30, waits to 29.1, pulsed to 30.1, waits to 29.2, pulsed to 30.2, waits to 29.3, pulsed to 30.3.
    expect(one(law, micro(10), micro(30))).toEqual({
      conductance: expect.closeTo(micro(30.3), 12),
      setPulses: 23,
      resetPulses: 0,
      reads: 27,
      waits: 3,
      accepted: true,
    });
    // A small change stays inside, and one wait is enough.
    const mild = one({ ...law, relaxShift: -micro(0.4) }, micro(10), micro(30));
    expect(mild).toMatchObject({ waits: 1, setPulses: 20, accepted: true });
    expect(mild.conductance).toBeCloseTo(micro(29.6), 12);
  });

  test('a relative tolerance is that of the highest level in proportion', () => {
    const law = { toleranceLaw: 'relative' } as const;
    expect(toleranceAt(law, micro(1.8), micro(45), micro(90))).toBeCloseTo(micro(0.9), 12);
    expect(toleranceAt(plain, micro(1.8), micro(45), micro(90))).toBe(micro(1.8));
  });
});

describe('statistics over 100,000 cells', () => {
  const level = (cell: number) => micro(20 + 4 * (cell % 16));
  const results = programAll(noisy, micro(6), level);

  test('accepted cells lie within the tolerance and the noise of the accepting reading', () => {
    const accepted = results.flatMap((r, cell) => (r.accepted ? [r.conductance - level(cell)] : []));
    expect(accepted.length).toBeGreaterThan(0.99 * cells);
    const readings = results.reduce((sum, r) => sum + r.reads, 0);
    for (const k of [2, 3, 4]) {
      const beyond = accepted.filter((e) => Math.abs(e) > noisy.tolerance + k * noisy.readNoise).length;
      const p = 2 * normalBelow(-k);
      expect(beyond, `${k} sigma`).toBeLessThan(readings * p + countTolerance(readings, p));
    }
    const error = momentsOf(accepted);
    expect(error.sigma).toBeLessThan(noisy.tolerance);
    // All levels are reached from below.
    expect(error.mean).toBeLessThan(0);
  });

  test('unresponsive and slow cells have their shares, and leave the others as they are', () => {
    const law = { ...noisy, unresponsive: 0.02, slow: 0.05, slowGain: 0.05 };
    const tail = programAll(law, micro(6), level);
    const given = tail.filter((r) => !r.accepted).length;
    const unmoved = tail.filter((r) => r.conductance < micro(10)).length;
    expect(Math.abs(unmoved - 0.02 * cells)).toBeLessThan(countTolerance(cells, 0.02));
    expect(given).toBeGreaterThan(unmoved);
    const draws = openPulseVerifyDraws(7, 1);
    const cell = newPulseCell();
    const ordinary = tail.flatMap((_, i) => {
      drawPulseCell(pulseVerifyLaw(law, window), draws, i, cell);
      return cell.gain === 1 ? [i] : [];
    });
    const p = 0.98 * 0.95;
    expect(Math.abs(ordinary.length - p * cells)).toBeLessThan(countTolerance(cells, p));
    expect(ordinary.filter((i) => tail[i]!.conductance !== results[i]!.conductance)).toHaveLength(0);
  });

  test('the slow tail needs as many more pulses as its steps are smaller', () => {
    const fast = one(plain, micro(10), micro(60)).setPulses;
    const slow = one({ ...plain, slow: 1, slowGain: 0.25, maxPulses: 1000 }, micro(10), micro(60)).setPulses;
    expect(slow / fast).toBeCloseTo(4, 1);
  });

  test('relaxation has the mean and spread of its law', () => {
    const law = { ...plain, rechecks: 1, relaxShift: -micro(0.1), relaxSpread: micro(0.1) };
    const relaxed = programAll({ ...law, tolerance: micro(0.99) }, micro(50), () => micro(50));
    const change = momentsOf(relaxed.map((r) => r.conductance - micro(50)));
    expect(Math.abs(change.mean + micro(0.1))).toBeLessThan(micro(0.4) / Math.sqrt(cells));
    expect(Math.abs(change.sigma / micro(0.1) - 1)).toBeLessThan(4 / Math.sqrt(2 * cells));
  });

  test('the order of the cells does not matter, nor do effects that are off', () => {
    const order = Array.from({ length: cells }, (_, i) => (i * 7919) % cells);
    expect(programAll(noisy, micro(6), level, order)).toEqual(results);
    // A relaxation that moves nothing draws from its own stream, and read noise from the loop's.
    const still = programAll({ ...noisy, readNoise: 0 }, micro(6), level, order.slice(0, 2000));
    const checked = programAll(
      { ...noisy, readNoise: 0, rechecks: 1 },
      micro(6),
      level,
      order.slice(0, 2000),
    );
    for (const cell of order.slice(0, 2000))
      expect(checked[cell]!.conductance).toBe(still[cell]!.conductance);
  });
});

test.each(Object.keys(presets) as Preset[])('the preset %s programs cells', (model) => {
  const law: ProgrammingOf<'pulse-verify'> = {
    ...plain,
    pulse: { model },
    tolerance: micro(8),
    maxPulses: 2000,
  };
  const numbers = Array.from({ length: 1000 }, (_, i) => i);
  const found = programAll(law, micro(30), () => micro(55), numbers);
  const accepted = found.filter((r) => r.accepted);
  expect(accepted.length).toBeGreaterThan(500);
  expect(accepted.every((r) => Math.abs(r.conductance - micro(55)) <= micro(8))).toBe(true);
});

test('the compact model ends within the tolerance of Falcone et al.', () => {
  const pulse = { model: 'cmo-hfox', stepSpread: 0, stepLaw: 'normal', cycleToCycle: 0.5 } as const;
  const law: ProgrammingOf<'pulse-verify'> = { ...plain, pulse, tolerance: micro(1), maxPulses: 1000 };
  const numbers = Array.from({ length: 2000 }, (_, i) => i);
  const found = programAll(law, micro(30), () => micro(60), numbers);
  expect(found.filter((r) => !r.accepted)).toHaveLength(0);
  expect(momentsOf(found.map((r) => r.setPulses + r.resetPulses)).mean).toBeGreaterThan(5);
});
