import { describe, expect, test } from 'vitest';
import {
  newTransferOutcome,
  openTransferDraws,
  type TransferLaw,
  type TransferOutcome,
  transfer,
} from '../../../src/schemes/transfer/transfer.ts';
import { countTolerance, momentsOf, normalBelow } from '../../statistics.ts';

const pairs = 8;
const rows = 12_500;
const synapses = rows * pairs;

/** Level n lies at n * 10 uS + 20 uS, far inside the window; every effect off. */
const exact: TransferLaw = {
  programming: {
    cycleToCycle: 0,
    resetSpread: 0,
    setTime: 1e-8,
    setEnergy: 1e-12,
    resetTime: 1e-8,
    resetEnergy: 1e-12,
    formTime: 1e-6,
    formEnergy: 1e-10,
  },
  hidden: {
    fecapsPerLine: 128,
    bits: 10,
    transferBits: 3,
    wakeUpCycles: 1000,
    wakeUpCycleTime: 1e-6,
    writeEnergy: 1e-13,
    writeTime: 2e-8,
    readTime: 2e-8,
    chargeSpread: 0,
    lineNoise: 0,
    thresholdSpread: 0,
    window: 0.36,
    windowSpread: 0,
    senseOffset: 0,
  },
  cell: {
    levels: 8,
    gMin: 1e-6,
    gMax: 500e-6,
    gUseMin: 20e-6,
    gUseMax: 90e-6,
    encoding: 'differential',
    unused: 'unformed',
    gUnformed: 0,
  },
};
const step = 10e-6;

function withHidden(change: Partial<TransferLaw['hidden']>): TransferLaw {
  return { ...exact, hidden: { ...exact.hidden, ...change } };
}

function withProgramming(change: Partial<TransferLaw['programming']>): TransferLaw {
  return { ...exact, programming: { ...exact.programming, ...change } };
}

/** Transfers the same stored value in every synapse. */
function transferAll(law: TransferLaw, negative: boolean, digit: number, repetition = 0): TransferOutcome[] {
  const draws = openTransferDraws(5, 2);
  return Array.from({ length: synapses }, (_, synapse) => {
    const outcome = newTransferOutcome();
    const at = { row: Math.floor(synapse / pairs), synapse, cell: 2 * synapse };
    transfer(law, draws, at, negative, digit, 2 * synapse + repetition * 2 * synapses, outcome);
    return outcome;
  });
}

/** Asserts that values are normal-like with this mean and standard deviation, by their own sample size. */
function expectLaw(values: readonly number[], mean: number, sigma: number): void {
  const m = momentsOf(values);
  expect(Math.abs(m.mean - mean)).toBeLessThan((4 * sigma) / Math.sqrt(m.count));
  expect(Math.abs(m.sigma / sigma - 1)).toBeLessThan(4 / Math.sqrt(2 * m.count));
}

describe('without spread', () => {
  test.each(Array.from({ length: 15 }, (_, i) => i - 7))('digit %d', (digit) => {
    const [outcome] = transferAll(exact, digit < 0, Math.abs(digit));
    const set = expect.closeTo(20e-6 + Math.abs(digit) * step, 15);
    const { gMin } = exact.cell;
    expect([outcome!.gPos, outcome!.gNeg]).toEqual([digit > 0 ? set : gMin, digit < 0 ? set : gMin]);
  });
});

