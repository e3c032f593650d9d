import { expect, test } from 'vitest';
import { irDrop, voltageLost } from '../../src/characterize/ir-drop.ts';
import { loadTarget } from '../../src/target/load.ts';

const wires = { rowSegment: 2, columnSegment: 3, driver: 5, sense: 7, sides: 'one' } as const;

test('one cell sees what its driver and its sense amplifier leave', () => {
  const g = 1e-2;
  const [lost] = voltageLost(1, 1, g, wires);
  expect(lost).toBeCloseTo(1 - 1 / (1 + g * (wires.driver + wires.sense)), 9);
});

test('ideal wires lose nothing', () => {
  const ideal = { ...wires, rowSegment: 0, columnSegment: 0, driver: 0, sense: 0 };
  for (const lost of voltageLost(3, 4, 1e-3, ideal)) expect(lost).toBeCloseTo(0, 9);
});

test('of an array the cell farthest from driver and ground loses most; without wires there is no map', async () => {
  const { target } = await loadTarget('leti-fecap-130nm');
  const [figure] = irDrop(target);
  if (figure?.plot.form !== 'grid') throw new Error('no map');
  const all = figure.plot.rows.flat();
  expect(figure.plot.rows[0]!.at(-1)).toBe(Math.max(...all));
  expect(Math.min(...all)).toBeGreaterThan(0);
  expect(irDrop((await loadTarget('ideal')).target)).toEqual([]);
});
