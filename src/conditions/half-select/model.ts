/**
 * Half-select disturb as targets and reports see it: what a pulse to one cell does to the others of its row and column, where
 * no transistors isolate them. Published as the change after many such pulses (Choi et al., Advanced Science 2025, after
 * 100,000), which adds up in proportion to their number.
 */
import { z } from 'zod';
import { percent } from '../../target/effect.ts';
import { above0, leaf, type Read, relative, relativeChange } from '../../target/leaf.ts';
import type { ConditionModel } from '../condition.ts';

const schema = z.strictObject({
  disturbDrift: relativeChange('Mean relative change of the conductance after `pulses` half-select pulses'),
  spread: relative('Spread of that change from cell to cell'),
  pulses: leaf(above0, '', 'Half-select pulses after which the change was measured'),
});

export type HalfSelect = Read<typeof schema>;

export const halfSelect: ConditionModel<HalfSelect, 'disturb'> = {
  kind: 'disturb',
  schema,
  name: 'half-select disturb',
  law: 'G (1 + (disturbDrift + spread xi) n / pulses) after n pulses to other cells of its row and column, one xi per cell',
  print: { disturbDrift: percent, spread: percent },
};
