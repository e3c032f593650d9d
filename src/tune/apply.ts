/** Variants chosen layer by layer -> options of a compilation. */
import { layerName } from '../ir/graph.ts';
import { type CompileOptions, choiceFor } from '../ir/options.ts';
import type { Target } from '../target/target.ts';
import type { Unit } from './sensitivity.ts';
import type { Variant } from './variants.ts';
import { type LayerEntry, layerEntry } from './write-options.ts';

/** Whether a variant is possible for a unit, and changes something. */
export function appliesTo(variant: Variant, unit: Unit, options: CompileOptions, target: Target): boolean {
  return unit.origins.every((origin) => variant.apply(choiceFor(options, origin, target)) !== undefined);
}

/**
 * The options with an override for every layer that changes.
 * @param chosen by unit
 */
export function applyVariants(
  options: CompileOptions,
  target: Target,
  units: readonly Unit[],
  chosen: readonly (Variant | 'digital')[],
): CompileOptions {
  const entries = units.flatMap(({ origins }, unit) =>
    origins.flatMap((origin): LayerEntry[] => {
      const given = choiceFor(options, origin, target);
      const variant = chosen[unit]!;
      const wanted = variant === 'digital' ? { digital: true } : (variant.apply(given) ?? given);
      const entry = layerEntry(layerName(origin), given, wanted);
      return entry ? [entry] : [];
    }),
  );
  return { ...options, layers: [...options.layers, ...entries] };
}
