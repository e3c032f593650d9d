import fc from 'fast-check';
import { expect, it } from 'vitest';
import { columnSums } from '../../../passes/program/column-sums.ts';
import { bytesOfCodes } from '../../../src/ir/input-codes.ts';
import { openPlanes } from '../../../src/kernels/bit-planes.ts';
import { convGeometry, quantizedLayer, recordOf, slicedLayer } from '../layers.ts';

const shape = fc.record({
  groups: fc.integer({ min: 1, max: 4 }),
  // Few rows, whose choices are counted; many; and so many that two sums no longer share an integer.
  rows: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(1000)),
  columns: fc.integer({ min: 1, max: 19 }),
  half: fc.constantFrom(1, 7, 127, 2047),
  floor: fc.constantFrom(0, 0.25, 3),
  beside: fc.constantFrom(0, 0.25, 7),
  seed: fc.integer(),
});

it('the sums of a column are those of adding cell by cell', () => {
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
        repeats: 1,
        array: 0,
        row: 0,
        column: 0,
      };
      const part = (d: number) => (floor === 0 ? d : Math.max(d, 0));
      const planes = openPlanes(node, [bytesOfCodes(record.vectors)], used)(block);
      const seen = Array.from(columnSums(block, layer, planes, { part, floor, beside }), (column) => ({
        ...column,
        values: column.values.slice(),
        counts: column.counts.slice(),
      }));

      const [g0, r0, c0] = [block.groups.start, block.rows.start, block.columns.start];
      const width = columns - c0;
      const logical = (groups - g0) * width;
      expect(seen.length).toBe(logical);
      for (let column = 0; column < logical; column++) {
        const own = g0 + Math.floor(column / width);
        const wanted: number[] = [];
        for (let vector = 0; vector < used; vector++) {
          for (let bit = 0; bit < 8; bit++) {
            let sum = 0;
            for (let group = g0; group < groups; group++) {
              for (let row = r0; row < rows; row++) {
                const code = vectors[(Math.floor((vector * count) / used) * groups + group) * rows + row]!;
                if (((code >> bit) & 1) === 0) continue;
                const digit = node.integers[(group * rows + row) * columns + c0 + (column % width)]!;
                sum += group === own ? part(digit) + floor : beside;
              }
            }
            wanted.push(sum);
          }
        }
        const { values, counts, least, most } = seen[column]!;
        const got = Array.from(values, (value, at) => new Array<number>(counts[at]!).fill(value)).flat();
        // Quarters and their sums are exact.
        expect(got.sort((a, b) => a - b)).toEqual(wanted.sort((a, b) => a - b));
        expect(least).toBeLessThanOrEqual(wanted[0]!);
        expect(most).toBeGreaterThanOrEqual(wanted.at(-1)!);
      }
    }),
  );
});
