import { expect, test } from 'vitest';
import { openClock } from '../../src/tune/clock.ts';

/** A clock of 900 s, for which compiling takes 60 s and a chip of 100 arrays 40 s; and what moves it on. */
function clockAt() {
  let seconds = 0;
  const clock = openClock(900, () => 1000 * seconds);
  clock.compiled(60);
  clock.ran(40, 100);
  return { clock, pass: (more: number) => (seconds += more) };
}

test('a mapping is begun if it ends in time, and held-out images after it', () => {
  const { clock, pass } = clockAt();
  expect(clock.pace(100)).toEqual({ each: 100, most: 8 });
  pass(750);
  expect(clock.left()).toBe(150);
  expect(clock.allows('mapping', 100)).toBe(true);
  expect(clock.hasDenied()).toBe(false);
  // 140 s are asked for, and 80 s for another chip of a mapping that is compiled.
  pass(20);
  expect(clock.allows('mapping', 100)).toBe(false);
  expect(clock.allows('chip', 100)).toBe(true);
  expect(clock.hasDenied()).toBe(true);
});

test('chips take time by their arrays', () => {
  const { clock, pass } = clockAt();
  pass(700);
  expect(clock.allows('mapping', 170)).toBe(true);
  expect(clock.allows('mapping', 180)).toBe(false);
  expect(clock.allows('mapping', 10)).toBe(true);
  expect(clock.pace(50)).toEqual({ each: 80, most: 2 });
});
