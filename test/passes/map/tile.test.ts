import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packGroups } from '../../../passes/map/pack-groups.ts';
import { evenSpans, tile } from '../../../passes/map/tile.ts';
import { type Block, blockColumns, blockRows, type SlicedLayer } from '../../../src/ir/mapping.ts';
import type { Target } from '../../../src/target/target.ts';
import { convGeometry, quantizedLayer, sized, slicedLayer } from '../layers.ts';

describe('evenSpans', () => {
  it.each([
    [300, 256, 1, ['0-150', '150-300']],
    [256, 256, 1, ['0-256']],
    [257, 256, 1, ['0-129', '129-257']],
    [18, 12, 9, ['0-9', '9-18']],
    [27, 20, 9, ['0-18', '18-27']],
    [25, 10, 1, ['0-8', '8-17', '17-25']],
  ])('%i of at most %i in units of %i', (length, limit, unit, spans) => {
    expect(evenSpans(length, limit, unit).map(({ start, end }) => `${start}-${end}`)).toEqual(spans);
  });

  it('covers everything once, in the fewest spans, within the limit and at whole units', () => {
    const shape = fc.tuple(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 300 }),
    );
    fc.assert(
      fc.property(shape, ([units, unit, wanted]) => {
        const limit = Math.max(wanted, unit);
        const length = units * unit;
        const spans = evenSpans(length, limit, unit);
        expect(spans[0]!.start).toBe(0);
        expect(spans.at(-1)!.end).toBe(length);
        spans.forEach(({ start, end }, i) => {
          expect(end - start).toBeGreaterThan(0);
          expect(end - start).toBeLessThanOrEqual(limit);
          expect(start % unit).toBe(0);
          if (i > 0) expect(start).toBe(spans[i - 1]!.end);
        });
        expect(spans.length).toBe(Math.ceil(units / Math.floor(limit / unit)));
        const lengths = spans.map(({ start, end }) => end - start);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(unit);
      }),
    );
  });
});

function blocksOf(layer: SlicedLayer, target: Target): Block[] {
  return packGroups.run(tile.run([layer], { target }), { layers: [layer], target });
}
const text = ({ slice, groups: g, rows: r, columns: c }: Block) =>
  `slice ${slice} groups ${g.start}-${g.end} rows ${r.start}-${r.end} columns ${c.start}-${c.end}`;

describe('tile', () => {
  it('gives every slice of a tile its own block, and ends row tiles at whole channels', () => {
    const node = quantizedLayer({ groups: 1, rows: 3 * 9, columns: 10, geometry: convGeometry(3, 3) });
    const layer = slicedLayer(node, { slices: 2 });
    expect(blocksOf(layer, sized(20, 16)).map(text)).toEqual([
      'slice 0 groups 0-1 rows 0-18 columns 0-5',
      'slice 1 groups 0-1 rows 0-18 columns 0-5',
      'slice 0 groups 0-1 rows 0-18 columns 5-10',
      'slice 1 groups 0-1 rows 0-18 columns 5-10',
      'slice 0 groups 0-1 rows 18-27 columns 0-5',
      'slice 1 groups 0-1 rows 18-27 columns 0-5',
      'slice 0 groups 0-1 rows 18-27 columns 5-10',
      'slice 1 groups 0-1 rows 18-27 columns 5-10',
    ]);
  });

  it('gives every copy of a slice its own block, and residual parts their share of the columns', () => {
    const node = quantizedLayer({ groups: 1, rows: 4, columns: 6 });
    const parts = (residual: boolean) =>
      blocksOf(slicedLayer(node, { slices: 2, copies: 2, residual }), sized(16, 16)).map(
        (b) => `${b.columns.start}-${b.columns.end} slice ${b.slice} copy ${b.copy}`,
      );
    const all = ['slice 0 copy 0', 'slice 0 copy 1', 'slice 1 copy 0', 'slice 1 copy 1'];
    expect(parts(false)).toEqual(all.map((part) => `0-6 ${part}`));
    expect(parts(true)).toEqual(
      ['0-2', '2-4', '4-6'].flatMap((span) => all.map((part) => `${span} ${part}`)),
    );
  });

  it('keeps a column for the reference, and to the rows that may be driven at once', () => {
    const layer = slicedLayer(quantizedLayer({ groups: 1, rows: 16, columns: 16 }), { encoding: 'offset' });
    expect(blocksOf(layer, sized(16, 16, 8)).map(text)).toEqual([
      'slice 0 groups 0-1 rows 0-8 columns 0-8',
      'slice 0 groups 0-1 rows 0-8 columns 8-16',
      'slice 0 groups 0-1 rows 8-16 columns 0-8',
      'slice 0 groups 0-1 rows 8-16 columns 8-16',
    ]);
  });
});

describe('pack-groups', () => {
  it('puts 28 depthwise 3x3 channels into a block of 252 rows', () => {
    const layer = slicedLayer(
      quantizedLayer({ groups: 96, rows: 9, columns: 1, geometry: convGeometry(3, 3) }),
    );
    const blocks = blocksOf(layer, sized(256, 256));
    expect(blocks.map((b) => b.groups.end - b.groups.start)).toEqual([28, 28, 28, 12]);
    expect([blockRows(blocks[0]!), blockColumns(blocks[0]!, 'differential')]).toEqual([252, 56]);
    expect(blockColumns(blocks[0]!, 'offset')).toBe(29);
  });

  it('stops at the columns of an array', () => {
    const layer = slicedLayer(
      quantizedLayer({ groups: 7, rows: 2, columns: 3, geometry: convGeometry(1, 1) }),
    );
    expect(blocksOf(layer, sized(64, 16)).map((b) => b.groups.end - b.groups.start)).toEqual([2, 2, 2, 1]);
  });

  it('stops where residual parts side by side fill the columns', () => {
    const node = quantizedLayer({ groups: 8, rows: 2, columns: 1, geometry: convGeometry(2) });
    const sizes = (residual: boolean) =>
      blocksOf(slicedLayer(node, { copies: 3, residual }), sized(64, 18)).map(
        (b) => `${b.groups.start}-${b.groups.end} copy ${b.copy}`,
      );
    expect(sizes(false)).toEqual(['0-8 copy 0', '0-8 copy 1', '0-8 copy 2']);
    expect(sizes(true)).toEqual(
      ['0-3', '3-6', '6-8'].flatMap((groups) => [0, 1, 2].map((copy) => `${groups} copy ${copy}`)),
    );
  });

  it('keeps slices and row tiles apart', () => {
    const node = quantizedLayer({ groups: 3, rows: 21, columns: 1, geometry: convGeometry(7) });
    const layer = slicedLayer(node, { slices: 2 });
    expect(blocksOf(layer, sized(20, 16)).map(text).sort()).toEqual(
      [0, 1].flatMap((slice) => [
        `slice ${slice} groups 0-1 rows 0-14 columns 0-1`,
        `slice ${slice} groups 0-2 rows 14-21 columns 0-1`,
        `slice ${slice} groups 1-2 rows 0-14 columns 0-1`,
        `slice ${slice} groups 2-3 rows 0-14 columns 0-1`,
        `slice ${slice} groups 2-3 rows 14-21 columns 0-1`,
      ]),
    );
  });
});
