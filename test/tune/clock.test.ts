import { expect, test } from 'vitest';
import { openClock } from '../../src/tune/clock.ts';

/** A clock of 900 s, and what moves it on. */
function clockAt() {
  let seconds = 0;
  const clock = openClock(900, () => 1000 * seconds);
  return { clock, pass: (more: number) => (seconds += more) };
}

test('a mapping is begun if it ends in time, and held-out images after it', () => {
  const { clock, pass } = clockAt();
  clock.learn('compile', 60);
  clock.learn('run', 40);
  expect(clock.pace()).toEqual({ each: 100, most: 8 });
  pass(750);
  expect(clock.left()).toBe(150);
  expect(clock.allows('mapping')).toBe(true);
  expect(clock.hasDenied()).toBe(false);
  // 140 s are asked for, and 60 s for another chip of a mapping that is compiled.
  pass(20);
  expect(clock.allows('mapping')).toBe(false);
  expect(clock.allows('chip')).toBe(true);
  expect(clock.hasDenied()).toBe(true);
});

test('what is twice as large takes twice as long', () => {
  const { clock, pass } = clockAt();
  clock.learn('compile', 60);
  clock.learn('run', 40);
  pass(600);
  expect(clock.allows('mapping', 2)).toBe(true);
  expect(clock.allows('mapping', 2.2)).toBe(false);
});
