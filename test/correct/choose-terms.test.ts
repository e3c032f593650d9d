/** Which layers get sums of their inputs: by benefit per multiplication, within the bound. */
import { expect, it } from 'vitest';
import type { ColumnCorrection } from '../../src/column-correction.ts';
import { chooseTerms, mostDigital, worthwhile } from '../../src/correct/choose-terms.ts';
import type { FittedLayer } from '../../src/correct/fit-layer.ts';

const correction = (): ColumnCorrection => ({ gain: Float32Array.of(1), bias: Float32Array.of(0) });

/** A layer of 1,000 multiplications whose signal is 100. @param ways noise and multiplications of each */
function layer(...ways: readonly (readonly [noise: number, multiplications: number])[]): FittedLayer {
  const [first, ...more] = ways.map(([noise, multiplications]) => {
    return { noise, multiplications, correction: correction() };
  });
  return { signal: 100, multiplications: 1000, ways: [first!, ...more] };
}

/** By layer, the number of the way that was taken. */
function chosen(...layers: FittedLayer[]): number[] {
  const corrections = chooseTerms(layers);
  return layers.map(({ ways }, i) => ways.findIndex((way) => way.correction === corrections[i]));
}

/** Room for the sums of the others. */
const rest = Array.from({ length: 20 }, () => layer([1, 0]));

it('takes what leaves less error on held-out vectors, and nothing that leaves as much or more', () => {
  expect(chosen(layer([10, 0], [5, 10]), layer([10, 0], [10, 0]), layer([10, 0], [11, 10]), ...rest)).toEqual(
    [...[1, 0, 0], ...rest.map(() => 0)],
  );
});

it('refuses a sum that is worth no more than computing a part of the layer digitally', () => {
  const part = 0.1;
  const [enough, little] = [1.01, 0.99].map((f) =>
    layer([10, 0], [10 * (1 - f * worthwhile * part), 1000 * part]),
  );
  expect(chosen(enough!, little!, ...rest).slice(0, 2)).toEqual([1, 0]);
});

it('asks of every further direction that it be worth its own multiplications', () => {
  expect(
    chosen(layer([10, 0], [4, 50], [3.9, 200]), layer([10, 0], [8, 50], [2, 200]), ...rest).slice(0, 2),
  ).toEqual([...[1, 2]]);
});

it('stays within the bound, and takes those first that take most error away per multiplication', () => {
  const better = layer([10, 0], [5, 60]);
  const worse = layer([10, 0], [6, 60]);
  const layers = [worse, better];
  expect(mostDigital * 2000).toBe(100);
  expect(chosen(...layers)).toEqual([0, 1]);
  expect(chosen(worse, better, ...rest).slice(0, 2)).toEqual([1, 1]);
});
