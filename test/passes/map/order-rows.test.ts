import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderRows } from '../../../passes/map/order-rows.ts';
import { packGroups } from '../../../passes/map/pack-groups.ts';
import { placeBlocks } from '../../../passes/map/place-blocks.ts';
import { tile } from '../../../passes/map/tile.ts';
import { codedArrays } from '../../../passes/program/array-codes.ts';
import { blockColumns, type Mapping, rowOfCells, type SlicedLayer } from '../../../src/ir/mapping.ts';
import { verifyMapping } from '../../../src/ir/verify-mapping.ts';
import { weightPlacesOf } from '../../../src/ir/weight-places.ts';
import type { Target } from '../../../src/target/target.ts';
import { ohmWires } from '../../support/reading-laws.ts';
import { convGeometry, quantizedLayer, sized, slicedLayer } from '../layers.ts';

function place(layers: readonly SlicedLayer[], target: Target): Mapping {
  const blocks = packGroups.run(tile.run(layers, { target }), { layers, target });
  return placeBlocks.run(blocks, { layers, target, arrays: 1000 });
}

const wired: Target = { ...sized(16, 16), wires: ohmWires };

/** One tile of these rows. */
function single(rows: readonly (readonly number[])[], changes: Partial<SlicedLayer> = {}): Mapping {
  const columns = rows[0]!.length;
  const node = quantizedLayer({
    groups: 1,
    rows: rows.length,
    columns,
    integers: Int8Array.from(rows.flat()),
  });
  return orderRows.run(place([slicedLayer(node, changes)], wired), { target: wired });
}

describe('order-rows', () => {
  it('puts the row that conducts most at the last place, whatever the signs', () => {
    const mapping = single([
      [3, -9],
      [0, 0],
      [-20, 1],
      [5, 5],
    ]);
    expect([...mapping.blocks[0]!.rowPlaces!]).toEqual([2, 0, 3, 1]);
  });

  it('counts digits with their signs beside a reference column', () => {
    const rows = [
      [3, -9],
      [0, 0],
      [-20, 1],
      [5, 5],
    ];
    expect([...single(rows, { encoding: 'offset' }).blocks[0]!.rowPlaces!]).toEqual([1, 2, 0, 3]);
  });

  it('leaves rows that are in order as they are', () => {
    expect(single([[1], [1], [-4], [9]]).blocks[0]).not.toHaveProperty('rowPlaces');
  });

  it('gives blocks that the same inputs drive the same rows: column tiles, slices and copies', () => {
    const node = quantizedLayer({ groups: 1, rows: 30, columns: 20 });
    const layer = slicedLayer(node, { slices: 2, copies: 2, radix: 15 });
    const { blocks } = orderRows.run(place([layer], wired), { target: wired });
    const starts = new Set(blocks.map(({ rows }) => rows.start));
    expect(starts.size).toBe(2);
    for (const start of starts) {
      const own = blocks.filter(({ rows }) => rows.start === start);
      expect(own.length).toBeGreaterThan(8);
      expect(new Set(own.map(({ rowPlaces }) => rowPlaces)).size).toBe(1);
    }
  });

  it('moves every row of cells as a whole, groups among them', () => {
    const shapes = fc.record({
      groups: fc.integer({ min: 1, max: 5 }),
      rows: fc.integer({ min: 1, max: 20 }),
      columns: fc.integer({ min: 1, max: 9 }),
      encoding: fc.constantFrom('differential' as const, 'offset' as const),
    });
    fc.assert(
      fc.property(shapes, ({ groups, rows, columns, encoding }) => {
        const geometry = groups > 1 && { geometry: convGeometry(1) };
        const node = quantizedLayer({ groups, rows, columns, ...geometry });
        const target = wired;
        const before = place([slicedLayer(node, { encoding })], target);
        const after = orderRows.run(before, { target });
        verifyMapping(after, target);
        const [old, now] = [before, after].map((mapping) => [...codedArrays(mapping, target)]);
        for (const [index, block] of after.blocks.entries()) {
          const plain = before.blocks[index]!;
          const height = (block.groups.end - block.groups.start) * (block.rows.end - block.rows.start);
          const taken: number[] = [];
          for (let row = 0; row < height; row++) {
            const line = (mapping: typeof now, at: number) => {
              const first = at * 16 + block.column;
              return mapping![block.array]!.codes.slice(first, first + blockColumns(block, encoding));
            };
            const moved = rowOfCells(block, row);
            expect(line(now, moved)).toEqual(line(old, rowOfCells(plain, row)));
            taken.push(moved);
          }
          expect(taken.sort((a, b) => a - b)).toEqual(
            Array.from({ length: height }, (_, row) => block.row + row),
          );
        }
        if (encoding === 'differential') {
          const { array, row, pair } = weightPlacesOf(after, 0);
          node.integers.forEach((integer, i) => {
            const { codes } = now![array[i]!]!;
            const cell = row[i]! * 16 + 2 * pair[i]!;
            expect(codes[cell]! - codes[cell + 1]!).toBe(integer);
          });
        }
      }),
      { numRuns: 60 },
    );
  });
});
