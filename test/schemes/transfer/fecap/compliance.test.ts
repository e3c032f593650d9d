import { beforeAll, describe, expect, test } from 'vitest';
import {
  complianceAt,
  conductanceAt,
  isSaturated,
  limitedEnergy,
  lineStep,
  lineVoltageOf,
} from '../../../../src/schemes/transfer/fecap/compliance.ts';
import type { AccessTransistor } from '../../../../src/schemes/transfer/parameters.ts';
import { levelConductance } from '../../../../src/target/cell.ts';
import { loadTarget } from '../../../../src/target/load.ts';
import type { Target } from '../../../../src/target/target.ts';

describe('the line voltages of leti-fecap-130nm', () => {
  let target: Target;
  let access: AccessTransistor;
  beforeAll(async () => {
    ({ target } = await loadTarget('leti-fecap-130nm'));
    if (target.programming.scheme !== 'transfer') throw new Error('transfer expected');
    access = target.programming.access!;
  });

  test('set the conductances of the transfer law, step by equal step', () => {
    const { cell } = target;
    for (let digit = 1; digit < cell.levels; digit++) {
      const line = lineVoltageOf(access, cell, digit);
      const conductance = conductanceAt(access, complianceAt(access, line));
      expect(conductance / levelConductance(cell, digit)).toBeCloseTo(1, 12);
      expect(line - lineVoltageOf(access, cell, digit - 1)).toBeCloseTo(lineStep(access, cell), 12);
      expect(isSaturated(access, line)).toBe(true);
    }
  });

  test('a step is 100 mV, and 67 uA give the highest conductance within 1 %', () => {
    expect(lineStep(access, target.cell)).toBeCloseTo(0.1, 4);
    expect(access.compliance).toBe(67e-6);
    expect(Math.abs(conductanceAt(access, access.compliance) / target.cell.gUseMax - 1)).toBeLessThan(0.01);
    const top = lineVoltageOf(access, target.cell, 7);
    expect(Math.abs(complianceAt(access, top) / access.compliance - 1)).toBeLessThan(0.01);
  });

  test('SET and forming take the energies that the target states, within 2 %', () => {
    const { programming, cell } = target;
    if (programming.scheme !== 'transfer') throw new Error('transfer expected');
    const top = complianceAt(access, lineVoltageOf(access, cell, 7));
    const set = limitedEnergy(access.setVoltage, top, programming.setTime);
    const form = limitedEnergy(access.formVoltage, access.compliance, programming.formTime);
    expect(Math.abs(set / programming.setEnergy - 1)).toBeLessThan(0.02);
    expect(Math.abs(form / programming.formEnergy - 1)).toBeLessThan(0.02);
  });

  test('a threshold mismatch of 15 mV is the assumed spread in digit steps', () => {
    expect(0.015 / lineStep(access, target.cell)).toBeCloseTo(target.hidden!.thresholdSpread, 3);
  });
});

test('a transistor carries nothing below its threshold, and leaves saturation at high gate voltages', () => {
  const access: AccessTransistor = {
    threshold: 0.5,
    transconductance: 1e-4,
    contactVoltage: 0.4,
    compliance: 1e-4,
    setVoltage: 1.4,
    formVoltage: 3,
  };
  expect(complianceAt(access, 0.3)).toBe(0);
  expect(complianceAt(access, 0.8)).toBeCloseTo(30e-6, 12);
  expect(conductanceAt(access, 30e-6)).toBeCloseTo(75e-6, 12);
  expect([1.49, 1.51].map((line) => isSaturated(access, line))).toEqual([true, false]);
});
