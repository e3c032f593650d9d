import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packGroups } from '../../../passes/map/pack-groups.ts';
import { placeBlocks } from '../../../passes/map/place-blocks.ts';
import { tile } from '../../../passes/map/tile.ts';
import { DiagnosticError } from '../../../src/diagnostics/diagnostic.ts';
import type { Mapping, SlicedLayer } from '../../../src/ir/mapping.ts';
import { verifyMapping } from '../../../src/ir/verify-mapping.ts';
import { loadTarget } from '../../../src/target/load.ts';
import type { Target } from '../../../src/target/target.ts';
import { compileModel } from '../../support/build.ts';
import { ohmWires } from '../../support/reading-laws.ts';
import { present, sharedFeeds, sharedModel } from '../../support/shared-models.ts';
import { convGeometry, quantizedLayer, sized, slicedLayer } from '../layers.ts';

function place(layers: readonly SlicedLayer[], target: Target, arrays = 1000): Mapping {
  const blocks = packGroups.run(tile.run(layers, { target }), { layers, target });
  return placeBlocks.run(blocks, { layers, target, arrays });
}
const layerOf = (groups: number, rows: number, columns: number, encoding: SlicedLayer['encoding']) =>
  slicedLayer(quantizedLayer({ groups, rows, columns, ...(groups > 1 && { geometry: convGeometry(1) }) }), {
    encoding,
  });

