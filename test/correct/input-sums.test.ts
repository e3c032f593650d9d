/** The sums that corrections try: their cost, and what they come to. */
import { Matrix } from 'ml-matrix';
import { expect, it } from 'vitest';
import { multiplicationsOf, sumInputs, sumsToTry } from '../../src/correct/input-sums.ts';
import { openStream } from '../../src/math/random.ts';

function normals(length: number, seed: number): Float32Array {
  const stream = openStream(seed, 'input-sums-test', 0);
  return Float32Array.from({ length }, () => stream.normal());
}

const layer = { groups: 2, rows: 12, columns: 10 };
const inputs = normals(50 * 24, 1);

it('are the products of every group with its own directions', () => {
  const directions = normals(2 * 3 * 12, 2);
  const sums = sumInputs(layer, inputs, { rank: 3, directions });
  const matrix = (values: Float32Array, rows: number, columns: number) =>
    Matrix.from1DArray(rows, columns, [...values]);
  for (const group of [0, 1]) {
    const x = matrix(inputs, 50, 24).subMatrix(0, 49, 12 * group, 12 * group + 11);
    const u = matrix(directions, 6, 12).subMatrix(3 * group, 3 * group + 2, 0, 11);
    const wanted = x.mmul(u.transpose());
    const found = matrix(sums, 50, 6).subMatrix(0, 49, 3 * group, 3 * group + 2);
    expect(Matrix.sub(found, wanted).norm()).toBeLessThan(1e-5);
  }
  const plain = sumInputs(layer, inputs, { rank: 1 });
  expect(plain[3]).toBeCloseTo(
    [...inputs.subarray(36, 48)].reduce((a, b) => a + b),
    4,
  );
});

it('cost a multiplication per coefficient, and as many as a direction has rows', () => {
  expect(multiplicationsOf(layer, { rank: 1 })).toBe(2 * 10);
  expect(multiplicationsOf(layer, { rank: 3, directions: normals(72, 3) })).toBe(2 * 3 * (10 + 12));
});

it('are tried as far as they are allowed, and none that costs what the layer does', () => {
  const ranks = (correction: Parameters<typeof sumsToTry>[2], of = layer) =>
    sumsToTry(of, inputs, correction).map(({ rank, directions }) => (directions ? rank : 'box'));
  expect(ranks('columns')).toEqual([]);
  expect(ranks('box')).toEqual(['box']);
  expect(ranks('low-rank')).toEqual(['box', 1, 2, 4]);
  expect(ranks('low-rank', { groups: 2, rows: 12, columns: 1 })).toEqual(['box']);
});

it('along directions span what inputs of few directions are made of', () => {
  const [axes, places] = [normals(2 * 24, 4), normals(50 * 2, 5)];
  const made = Float32Array.from({ length: 50 * 24 }, (_, at) => {
    const v = Math.floor(at / 24);
    return places[2 * v]! * axes[at % 24]! + places[2 * v + 1]! * axes[24 + (at % 24)]!;
  });
  const [, , two] = sumsToTry(layer, made, 'low-rank');
  const sums = sumInputs(layer, made, two!);
  // The directions are orthonormal: the sums hold all scatter of the inputs around their mean.
  const scatter = (values: Float32Array, width: number) => {
    const matrix = Matrix.from1DArray(50, width, [...values]);
    return matrix.center('column').norm();
  };
  expect(scatter(sums, 4) / scatter(made, 24)).toBeCloseTo(1, 4);
});
