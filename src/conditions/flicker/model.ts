/** 1/f noise as targets and reports see it: a sum of telegraph fluctuators per cell, one per decade of correlation times. */
import { z } from 'zod';
import { percent } from '../../target/effect.ts';
import { above0, quantity, type Read, share } from '../../target/leaf.ts';
import { unless } from '../../target/problem.ts';
import type { ConditionModel } from '../condition.ts';

const schema = z.strictObject({
  amplitude: share('Standard deviation of the conductance, relative to it'),
  shortest: quantity('s', 'Shortest correlation time of the fluctuations', above0),
  longest: quantity('s', 'Longest correlation time of the fluctuations', above0),
});

export type Flicker = Read<typeof schema>;

export const flicker: ConditionModel<Flicker, 'fluctuation'> = {
  kind: 'fluctuation',
  schema,
  name: '1/f noise',
  law: 'G times 1 + amplitude times a sum of two-state fluctuators, one per decade of correlation times; frozen while a batch of images is computed',
  print: { amplitude: percent },
  checks: [
    ({ shortest, longest }) =>
      unless(shortest <= longest, 'longest', 'this is shorter than flicker.shortest'),
  ],
};
