import { expect, test } from 'vitest';
import { fillNormals, openEvents } from '../../src/kernels/bulk-normals.ts';
import { openStream } from '../../src/math/random.ts';

test('normals in bulk are those that the stream gives event by event, rejected words included', () => {
  const stream = openStream(7, 'bulk', 3);
  const other = openStream(2 ** 40 + 5, 'other', 0);
  // Not a multiple of the width, and events over the whole range of 32 bits.
  const count = 100_003;
  const singles = new Float64Array(count);
  const pairs = new Float64Array(2 * count);
  const number = (i: number) => Math.imul(i, 0x9e3779b1);
  const [once, twice] = [openEvents(1, count), openEvents(2, count)];
  for (let i = 0; i < count; i++) {
    once[i] = number(i);
    twice[i] = number(i);
  }
  fillNormals(stream, 1, count, singles);
  fillNormals(other, 2, count, pairs);
  const expectedSingles = new Float64Array(count);
  const expectedPairs = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const event = number(i) >>> 0;
    stream.seek(event);
    expectedSingles[i] = stream.normal();
    other.seek(event);
    expectedPairs[i] = other.normal();
    expectedPairs[count + i] = other.normal();
  }
  expect(singles).toEqual(expectedSingles);
  expect(pairs).toEqual(expectedPairs);
});

test.each([3, 4, 7])('%i normals of each event', (perEvent) => {
  const [stream, count] = [openStream(9, 'bulk', 1), 20_001];
  const events = openEvents(perEvent, count);
  for (let i = 0; i < count; i++) events[i] = Math.imul(i, 0x9e3779b1);
  const out = new Float64Array(perEvent * count);
  fillNormals(stream, perEvent, count, out);
  const expected = new Float64Array(perEvent * count);
  for (let i = 0; i < count; i++) {
    stream.seek(Math.imul(i, 0x9e3779b1) >>> 0);
    for (let k = 0; k < perEvent; k++) expected[k * count + i] = stream.normal();
  }
  expect(out).toEqual(expected);
});

test.each([1, 2, 5])('fewer events than there is room for, of %i normals', (perEvent) => {
  const stream = openStream(1, 'bulk', 0);
  openEvents(perEvent, 1000);
  const events = openEvents(perEvent, 3);
  events.set([5, 6, 7]);
  const out = new Float64Array(3 * perEvent + 1);
  fillNormals(stream, perEvent, 3, out);
  for (let i = 0; i < 3; i++) {
    stream.seek(5 + i);
    for (let k = 0; k < perEvent; k++) expect(out[3 * k + i]).toBe(stream.normal());
  }
  expect(out[3 * perEvent]).toBe(0);
  out.fill(1);
  fillNormals(stream, perEvent, 0, out);
  expect(out).toEqual(new Float64Array(out.length).fill(1));
});
