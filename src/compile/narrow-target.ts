/**
 * A target as a compilation uses it: fewer rows at once, and a smaller part of the window of conductances, where the options
 * say so; cells that are formed throughout, where layers take passes. All are overrides of target fields, recorded as such, and change
 * the fingerprint.
 */

import { optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { CompileOptions } from '../ir/options.ts';
import { targetFingerprint } from '../target/load.ts';
import type { LoadedTarget, ProvenanceEntry, Target } from '../target/target.ts';
import { formatQuantity } from '../text/units.ts';

/** @throws DiagnosticError options/invalid for more rows than the target drives at once, and for a chip of transfers */
export function narrowTarget(
  loaded: LoadedTarget,
  { rowsAtOnce, window }: Pick<CompileOptions, 'rowsAtOnce' | 'window'>,
): LoadedTarget {
  const { target } = loaded;
  const { cell, driver } = target;
  const rows = rowsAtOnce ?? driver.rowsAtOnce;
  if (rows === driver.rowsAtOnce && (window ?? 1) === 1) return loaded;
  raise([
    ...(rows > driver.rowsAtOnce
      ? [optionInvalid(`rowsAtOnce: ${rows}`, `the target drives ${driver.rowsAtOnce} rows at once at most`)]
      : []),
    ...(window !== undefined && window < 1 && target.hidden
      ? [optionInvalid(`window: ${window}`, 'a transfer sets the levels of this target by circuits')]
      : []),
  ]);
  const gUseMax = cell.gUseMin + (window ?? 1) * (cell.gUseMax - cell.gUseMin);
  const narrowed = { ...target, cell: { ...cell, gUseMax }, driver: { ...driver, rowsAtOnce: rows } };
  const changes = new Map<string, Pick<ProvenanceEntry, 'text' | 'source'>>();
  if (rows !== driver.rowsAtOnce)
    changes.set('driver.rowsAtOnce', { text: String(rows), source: `rowsAtOnce: ${rows}` });
  if (gUseMax !== cell.gUseMax)
    changes.set('cell.gUseMax', { text: formatQuantity(gUseMax, 'S', 6), source: `window: ${window}` });
  return overridden(loaded, narrowed, changes);
}

/** A target on which layers take passes: a cell that one of them does not use was formed for another, and is RESET. */
export function formAll(loaded: LoadedTarget): LoadedTarget {
  const { target } = loaded;
  const change = { text: 'reset', source: 'cells that a pass does not use were formed for another' };
  const formed = { ...target, cell: { ...target.cell, unused: 'reset' } } as const;
  return overridden(loaded, formed, new Map([['cell.unused', change]]));
}

function overridden(
  loaded: LoadedTarget,
  target: Target,
  changes: ReadonlyMap<string, Pick<ProvenanceEntry, 'text' | 'source'>>,
): LoadedTarget {
  return {
    target,
    fingerprint: targetFingerprint(target),
    overrides: [...loaded.overrides, ...[...changes].map(([field, { text }]) => `${field}=${text}`)],
    provenance: loaded.provenance.map((entry): ProvenanceEntry => {
      const change = changes.get(entry.field);
      return change ? { ...entry, ...change, from: 'override' } : entry;
    }),
  };
}
