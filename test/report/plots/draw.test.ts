import { expect, test } from 'vitest';
import type { CharacterizedFigure } from '../../../src/figures/characterization.ts';
import { characterizationPage } from '../../../src/report/page/characterization.ts';
import { figureCsv } from '../../../src/report/plots/csv.ts';
import { drawFigure, figureFile } from '../../../src/report/plots/draw-figure.ts';
import { palette } from '../../../src/report/plots/palette.ts';
import { scaleOf } from '../../../src/report/plots/scale.ts';

const chart: CharacterizedFigure = {
  name: 'a-chart',
  title: 'A <chart>',
  about: 'one cell',
  uses: ['cell.gMax'],
  assumed: [{ field: 'cell.gMax', text: '30 uS', from: 'assumed' }],
  plot: {
    form: 'chart',
    x: { name: 'time', unit: 's', scale: 'log' },
    y: { name: 'conductance', unit: 'S' },
    series: [
      {
        name: 'cells',
        drawn: 'line',
        kind: 'measured',
        x: [1, 10],
        y: [1e-5, 2e-5],
        low: [0, 1e-5],
        high: [2e-5, 3e-5],
      },
      { name: 'law', drawn: 'line', kind: 'law', x: [1, 10], y: [1e-5, 2e-5] },
    ],
  },
};
const grid: CharacterizedFigure = {
  ...chart,
  name: 'a-grid',
  assumed: [],
  plot: {
    form: 'grid',
    x: { name: 'column', unit: '' },
    y: { name: 'row', unit: '' },
    value: { name: 'voltage', unit: 'V' },
    xs: [0, 1],
    ys: [0, 1],
    rows: [
      [0.1, 0.2],
      [0.3, 0.4],
    ],
  },
};

test('a unit has the prefix with which the largest value is at least 1', () => {
  expect(scaleOf({ name: 'conductance', unit: 'S' }, [2e-5, -3e-4]).label).toBe('conductance (uS)');
  expect(scaleOf({ name: 'conductance', unit: 'S' }, [1e-3]).label).toBe('conductance (mS)');
  expect(scaleOf({ name: 'share', unit: '%' }, [1e-3])).toEqual({ unit: 1, label: 'share (%)' });
  expect(scaleOf({ name: 'time', unit: 's', scale: 'log' }, [1e6]).label).toBe('time (s)');
});

test('a picture names axes, units and what is assumed, and is the same every time', () => {
  const svg = drawFigure(chart);
  for (const text of [
    'time (s)',
    'conductance (uS)',
    'Assumed: cell.gMax = 30 uS.',
    'A &lt;chart&gt;',
    'one cell.',
  ])
    expect(svg).toContain(text);
  expect(drawFigure(chart)).toBe(svg);
  expect(drawFigure(grid)).toContain('Nothing assumed.');
  expect(drawFigure(grid)).toContain('voltage (mV)');
  expect(figureFile(chart)).toContain(`<rect width="100%" height="100%" fill="${palette.paper.day}"/>`);
});

test('a page has all pictures in its own colours, and loads nothing', () => {
  const page = characterizationPage({
    ...{ name: 'chip', title: 'A & B', fingerprint: 'f', overrides: ['adc.bits=6'], seed: 3 },
    figures: [chart, grid],
  });
  expect(page).toContain('A &amp; B');
  expect(page).toContain('--set adc.bits=6');
  expect(page.match(/<svg /g)).toHaveLength(2);
  expect(page).toContain('"var(--ink)"');
  const pictures = page.slice(page.indexOf('<figure'));
  for (const { day } of Object.values(palette)) expect(pictures).not.toContain(`"${day}"`);
  // Names of namespaces apart.
  expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:|<script|<link|@import|src=/);
});

test('numbers are one line a point, in plain units', () => {
  expect(figureCsv(chart).split('\n').slice(0, 2)).toEqual([
    'series,kind,time (s),conductance (S),low,high',
    'cells,measured,1,0.00001,0,0.00002',
  ]);
  expect(figureCsv(grid).split('\n')[2]).toBe('0,1,0.2');
});
