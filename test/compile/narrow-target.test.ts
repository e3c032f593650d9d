import { describe, expect, it } from 'vitest';
import { narrowTarget } from '../../src/compile/narrow-target.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { loadTarget } from '../../src/target/load.ts';

const loaded = await loadTarget('tetramem-256-6bit');

describe('a target with fewer rows at once and a smaller window', () => {
  it('is the one whose fields are overridden', async () => {
    const narrowed = narrowTarget(loaded, { rowsAtOnce: 32, window: 0.5 });
    const set = ['driver.rowsAtOnce=32', 'cell.gUseMax=2.097 mS'];
    const same = await loadTarget('tetramem-256-6bit', set);
    expect(narrowed.target.driver).toEqual(same.target.driver);
    expect(narrowed.target.cell.gUseMax).toBeCloseTo(same.target.cell.gUseMax, 12);
    expect(narrowed.overrides).toEqual(set);
    expect(narrowed.fingerprint).not.toBe(loaded.fingerprint);
    const origins = narrowed.provenance.filter(({ from }) => from === 'override');
    expect(origins.map(({ field, source }) => [field, source])).toEqual([
      ['cell.gUseMax', 'window: 0.5'],
      ['driver.rowsAtOnce', 'rowsAtOnce: 32'],
    ]);
  });

  it('is the target itself where nothing changes', () => {
    expect(narrowTarget(loaded, {})).toBe(loaded);
    expect(narrowTarget(loaded, { rowsAtOnce: 256, window: 1 })).toBe(loaded);
  });

  it('does not drive more rows than the target can, nor move the levels of a transfer', async () => {
    const places = (narrow: () => unknown) => {
      try {
        narrow();
      } catch (error) {
        if (error instanceof DiagnosticError) return error.diagnostics.map(({ code, at }) => `${code} ${at}`);
      }
      return [];
    };
    const leti = await loadTarget('leti-fecap-130nm');
    expect(places(() => narrowTarget(loaded, { rowsAtOnce: 257 }))).toEqual([
      'options/invalid rowsAtOnce: 257',
    ]);
    expect(places(() => narrowTarget(leti, { window: 0.5 }))).toEqual(['options/invalid window: 0.5']);
  });
});
