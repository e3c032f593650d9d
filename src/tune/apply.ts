/** What layers take -> options of a compilation. */
import { layerName } from '../ir/graph.ts';
import { type CompileOptions, choiceFor, inputBitsOf } from '../ir/options.ts';
import type { Target } from '../target/target.ts';
import { entriesFor } from './entries.ts';
import type { Unit } from './sensitivity.ts';
import { asGivenVariant, type LayerChoice, layerChoice, type Taken, type Variant } from './variants.ts';

/** What a variant makes of a unit; undefined where it is impossible, or changes nothing. */
export function changedBy(
  variant: Variant,
  { origins, stored }: Unit,
  options: CompileOptions,
  target: Target,
): readonly LayerChoice[] | undefined {
  const changed = origins.flatMap(
    (origin) => variant.apply(layerChoice(options, origin, target, stored)) ?? [],
  );
  return changed.length === origins.length ? changed : undefined;
}

/**
 * The options with overrides for the layers that change. How often the others are stored stays as it is, though the compiler had
 * chosen it for all layers together.
 * @param chosen by unit
 */
export function applyVariants(
  options: CompileOptions,
  target: Target,
  units: readonly Unit[],
  chosen: readonly Taken[],
): CompileOptions {
  if (chosen.every((variant) => variant === asGivenVariant)) return options;
  const wanted = units.map(({ origins, stored }, unit) =>
    origins.map((origin) => {
      const own = layerChoice(options, origin, target, stored);
      const variant = chosen[unit]!;
      return variant === 'digital' ? undefined : { ...own, ...variant.apply(own) };
    }),
  );
  const usual = withUsualCopies(options, wanted.flat());
  const wishes = units.flatMap(({ origins }, unit) =>
    origins.map((origin, i) => {
      const { copies, copiesOpen, ...choice } = choiceFor(usual, origin, target);
      const open = copiesOpen ? ('auto' as const) : copies;
      const given = { ...choice, copies: open, inputBits: inputBitsOf(usual, origin), digital: false };
      return {
        name: layerName(origin),
        given,
        wanted: { ...given, ...(wanted[unit]![i] ?? { digital: true }) },
      };
    }),
  );
  const { layers, ...rest } = usual;
  return { ...rest, layers: [...layers, ...entriesFor(wishes)] };
}

/** The options with what most layers have in common said for all of them. */
function withUsualCopies(
  options: CompileOptions,
  wanted: readonly (LayerChoice | undefined)[],
): CompileOptions {
  if (options.residual || typeof options.copies === 'number') return options;
  const counts = new Map<number, number>();
  for (const choice of wanted) if (choice) counts.set(choice.copies, (counts.get(choice.copies) ?? 0) + 1);
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
  return most ? { ...options, copies: most[0] } : options;
}
