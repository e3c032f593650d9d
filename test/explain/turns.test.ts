import { expect, test } from 'vitest';
import { turnsOf } from '../../src/explain/turns.ts';

test.each([
  [[3], { back: [] }],
  [[3, 3, 3], { back: [] }],
  [[3, 3, 5, 5], { first: 1, back: [] }],
  [[3, 5, 3, 3], { first: 0, back: [1] }],
  [[3, 3, 5, 3, 4, 3, 5], { first: 1, back: [2, 4] }],
])('answers %j turn at %j', (answers, turns) => expect(turnsOf(answers)).toEqual(turns));
