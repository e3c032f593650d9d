/** What layers take -> options of a compilation. */
import { layerName } from '../ir/graph.ts';
import type { CompileOptions } from '../ir/options.ts';
import type { Target } from '../target/target.ts';
import { entriesFor } from './entries.ts';
import type { Unit } from './sensitivity.ts';
import { layerChoice, type Taken, type Variant } from './variants.ts';

/** Whether a variant is possible for a unit, and changes something. */
export function appliesTo(variant: Variant, unit: Unit, options: CompileOptions, target: Target): boolean {
  return unit.origins.every((origin) => variant.apply(layerChoice(options, origin, target)) !== undefined);
}

/**
 * The options with overrides for the layers that change.
 * @param chosen by unit
 */
export function applyVariants(
  options: CompileOptions,
  target: Target,
  units: readonly Unit[],
  chosen: readonly Taken[],
): CompileOptions {
  const wishes = units.flatMap(({ origins }, unit) =>
    origins.map((origin) => {
      const given = { ...layerChoice(options, origin, target), digital: false };
      const variant = chosen[unit]!;
      const wanted =
        variant === 'digital' ? { ...given, digital: true } : { ...given, ...variant.apply(given) };
      return { name: layerName(origin), given, wanted };
    }),
  );
  return { ...options, layers: [...options.layers, ...entriesFor(wishes)] };
}