describe('place-blocks', () => {
  it('lets layers share an array', () => {
    const layers = [
      layerOf(1, 8, 4, 'differential'),
      layerOf(1, 8, 4, 'differential'),
      layerOf(1, 8, 8, 'differential'),
    ];
    const { arrays, blocks } = place(layers, sized(16, 16));
    expect(arrays).toBe(1);
    expect(blocks.map(({ layer, array, row, column }) => [layer, array, row, column])).toEqual([
      [0, 0, 8, 0],
      [1, 0, 8, 8],
      [2, 0, 0, 0],
    ]);
  });

  it('puts the parts of a residual tile side by side, and those of others where there is room', () => {
    const node = quantizedLayer({ groups: 1, rows: 10, columns: 4 });
    const places = (residual: boolean) =>
      place([slicedLayer(node, { copies: 2, residual })], sized(20, 16)).blocks.map(
        ({ array, row, column }) => `${array} ${row} ${column}`,
      );
    expect(places(true)).toEqual(['0 0 0', '0 0 8']);
    expect(places(false)).toEqual(['0 0 0', '0 10 0']);
  });

  it('lies at the sensed end where wires have resistance, within a bank where idle rows are gated off', () => {
    const rowsOf = (idleRows: 'grounded' | 'gated') => {
      const target = { ...sized(20, 4), wires: { ...ohmWires, idleRows } };
      const layers = [6, 5, 3].map((rows) => layerOf(1, rows, 2, 'differential'));
      return place(layers, { ...target, driver: { ...target.driver, rowsAtOnce: 8 } }).blocks.map(
        ({ array, row }) => [array, row],
      );
    };
    // From the end: 6, 5 and 3 rows on top of each other; then in banks of 8, 8 and 4 rows.
    expect(rowsOf('grounded')).toEqual([
      [0, 14],
      [0, 9],
      [0, 6],
    ]);
    expect(rowsOf('gated')).toEqual([
      [0, 14],
      [0, 7],
      [0, 1],
    ]);
  });

  it('fills the corner next to drivers and sensed end, and lets in layers that may fill more', () => {
    const layers = [
      { ...layerOf(1, 12, 6, 'differential'), rowsUsed: 8, columnsUsed: 8 },
      layerOf(1, 5, 2, 'differential'),
      { ...layerOf(1, 2, 2, 'differential'), columnsUsed: 4 },
    ];
    const { arrays, blocks } = place(layers, { ...sized(20, 16), wires: ohmWires });
    // Two tiles of 6 rows by two of 3 pairs; what the corner of 8 by 8 has left takes 2 rows, but of a layer that may fill less.
    expect(arrays).toBe(6);
    expect(blocks.map(({ layer, array, row, column }) => [layer, array, row, column])).toEqual([
      [0, 0, 14, 0],
      [0, 1, 14, 0],
      [0, 2, 14, 0],
      [0, 3, 14, 0],
      [1, 4, 15, 0],
      [2, 5, 18, 0],
    ]);
  });

  it('never puts two blocks on one cell, nor one beyond an array or its corner, and places every digit', () => {
    const layer = fc.tuple(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom('differential' as const, 'offset' as const),
      fc.record({ slices: fc.integer({ min: 1, max: 2 }), copies: fc.integer({ min: 1, max: 3 }) }),
      fc.boolean(),
      fc.record(
        { rowsUsed: fc.integer({ min: 9, max: 20 }), columnsUsed: fc.integer({ min: 12, max: 16 }) },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(fc.array(layer, { minLength: 1, maxLength: 8 }), fc.boolean(), (shapes, wired) => {
        const target = { ...sized(20, 16), wires: wired ? ohmWires : undefined };
        const mapping = place(
          shapes.map(([groups, rows, columns, encoding, parts, residual, fill]) => ({
            ...layerOf(groups, rows, columns, encoding),
            ...parts,
            ...fill,
            radix: 15,
            residual: residual && encoding === 'differential',
          })),
          target,
        );
        const used = new Set<string>();
        let cells = 0;
        for (const block of mapping.blocks) {
          const { encoding, rowsUsed = 20, columnsUsed = 16 } = mapping.layers[block.layer]!;
          const rows = (block.groups.end - block.groups.start) * (block.rows.end - block.rows.start);
          const weights = (block.groups.end - block.groups.start) * (block.columns.end - block.columns.start);
          const columns = encoding === 'differential' ? 2 * weights : weights + 1;
          expect(block.row + rows <= 20 && block.row >= 0 && block.array < mapping.arrays).toBe(true);
          expect(block.column + columns).toBeLessThanOrEqual(columnsUsed);
          expect(wired ? 20 - block.row : block.row + rows).toBeLessThanOrEqual(rowsUsed);
          for (let r = block.row; r < block.row + rows; r++) {
            for (let c = block.column; c < block.column + columns; c++) {
              used.add(`${block.array} ${r} ${c}`);
              cells++;
            }
          }
        }
        expect(used.size).toBe(cells);
        verifyMapping(mapping, target);
      }),
      { numRuns: 50 },
    );
  });

  it('says which layers are large where the arrays do not suffice', () => {
    const call = () => place([layerOf(1, 40, 8, 'differential')], sized(20, 16), 1);
    expect(call).toThrow(DiagnosticError);
    expect(call).toThrow(
      /map\/too-many-arrays.*needs 2 arrays and 1 are allowed[\s\S]*'layer'.*takes 640 cells/,
    );
  });
});

describe.skipIf(!present)('full-size MobileNet-V2 on 256x256 arrays (skipped without shared data)', () => {
  // 3,469,760 weights and the class that the shared model adds to ImageNet's. Counted are whole arrays, which layers
  // share. One cell per weight is the offset encoding: every block has one reference column besides.
  it.each([
    ['differential', 441],
    ['offset', 369],
  ] as const)('%s: at most %i arrays', async (encoding, most) => {
    const model = await sharedModel('mobilenetv2-1.0-224');
    const { target, ...loaded } = await loadTarget('ideal');
    const wide = {
      ...loaded,
      target: { ...target, cell: { ...target.cell, levels: 256, gMax: 255, gUseMax: 255 } },
    };
    const { summary } = await compileModel(model, wide, await sharedFeeds('mobilenetv2-1.0-224', model, 1), {
      encoding,
      inputNumbers: 'binary',
    });
    expect(summary.weights).toBe(3_471_040);
    expect(summary.mvms).toBe(80_753);
    expect(summary.conversions / 56e6).toBeCloseTo(1, 2);
    expect(summary.arrays).toBeLessThanOrEqual(most);
  });
});
