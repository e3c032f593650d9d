import { expect, test } from 'vitest';
import { formatTime, parseTime } from '../../src/text/time.ts';

test.each([
  ['1s', 1],
  ['0', 0],
  ['1.5 h', 5400],
  ['30min', 1800],
  ['2m', 120],
  ['1d', 86_400],
  ['10y', 315_576_000],
  ['1e3s', 1000],
  ['-1h', -3600],
])('%s is %d s', (text, seconds) => {
  expect(parseTime(text)).toBe(seconds);
});

test.each(['', '1', 'h', '1 week', '1ms', '1h2m', 'NaN s'])("'%s' is no time", (text) => {
  expect(parseTime(text)).toBeUndefined();
});

test('times are printed in their largest unit', () => {
  const printed = [0, 1, 90, 3600, 86_400, 604_800, 315_576_000, 1e-3].map(formatTime);
  expect(printed).toEqual(['0 s', '1 s', '1.5 min', '1 h', '1 d', '7 d', '10 y', '0.001 s']);
});
