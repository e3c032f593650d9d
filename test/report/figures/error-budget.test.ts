import { expect, test } from 'vitest';
import { errorBudget } from '../../../src/report/figures/error-budget.ts';
import { driftDrawing } from '../../../src/report/figures/verification.ts';
import type { VerifyReport } from '../../../src/verify/report.ts';

const reading = (at: number, top1: number, snrToFloat: number) => ({
  ...{ at, wires: true, top1: { mean: top1 }, snrToFloat, snrToIdeal: snrToFloat, trials: [] },
});
const readings = [reading(0, 69, 10), reading(3600, 67, 7)];
/** What these views look at. */
const report = {
  ...{ float: { top1: 71 }, ideal: { top1: 70, snrToFloat: 20 }, mapped: readings[0], readings, trials: [1] },
} as unknown as VerifyReport;

test('chips take what is left of their error energy after that of integers', () => {
  const [float, integers, chips, later] = errorBudget(report);
  expect(float).toEqual({ stage: 'float', score: 71 });
  expect(integers).toMatchObject({ change: -1, noise: 0.01 });
  expect(chips).toMatchObject({ change: -1, score: 69 });
  expect(chips!.noise).toBeCloseTo(0.1 - 0.01, 12);
  expect(later).toMatchObject({ change: -3, reading: { at: 3600 } });
  expect(later!.noise).toBeCloseTo(10 ** -0.7 - 0.01, 12);
});

test('exact integers take nothing, and an unknown ratio gives no energy', () => {
  const exact = { ...report, ideal: { top1: 71, snrToFloat: 'equal' } } as VerifyReport;
  expect(errorBudget(exact)[1]!.noise).toBe(0);
  expect(errorBudget(exact)[2]!.noise).toBeCloseTo(0.1, 12);
  const broken = { ...report, ideal: { top1: 71, snrToFloat: 'not finite' } } as VerifyReport;
  expect(errorBudget(broken)[2]).not.toHaveProperty('noise');
});

test('a curve over time needs two times', () => {
  expect(driftDrawing(report, 'verify-1')).toHaveLength(1);
  const once = { ...report, readings: report.readings.slice(1) };
  expect(driftDrawing(once, 'verify-1')).toEqual([]);
});
