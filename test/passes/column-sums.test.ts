import fc from 'fast-check';
import { expect, it } from 'vitest';
import { columnSums } from '../../passes/column-sums.ts';
import { convGeometry, quantizedLayer, recordOf, slicedLayer } from './layers.ts';

const shape = fc.record({
  groups: fc.integer({ min: 1, max: 4 }),
  rows: fc.integer({ min: 1, max: 12 }),
  columns: fc.integer({ min: 1, max: 9 }),
  half: fc.constantFrom(1, 7, 127, 2047),
  floor: fc.constantFrom(0, 0.25, 3),
  beside: fc.constantFrom(0, 0.25, 7),
  seed: fc.integer(),
});

it('column sums are those of adding cell by cell', () => {
  fc.assert(
    fc.property(shape, ({ groups, rows, columns, half, floor, beside, seed }) => {
      const node = quantizedLayer({ groups, rows, columns, weightMax: half, geometry: convGeometry(1) });
      const layer = slicedLayer(node, { radix: 2 * half + 1 });
      const [count, used] = [5, 3];
      const vectors = Uint8Array.from(
        { length: count * groups * rows },
        (_, i) => Math.abs(Math.sin(i + seed)) * 256,
      );
      const record = recordOf({ y: { vectors, count } }).layers.get('y')!;
      // A tile with one row and one column less than the layer, where it has more than one.
      const span = (size: number) => ({ start: size > 1 ? 1 : 0, end: size });
      const block = {
        layer: 0,
        slice: 0,
        copy: 0,
        groups: span(groups),
        rows: span(rows),
        columns: span(columns),
        array: 0,
        row: 0,
        column: 0,
      };
      const law = { part: (d: number) => Math.max(d, 0), floor, beside };
      const { sums, least, most } = columnSums(block, layer, record, law, used);

      const [g0, r0, c0] = [block.groups.start, block.rows.start, block.columns.start];
      const width = columns - c0;
      const logical = (groups - g0) * width;
      expect(sums.length).toBe(used * 8 * logical);
      for (let vector = 0; vector < used; vector++) {
        for (let bit = 0; bit < 8; bit++) {
          for (let column = 0; column < logical; column++) {
            const own = g0 + Math.floor(column / width);
            let sum = 0;
            for (let group = g0; group < groups; group++) {
              for (let row = r0; row < rows; row++) {
                const code = vectors[(Math.floor((vector * count) / used) * groups + group) * rows + row]!;
                if (((code >> bit) & 1) === 0) continue;
                const digit = node.integers[(group * rows + row) * columns + c0 + (column % width)]!;
                sum += group === own ? Math.max(digit, 0) + floor : beside;
              }
            }
            const got = sums[(vector * 8 + bit) * logical + column]!;
            expect(got).toBeCloseTo(sum, 6);
            expect(got).toBeGreaterThanOrEqual(least[column]! - 1e-6);
            expect(got).toBeLessThanOrEqual(most[column]! + 1e-6);
          }
        }
      }
    }),
  );
});