describe('each error source alone, against its closed form', () => {
  test.each([1, 2, 5, 7])('FeCAP charge at digit %d', (digit) => {
    const law = withHidden({ chargeSpread: 0.05 });
    const results = transferAll(law, false, digit);
    const squares = [1, 2, 4].reduce((sum, weight) => sum + (digit & weight ? weight ** 2 : 0), 0);
    const sigma = 0.05 * Math.sqrt(squares);
    expectLaw(
      results.map((r) => r.chargeError),
      0,
      sigma,
    );
    expectLaw(
      results.map((r) => r.gPos),
      20e-6 + digit * step,
      sigma * step,
    );
    // Capacitors are what they are: the next transfer has the same error.
    expect(transferAll(law, false, digit, 1).map((r) => r.gPos)).toEqual(results.map((r) => r.gPos));
  });

  test('line noise', () => {
    const law = withHidden({ lineNoise: 0.1 });
    const results = transferAll(law, true, 4);
    expectLaw(
      results.map((r) => r.gNeg),
      20e-6 + 4 * step,
      0.1 * step,
    );
    const again = transferAll(law, true, 4, 1);
    // Noise: two transfers of one synapse differ by sqrt(2) sigma.
    expectLaw(
      again.map((r, i) => r.lineError - results[i]!.lineError),
      0,
      0.1 * Math.SQRT2,
    );
  });

  test('access threshold, fixed per memristor and different for the two of a pair', () => {
    const law = withHidden({ thresholdSpread: 0.15 });
    const positive = transferAll(law, false, 3);
    const negative = transferAll(law, true, 3);
    expectLaw(
      positive.map((r) => r.gPos),
      20e-6 + 3 * step,
      0.15 * step,
    );
    expectLaw(
      positive.map((r, i) => r.thresholdError - negative[i]!.thresholdError),
      0,
      0.15 * Math.SQRT2,
    );
    expect(transferAll(law, false, 3, 1).map((r) => r.gPos)).toEqual(positive.map((r) => r.gPos));
  });

  test('SET compliance', () => {
    const results = transferAll(withProgramming({ cycleToCycle: 0.05 }), false, 6);
    expectLaw(
      results.map((r) => r.gPos),
      80e-6,
      0.05 * 80e-6,
    );
    expectLaw(
      results.map((r) => r.setFactor),
      1,
      0.05,
    );
  });

  test('RESET: a half-normal above gMin on the side that is not SET, and on both at digit 0', () => {
    const law = withProgramming({ resetSpread: 2e-6 });
    const sets = transferAll(law, false, 6);
    const zeros = transferAll(law, false, 0);
    expect(sets.every((r) => Math.abs(r.gPos - 80e-6) < 1e-15)).toBe(true);
    for (const values of [sets.map((r) => r.gNeg), zeros.map((r) => r.gPos), zeros.map((r) => r.gNeg)]) {
      const m = momentsOf(values);
      expect(m.min).toBeGreaterThanOrEqual(1e-6);
      expect(Math.abs(m.mean - (1e-6 + 2e-6 * Math.sqrt(2 / Math.PI)))).toBeLessThan(
        (4 * 2e-6) / Math.sqrt(m.count),
      );
      expect(m.sigma / (2e-6 * Math.sqrt(1 - 2 / Math.PI))).toBeCloseTo(1, 1);
    }
  });

  test.each([false, true])('sign sensing, stored sign bit %s', (negative) => {
    // Half the window spreads by windowSpread / 2, and the offset adds: Phi(-0.18 / sqrt(0.06^2 + 0.05^2)).
    const results = transferAll(withHidden({ windowSpread: 0.12 }), negative, 5);
    const p = normalBelow(-0.18 / 0.06);
    const errors = results.filter((r) => r.signError);
    expect(Math.abs(errors.length - synapses * p)).toBeLessThan(countTolerance(synapses, p));
    for (const r of errors) {
      expect(r.negative).toBe(!negative);
      expect(negative ? r.gPos : r.gNeg).toBeCloseTo(70e-6, 15);
      expect(negative ? r.gNeg : r.gPos).toBe(1e-6);
    }
  });

  test("a sense amplifier's offset is one of a whole line and favours one sign", () => {
    const law = withHidden({ senseOffset: 0.1 });
    const positive = transferAll(law, false, 5);
    const negative = transferAll(law, true, 5);
    const p = normalBelow(-0.18 / 0.1);
    const lines = Array.from({ length: rows }, (_, row) => positive[row * pairs]!.signError);
    expect(Math.abs(lines.filter(Boolean).length - rows * p)).toBeLessThan(countTolerance(rows, p));
    expect(positive.every((r, i) => r.signError === lines[Math.floor(i / pairs)])).toBe(true);
    expect(positive.some((r, i) => r.signError && negative[i]!.signError)).toBe(false);
  });
});

test('a SET stays within the programmable window', () => {
  const law = withHidden({ lineNoise: 1 });
  const narrow = { ...law, cell: { ...law.cell, gMin: 20e-6, gMax: 90e-6 } };
  for (const digit of [1, 7]) {
    const m = momentsOf(transferAll(narrow, false, digit).map((r) => r.gPos));
    expect([m.min, m.max].map((g) => g >= 20e-6 && g <= 90e-6)).toEqual([true, true]);
  }
});
