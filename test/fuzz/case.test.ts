/** Cases depend on class, seed and number alone. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCase } from '../../fuzz/case.ts';
import { fuzzClass as data } from '../../fuzz/classes/data.ts';
import { fuzzClass as onnx } from '../../fuzz/classes/onnx.ts';
import type { FuzzClass, Input, OpenClass } from '../../fuzz/input.ts';

function hashOf(input: Input): string {
  const hash = createHash('sha256');
  for (const [name, bytes] of input) hash.update(name).update(bytes);
  return hash.digest('hex');
}

const open = (fuzzClass: FuzzClass): Promise<OpenClass> => fuzzClass.open('nowhere');

describe.each([onnx, data])('the cases of $name', (fuzzClass) => {
  it('are the same again, whatever was made before', async () => {
    const [one, other] = [await open(fuzzClass), await open(fuzzClass)];
    const cases = Array.from({ length: 300 }, (_, index) =>
      hashOf(makeCase(fuzzClass, one, 3, { index }).input),
    );
    const backwards = cases.map((_, i) => hashOf(makeCase(fuzzClass, other, 3, { index: 299 - i }).input));
    expect(backwards.reverse()).toEqual(cases);
    expect(new Set(cases).size).toBeGreaterThan(250);
  });

  it('differ by the seed', async () => {
    const opened = await open(fuzzClass);
    const [one, other] = [3, 4].map((seed) =>
      Array.from({ length: 50 }, (_, index) => hashOf(makeCase(fuzzClass, opened, seed, { index }).input)),
    );
    expect(one!.filter((hash, i) => hash === other![i]).length).toBeLessThan(5);
  });

  it('leave the corpus as it is', async () => {
    const opened = await open(fuzzClass);
    const before = opened.corpus.map(hashOf);
    for (let index = 0; index < 500; index++) makeCase(fuzzClass, opened, 5, { index });
    expect(opened.corpus.map(hashOf)).toEqual(before);
  });

  it('without mutations are inputs of the corpus', async () => {
    const opened = await open(fuzzClass);
    const { input, steps } = makeCase(fuzzClass, opened, 1, { index: 7, steps: [] });
    expect(opened.corpus.map(hashOf)).toContain(hashOf(input));
    expect(steps).toEqual([]);
  });
});

it('every mutation keeps its draws when others are left out', () => {
  const letters: Pick<OpenClass, 'corpus' | 'mutate'> = {
    corpus: [new Map()],
    mutate: (random, input) => new Map([...input, [String(random.below(1e9)), Uint8Array.of()]]),
  };
  const all = makeCase({ name: 'letters' }, letters, 1, { index: 4, steps: [1, 2, 3] });
  const kept = makeCase({ name: 'letters' }, letters, 1, { index: 4, steps: [1, 3] });
  const [first, , third] = [...all.input.keys()];
  expect([...kept.input.keys()]).toEqual([first, third]);
});
