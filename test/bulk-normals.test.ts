import { expect, test } from 'vitest';
import { fillNormalPairs, fillNormals, fillWords, openEvents } from '../src/bulk-normals.ts';
import { openStream, threefry } from '../src/random.ts';

test('normals in bulk are those that the stream gives event by event, rejected words included', () => {
  const stream = openStream(7, 'bulk', 3);
  const other = openStream(2 ** 40 + 5, 'other', 0);
  // Not a multiple of the width, and events over the whole range of 32 bits.
  const count = 100_003;
  const events = openEvents(count);
  for (let i = 0; i < count; i++) events[i] = Math.imul(i, 0x9e3779b1);
  const singles = new Float64Array(count);
  const pairs = new Float64Array(2 * count);
  fillNormals(stream, count, singles);
  fillNormalPairs(other, count, pairs);
  const expectedSingles = new Float64Array(count);
  const expectedPairs = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const event = Math.imul(i, 0x9e3779b1) >>> 0;
    stream.seek(event);
    expectedSingles[i] = stream.normal();
    other.seek(event);
    expectedPairs[2 * i] = other.normal();
    expectedPairs[2 * i + 1] = other.normal();
  }
  expect(singles).toEqual(expectedSingles);
  expect(pairs).toEqual(expectedPairs);
});

test('fewer events than there is room for', () => {
  const stream = openStream(1, 'bulk', 0);
  openEvents(1000);
  const events = openEvents(3);
  events.set([5, 6, 7]);
  const out = new Float64Array(4);
  fillNormals(stream, 3, out);
  stream.seek(7);
  expect(out[2]).toBe(stream.normal());
  expect(out[3]).toBe(0);
  fillNormals(stream, 0, out);
  expect(out[3]).toBe(0);
});

test("words are the generator's, for any block", () => {
  const stream = openStream(4, 'words', 9);
  const events = openEvents(21);
  for (let i = 0; i < 21; i++) events[i] = 1000 * i;
  const { words0, words1 } = fillWords(stream, 21, 0x87654321);
  const out = new Int32Array(4);
  for (let i = 0; i < 21; i++) {
    threefry(stream.key0, stream.key1, 1000 * i, 0x87654321, out);
    expect([words0[i], words1[i]]).toEqual([out[0], out[1]]);
  }
});
