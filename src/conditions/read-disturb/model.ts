/**
 * Read disturb as targets and reports see it: a constant factor per read pulse. No source at hand states a law or a number;
 * the parameters are whatever a user wants to know the consequences of.
 */
import { z } from 'zod';
import { above0, choice, quantity, type Read, share } from '../../target/leaf.ts';
import type { ConditionModel } from '../condition.ts';

const schema = z.strictObject({
  change: share('Relative change of the conductance per read pulse'),
  towards: choice(['high', 'low'], 'Where to: `high` or `low` conductance'),
  interval: quantity('s', 'Mean time between two read pulses of a cell', above0),
});

export type ReadDisturb = Read<typeof schema>;

export const readDisturb: ConditionModel<ReadDisturb, 'ageing'> = {
  kind: 'ageing',
  schema,
  name: 'read disturb',
  law: 'G(t) = G (1 + change)^n or G (1 - change)^n, n = t / interval read pulses, not beyond gMin and gMax; a law that no source states',
  print: { change: (share) => share.toPrecision(3) },
};
