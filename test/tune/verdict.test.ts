import { describe, expect, test } from 'vitest';
import { verdictOn } from '../../src/tune/verdict.ts';

const loss = (points: number, low: number, high: number) => ({ points, low, high });

describe('whether images tell', () => {
  test('an interval on one side of the bound does', () => {
    expect(verdictOn(loss(0.4, 0.1, 0.7), 1000, 1)).toEqual({ side: 'within' });
    expect(verdictOn(loss(5, 3, 7), 96, 1)).toEqual({ side: 'beyond' });
    expect(verdictOn(loss(5, 5, 5), 96, 1)).toEqual({ side: 'beyond' });
  });

  test('one with the bound inside does not, and shrinks with the root of the number of images', () => {
    // 1.04 points off on 96 images, 2.04 to either side: four times as many images halve that.
    expect(verdictOn(loss(2, 0, 4), 96, 1)).toEqual({ side: 'undecided', needed: 384 });
    expect(verdictOn(loss(0.5, -0.5, 1.5), 100, 1)).toEqual({ side: 'undecided', needed: 400 });
    expect(verdictOn(loss(1, -1, 3), 96, 1)).toEqual({ side: 'undecided' });
  });

  test('no difference on few images is none to rely on: the rule of three', () => {
    // 0.95 = 1 - (1 - 0.01)^n at n = 298.07.
    expect(verdictOn(loss(0, 0, 0), 96, 1)).toEqual({ side: 'undecided', needed: 299 });
    expect(verdictOn(loss(0, 0, 0), 298, 1)).toEqual({ side: 'undecided', needed: 299 });
    expect(verdictOn(loss(0, 0, 0), 299, 1)).toEqual({ side: 'within' });
    expect(verdictOn(loss(-2, -2, -2), 10, 1)).toEqual({ side: 'within' });
  });
});
