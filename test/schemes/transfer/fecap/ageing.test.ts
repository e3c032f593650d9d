import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chargeAfter, chargeHeld } from '../../../../src/schemes/transfer/fecap/ageing.ts';
import type { FecapAgeing } from '../../../../src/target/hidden-plane.ts';
import { loadTarget } from '../../../../src/target/load.ts';

const ageing: FecapAgeing = {
  pristine: 0.4,
  wokenCycles: 1000,
  fatigueCycles: 2e6,
  endurance: 1e7,
  spent: 0,
  retentionLoss: 0.05,
  retentionTime: 10,
  held: 0,
};
const cycles = fc.double({ min: 0, max: 1e9, noNaN: true });

describe('cycles', () => {
  test('wake up from the pristine share to the whole, along the logarithm', () => {
    expect(chargeAfter(ageing, 0)).toBe(0.4);
    expect(chargeAfter(ageing, 1000)).toBe(1);
    expect(chargeAfter(ageing, Math.sqrt(1001) - 1)).toBeCloseTo(0.7, 12);
  });

  test('fatigue from there on: half of it is left after fatigueCycles more', () => {
    expect(chargeAfter(ageing, 1000 + 2e6)).toBe(0.5);
    expect(chargeAfter(ageing, 1000 + 18e6)).toBeCloseTo(0.1, 12);
  });

  test('never give more than all of it, and count with those before', () => {
    fc.assert(
      fc.property(cycles, cycles, (spent, more) => {
        const share = chargeAfter({ ...ageing, spent }, more);
        expect(share).toBe(chargeAfter(ageing, spent + more));
        expect(share > 0 && share <= 1).toBe(true);
      }),
    );
  });
});

test('time takes retentionLoss per decade, and no more than all', () => {
  expect(chargeHeld(ageing, 0)).toBe(1);
  expect(chargeHeld(ageing, 90)).toBeCloseTo(0.95, 12);
  expect(chargeHeld(ageing, 99_990)).toBeCloseTo(0.8, 12);
  expect(chargeHeld({ ...ageing, retentionLoss: 2 }, 1e6)).toBe(0);
});

describe('leti-fecap-130nm', () => {
  test('is woken by its 1,000 cycles, and its window is open after 1e7 and after 1e4 s', async () => {
    const { hidden } = (await loadTarget('leti-fecap-130nm')).target;
    const own = hidden!.ageing!;
    expect(chargeAfter(own, hidden!.wakeUpCycles)).toBe(1);
    expect(chargeAfter(own, 100)).toBeLessThan(0.9);
    // Scaled with the charge, even the worst of 16,384 windows stays above the offset of an amplifier.
    expect(0.12 * chargeAfter(own, 1e7)).toBeGreaterThan(3 * hidden!.senseOffset);
    expect(chargeHeld(own, 1e4)).toBeGreaterThan(0.8);
  });
});
