/** Arrays are filled as far as the options say, through packages and around faults; the rest is left unformed. */
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { blockColumns, blockRows, type Mapping } from '../../src/ir/mapping.ts';
import { mappingOf, placedMappingOf } from '../../src/package/mapping-of.ts';
import { loadTarget } from '../../src/target/load.ts';
import { compileModel, drawFeeds, programPackage, withPackage } from '../support/build.ts';
import { drawFaults } from '../support/draw-faults.ts';
import { tinyModel } from '../verify/tiny.ts';

const model = tinyModel();
const feeds = [1, 2, 3].map((seed) => drawFeeds(model.graph.inputs, seed));
const loaded = await loadTarget('tetramem-256-6bit', [
  'array.rows=24',
  'array.columns=32',
  'driver.rowsAtOnce=24',
]);

/** Rows from the sensed end, and columns from the drivers, by layer. */
function filled({ layers, blocks }: Mapping) {
  return layers.map((_, index) => {
    const own = blocks.filter(({ layer }) => layer === index);
    return {
      rows: Math.max(...own.map(({ row }) => 24 - row)),
      columns: Math.max(...own.map((block) => block.column + blockColumns(block, 'differential'))),
    };
  });
}

describe('rowsUsed and columnsUsed', () => {
  it('leave unformed what is beyond the corner, layer by layer, and come back from a package', async () => {
    const options = { rowsUsed: 9, layers: [{ match: 'second', columnsUsed: 6, rowsUsed: 8 }] };
    const compiled = await compileModel(model, loaded, feeds, options);
    // 12 inputs in two tiles of 6, 16 columns in one; 16 inputs in two tiles of 8, 8 columns in three of at most 3 pairs.
    expect(filled(compiled.mapping)).toEqual([
      { rows: 6, columns: 32 },
      { rows: 8, columns: 6 },
    ]);
    expect(compiled.mapping.blocks.map(blockRows)).toEqual([6, 6, 8, 8, 8, 8, 8, 8]);
    await withPackage(compiled, async (pkg) => {
      expect(filled(mappingOf(pkg))).toEqual(filled(compiled.mapping));
      expect(pkg.manifest.options).toMatchObject(options);
      const chip = await programPackage(pkg, loaded);
      for (const conductances of chip.conductances)
        expect(conductances.subarray(0, (24 - 9) * 32).every((g) => g === 0)).toBe(true);
    });
  });

  it('hold for the columns that faults move to', async () => {
    const faults = drawFaults(loaded.target, 40, 0.1, 3);
    const given = { columnsUsed: 20 };
    const compiled = await compileModel(model, loaded, feeds, given, faults);
    expect(compiled.mapping.blocks.some(({ spare = 0 }) => spare > 0)).toBe(true);
    await withPackage(compiled, async (pkg) => {
      for (const { columns } of filled(placedMappingOf(pkg))) expect(columns).toBeLessThanOrEqual(20);
    });
  });

  it('cannot be more than an array has, nor too little for what lies side by side', async () => {
    const options = {
      rowsUsed: 25,
      columnsUsed: 32,
      layers: [
        { match: 'first', columnsUsed: 33 },
        { match: 'second', columnsUsed: 3, copies: 2, residual: true },
      ],
    };
    const error = await compileModel(model, loaded, feeds, options).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DiagnosticError);
    expect((error as DiagnosticError).diagnostics.map(({ code, at }) => `${code} ${at}`)).toEqual([
      'options/invalid rowsUsed: 25',
      "options/invalid layers: 'first': columnsUsed: 33",
      expect.stringMatching(/^options\/invalid residual: .*second/),
    ]);
  });
});
