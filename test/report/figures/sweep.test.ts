/** Pictures of a sweep, held against a report that can be followed by hand; and its page. */
import { describe, expect, test } from 'vitest';
import {
  axisDrawings,
  paretoDrawings,
  shownMetric,
  yieldDrawing,
} from '../../../src/report/figures/sweep.ts';
import { sweepPage } from '../../../src/report/page/sweep.ts';
import type { PointReport, SweepReport } from '../../../src/sweep/report.ts';

function point(
  bits: number,
  copies: number,
  at: number,
  top1: number,
  shares: readonly number[],
): PointReport {
  const cost = {
    ...{ arrays: 10 * copies, chips: 1, conversions: 100, conversionEnergy: 1e-9, conversionTime: 1e-6 },
    energy: bits * copies,
  };
  return {
    ...{ model: 'net', target: 'chip', values: { 'adc.bits': bits, copies }, at, wires: true },
    ...{ compensate: 'columns', images: 100 },
    measured: {
      chips: 2,
      figures: { top1: { value: top1, low: top1 - 2, high: top1 + 2 } },
      shares,
      float: 90,
      cost,
    },
  };
}

const report: SweepReport = {
  ...{ crossloom: '0.1.0', study: 'a'.repeat(64), title: 'Bits <and> copies', axes: ['adc.bits', 'copies'] },
  ...{ metrics: ['top1'], share: 'top1', mostChips: 2 },
  points: [
    point(4, 1, 0, 60, [55, 65]),
    point(4, 1, 86_400, 58, [50, 66]),
    point(6, 1, 0, 80, [79, 81]),
    point(6, 1, 86_400, 70, [60, 80]),
    point(4, 2, 0, 62, [61, 63]),
    point(4, 2, 86_400, 59, [58, 60]),
    point(6, 2, 0, 79, [78, 80]),
    point(6, 2, 86_400, 78, [77, 79]),
  ],
};

describe('a sweep', () => {
  test('has a picture for each axis with several values, with a curve for each combination of the others', () => {
    const drawings = axisDrawings(report);
    expect(drawings.map(({ title }) => title)).toEqual([
      'Top-1 accuracy against adc.bits',
      'Top-1 accuracy against copies',
      'Top-1 accuracy against time',
    ]);
    const [bits] = drawings;
    expect(bits!.plot.x).toEqual({ name: 'adc.bits', unit: '', scale: 'whole' });
    expect(bits!.plot.series.map(({ name, x, y, low }) => ({ name, x, y, low }))).toEqual([
      { name: 'copies 1, 0 s', x: [4, 6], y: [60, 80], low: [58, 78] },
      { name: 'copies 1, 1 d', x: [4, 6], y: [58, 70], low: [56, 68] },
      { name: 'copies 2, 0 s', x: [4, 6], y: [62, 79], low: [60, 77] },
      { name: 'copies 2, 1 d', x: [4, 6], y: [59, 78], low: [57, 76] },
    ]);
  });

  test('has the points that no other beats by less, or the same, of what a design takes', () => {
    const [arrays, energy] = paretoDrawings(report);
    expect(arrays!.plot.series[0]).toMatchObject({ x: [10], y: [80] });
    expect(arrays!.plot.series[1]!.x).toHaveLength(8);
    expect(energy!.plot.series[0]).toMatchObject({ x: [4, 6], y: [60, 80] });
  });

  test('has the share of chips above an accuracy', () => {
    const [drawn] = yieldDrawing(report);
    expect(drawn!.plot.series[0]).toMatchObject({ x: [49, 55, 65, 82], y: [100, 50, 0, 0], drawn: 'steps' });
    expect(drawn!.plot.series.map(({ name }) => name)).toContain('adc.bits 6, copies 2, 1 d');
  });

  test('without a figure that all points have draws none', () => {
    const { measured: _, ...bare } = report.points[0]!;
    const broken: SweepReport = { ...report, points: [{ ...bare, problem: 'error[map/too-many-arrays]' }] };
    expect(shownMetric(broken)).toBeUndefined();
    expect([...axisDrawings(broken), ...paretoDrawings(broken), ...yieldDrawing(broken)]).toEqual([]);
    expect(sweepPage(broken)).toContain('map/too-many-arrays');
  });

  test('is a page with all pictures, and nothing that is loaded', () => {
    const page = sweepPage(report);
    // Each for wide windows and for narrow ones.
    expect(page.match(/<svg /g)).toHaveLength(2 * 6);
    expect(page).toContain('Bits &lt;and&gt; copies');
    expect(page).not.toMatch(/<script|src=|https?:\/\/(?!www\.w3\.org)/);
    for (const id of ['axis-1', 'pareto-arrays', 'pareto-energy', 'yield'])
      expect(page).toContain(`id="${id}"`);
    // Curves lie inside of their pictures: no coordinate is without a number.
    expect(page).not.toContain('NaN');
    expect(sweepPage(report)).toBe(page);
  });
});
