/** Products of matrices that are added to others, against plain loops, to the last bit. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addMatrixProducts } from '../../src/kernels/matrix-products.ts';

const size = fc.integer({ min: 1, max: 11 });
const drawn = (length: number, seed: number) =>
  Float64Array.from({ length }, (_, i) => (i % 5 === 3 ? 0 : Math.sin(seed + i * i)));

it('adds what plain loops add, in their order, for matrices of any size', () => {
  fc.assert(
    fc.property(size, size, fc.array(size, { minLength: 1, maxLength: 3 }), fc.boolean(), (...given) => {
      const [rows, depth, widths, turned] = given;
      const factor = drawn(rows * depth, 1);
      const products = widths.map((columns, i) => ({
        out: drawn(rows * columns, 2 + i),
        by: drawn(depth * columns, 7 + i),
        columns,
      }));
      const wanted = products.map(({ out, by, columns }) =>
        out.map((sum, at) => {
          const [i, j] = [Math.floor(at / columns), at % columns];
          for (let k = 0; k < depth; k++)
            sum += factor[turned ? k * rows + i : i * depth + k]! * by[k * columns + j]!;
          return sum;
        }),
      );
      addMatrixProducts(factor, depth, turned, products);
      expect(products.map(({ out }) => out)).toEqual(wanted);
    }),
    { numRuns: 300 },
  );
});
