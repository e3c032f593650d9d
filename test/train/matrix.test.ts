/** Products against the same sums one number at a time: the same bits. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openProducts } from '../../src/kernels/matrix-rows.ts';
import { openStream } from '../../src/math/random.ts';
import { multiply } from '../../src/train/matrix.ts';

/** y = scale * x W + bias, with y kept in 32 bits and sums of four products in 64. */
function plainly(
  x: ArrayLike<number>,
  active: readonly number[],
  matrix: ArrayLike<number>,
  scale: number,
  bias: ArrayLike<number>,
): number[] {
  const outputs = bias.length;
  const fours = active.length - (active.length % 4);
  return Array.from({ length: outputs }, (_, j) => {
    const product = (n: number) => x[active[n]!]! * matrix[active[n]! * outputs + j]!;
    let y = 0;
    for (let n = 0; n < fours; n += 4)
      y = Math.fround(y + (product(n) + product(n + 1) + (product(n + 2) + product(n + 3))));
    for (let n = fours; n < active.length; n++) y = Math.fround(y + product(n));
    return Math.fround(scale * y + bias[j]!);
  });
}

test('rows of any length, with any number of inputs that take part, in batches', () => {
  const size = fc.integer({ min: 1, max: 19 });
  fc.assert(
    fc.property(size, size, fc.integer({ min: 1, max: 3 }), fc.nat(), (inputs, outputs, rows, seed) => {
      const stream = openStream(seed, 'matrix', 0);
      const draw = (length: number) => Float32Array.from({ length }, () => stream.normal());
      const [own] = openProducts([{ inputs, outputs }], rows);
      const { matrix, x, active, y } = own!;
      const activeCount = new Int32Array(rows);
      const products = { ...own!, inputs, outputs, activeCount, d: new Float32Array() };
      matrix.set(draw(matrix.length));
      x.set(draw(x.length));
      const bias = draw(outputs);
      const expected: number[] = [];
      for (let b = 0; b < rows; b++) {
        const listed = [...Array(inputs).keys()].filter(() => stream.uniform() < 0.7);
        active.set(listed, b * inputs);
        activeCount[b] = listed.length;
        multiply(products, { scale: 0.37, bias }, b);
        const own = x.subarray(b * inputs, (b + 1) * inputs);
        expected.push(...plainly(own, listed, matrix, 0.37, bias));
      }
      expect([...y]).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
