/** Cells that take exactly the conductance that they are told, at no cost. */
import { levelStepOf } from '../../target/cell.ts';
import { windowOf } from '../read-back.ts';
import type { SchemeModel } from '../scheme.ts';
import { resetSpread } from '../spread.ts';

export const exact: SchemeModel<object> = {
  parameters: {},
  essentials: [],
  checks: [
    ({ disturb }) =>
      disturb ? [{ path: ['disturb'], reason: 'exact cells are programmed without pulses' }] : [],
  ],
  of: ({ cell }) => ({
    exact: true,
    readsBack: false,
    openLoop: false,
    tolerance: levelStepOf(cell) / 2,
    precision: () => undefined,
    spread: (level) => ({ mean: level, variance: 0 }),
    afterReset: () => resetSpread(cell, 0),
    rates: {},
    effects: () => [
      { name: 'programming error', applied: false, parameters: windowOf(cell), law: 'G = G(code)' },
    ],
    ideals: () => ({}),
  }),
};
