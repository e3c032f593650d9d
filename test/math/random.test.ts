import { describe, expect, test } from 'vitest';
import { openStream, threefry } from '../../src/math/random.ts';
import { countTolerance, momentsOf, normalBelow } from '../statistics.ts';

const draws = 1_000_000;

describe('threefry2x32-20', () => {
  // Known answers published with Random123.
  test.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x243f6a88, 0x85a308d3],
      [0x13198a2e, 0x03707344],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('counter %j, key %j', (counter, key, expected) => {
    const out = new Int32Array(4);
    threefry(key[0]!, key[1]!, counter[0]!, counter[1]!, out);
    expect([...out.subarray(0, 2)].map((word) => word >>> 0)).toEqual(expected);
    threefry(key[0]!, key[1]!, counter[0]!, counter[1]! - 1, out);
    expect([...out.subarray(2)].map((word) => word >>> 0)).toEqual(expected);
  });
});

describe('streams', () => {
  test('draw what they always drew: a chip that was programmed before can be programmed again', () => {
    const stream = openStream(1, 'read-noise', 3);
    stream.seek(65536);
    const draws = [stream.normal(), stream.normal(), stream.uniform(), stream.normal(), stream.normal()];
    expect(draws).toEqual([
      0.2492986043157036, -0.28072478572266074, 0.5759638176532462, 1.366676466219042, -0.9220697883397743,
    ]);
    const other = openStream(-7, 'x', 0);
    let sum = 0;
    for (let event = 0; event < 200_000; event++) {
      other.seek(event);
      for (let i = 0; i < 1 + (event % 7); i++) sum += other.normal() * (1 + i);
    }
    expect(sum).toBeCloseTo(2533.7743156414936, 9);
  });

  test('uniform draws lie in (0, 1) with the moments of the law', () => {
    const stream = openStream(1, 'test', 0);
    const m = momentsOf(Float64Array.from({ length: draws }, () => stream.uniform()));
    expect(m.min).toBeGreaterThan(0);
    expect(m.max).toBeLessThan(1);
    expect(Math.abs(m.mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * draws));
    // The variance of a uniform's squared deviation is 1/180.
    expect(Math.abs(m.sigma ** 2 - 1 / 12)).toBeLessThan(4 / Math.sqrt(180 * draws));
  });

  test('normal draws have the moments of the law', () => {
    const stream = openStream(2, 'test', 0);
    const values = Float64Array.from({ length: draws }, () => stream.normal());
    const m = momentsOf(values);
    const third = values.reduce((sum, v) => sum + v ** 3, 0) / draws;
    const fourth = values.reduce((sum, v) => sum + v ** 4, 0) / draws;
    expect(Math.abs(m.mean)).toBeLessThan(4 / Math.sqrt(draws));
    expect(Math.abs(m.sigma ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / draws));
    expect(Math.abs(third)).toBeLessThan(4 * Math.sqrt(15 / draws));
    expect(Math.abs(fourth - 3)).toBeLessThan(4 * Math.sqrt(96 / draws));
  });

  test('normal draws follow the distribution (Kolmogorov-Smirnov at 0.1 %)', () => {
    const stream = openStream(3, 'test', 0);
    const values = Float64Array.from({ length: draws }, () => stream.normal()).sort();
    let largest = 0;
    for (let i = 0; i < draws; i++)
      largest = Math.max(largest, Math.abs(normalBelow(values[i]!) - (i + 0.5) / draws));
    expect(largest * Math.sqrt(draws)).toBeLessThan(1.95);
  });

  test("the tails beyond the ziggurat's base layer have their share", () => {
    const stream = openStream(4, 'test', 0);
    const n = 4 * draws;
    const beyond = [3, 3.4426, 4, 4.5].map((limit) => ({ limit, count: 0 }));
    for (let i = 0; i < n; i++) {
      const size = Math.abs(stream.normal());
      for (const entry of beyond) if (size > entry.limit) entry.count++;
    }
    for (const { limit, count } of beyond) {
      const p = 2 * normalBelow(-limit);
      expect(Math.abs(count - n * p), `beyond ${limit}`).toBeLessThan(countTolerance(n, p));
    }
  });

  test('an event has its own draws, wherever the stream was before', () => {
    const a = openStream(5, 'test', 7);
    const b = openStream(5, 'test', 7);
    for (let i = 0; i < 1001; i++) b.normal();
    for (const event of [3, 0, 4_000_000_000]) {
      a.seek(event);
      b.seek(event);
      expect([a.normal(), a.uniform(), a.normal()]).toEqual([b.normal(), b.uniform(), b.normal()]);
    }
  });

  test('streams that differ in one part of the key, and events, are uncorrelated', () => {
    const n = 200_000;
    const first = openStream(6, 'test', 0);
    const reference = Float64Array.from({ length: n }, () => first.normal());
    const seek = openStream(6, 'test', 0);
    seek.seek(1);
    const others = [
      seek,
      openStream(7, 'test', 0),
      openStream(6 + 2 ** 32, 'test', 0),
      openStream(-6, 'test', 0),
      openStream(6, 'tess', 0),
      openStream(6, 'test', 1),
    ];
    for (const other of others) {
      let sum = 0;
      for (const value of reference) sum += value * other.normal();
      expect(Math.abs(sum / n)).toBeLessThan(4 / Math.sqrt(n));
    }
  });
});
