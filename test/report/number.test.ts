import { expect, test } from 'vitest';
import { counted, formatBytes, formatCount, formatShare, shortenMiddle } from '../../src/report/number.ts';

test('numbers are grouped, and nouns agree', () => {
  expect([0, 999, 3233424].map(formatCount)).toEqual(['0', '999', '3,233,424']);
  expect([0, 1, 1306].map((n) => counted(n, 'array'))).toEqual(['0 arrays', '1 array', '1,306 arrays']);
});

test('shares are percentages that never round to nothing', () => {
  expect([0, 1, 0.3345, 0.0005, 0.000123].map(formatShare)).toEqual([
    '0.0 %',
    '100.0 %',
    '33.5 %',
    '0.1 %',
    '0.012 %',
  ]);
});

test('sizes have decimal prefixes', () => {
  expect([0, 999, 1000, 12_505_734, 2e9].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1 kB',
    '12.5 MB',
    '2 GB',
  ]);
});

test('long texts lose their middle', () => {
  expect(shortenMiddle('classifier', 10)).toBe('classifier');
  expect(shortenMiddle('classifier', 9)).toBe('clas…fier');
  expect(shortenMiddle('classifier', 8)).toBe('clas…ier');
});
