/** Whose circuits a package is counted with. */
import { optionInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Package } from '../package/open.ts';
import { loadTarget } from '../target/load.ts';
import type { LoadedTarget } from '../target/target.ts';

/** Lends its circuits to targets that name none. */
export const usualLender = 'isaac-128';

/** The target that was asked for; else the package's own where it has circuits, and the usual one where not. */
export async function lenderOf({ loaded }: Package, asked?: string): Promise<LoadedTarget> {
  if (asked === undefined && loaded.target.circuits) return loaded;
  const lender = await loadTarget(asked ?? usualLender);
  if (lender.target.circuits) return lender;
  throw new DiagnosticError([
    optionInvalid(`--circuits ${asked}`, 'this target has no section `circuits`', `${usualLender} has one.`),
  ]);
}
