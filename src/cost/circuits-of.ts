/** Whose circuits a package is counted with: its target's own, and where it does not state all, what another lends. */
import { optionInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Package } from '../package/open.ts';
import { type Circuits, requiredCircuits, type StatedCircuits } from '../target/circuits.ts';
import { loadTarget } from '../target/load.ts';
import type { LoadedTarget } from '../target/target.ts';

/** Lends its circuits to targets that do not state all. */
export const usualLender = 'isaac-128';

export interface CountedCircuits {
  readonly circuits: Circuits;
  /** Target that states all of them, or lends what is missing. */
  readonly from: string;
  /** Fields that were lent, as target files name them. */
  readonly lent: readonly string[];
}

/**
 * @param asked a target whose circuits count, and not the package's own
 * @throws DiagnosticError options/invalid where it does not state all of them
 */
export async function circuitsOf({ loaded }: Package, asked?: string): Promise<CountedCircuits> {
  if (asked === undefined && missingIn(loaded.target.circuits).length === 0)
    return { circuits: loaded.target.circuits as Circuits, from: loaded.target.name, lent: [] };
  const lender = await loadTarget(asked ?? usualLender);
  const missing = missingIn(lender.target.circuits);
  if (missing.length > 0)
    throw new DiagnosticError([
      optionInvalid(
        `--circuits ${asked}`,
        lender.target.circuits
          ? `this target does not state ${missing.join(', ')}`
          : 'this target has no section `circuits`',
        `${usualLender} states all.`,
      ),
    ]);
  const own = asked === undefined ? (loaded.target.circuits ?? {}) : {};
  return lend(own, lender);
}

const missingIn = (stated: StatedCircuits | undefined) =>
  requiredCircuits.flatMap(([part, field]) =>
    stated?.[part] && field in stated[part] ? [] : [`circuits.${part}.${field}`],
  );

/** What cells take follows from what the package's own conduct: that is never lent. */
function lend(own: StatedCircuits, { target }: LoadedTarget): CountedCircuits {
  const { transfer: _transfer, ...others } = target.circuits as Circuits;
  const { energy: _energy, ...cells } = others.cells;
  const lendable: Readonly<Record<string, object | undefined>> = { ...others, cells };
  const stated: Readonly<Record<string, object | undefined>> = own;
  const names = [...new Set([...Object.keys(lendable), ...Object.keys(own)])];
  const merged = names.map((part) => [part, { ...lendable[part], ...stated[part] }] as const);
  return {
    circuits: Object.fromEntries(merged) as unknown as Circuits,
    from: target.name,
    lent: Object.entries(lendable).flatMap(([part, fields = {}]) =>
      Object.keys(fields)
        .filter((field) => !(field in (stated[part] ?? {})))
        .map((field) => `circuits.${part}.${field}`),
    ),
  };
}
