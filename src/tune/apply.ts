/** Variants chosen layer by layer -> options of a compilation. */
import type { Origin } from '../ir/graph.ts';
import { type CompileOptions, layerName, layerOptions } from '../options.ts';
import type { Target } from '../target.ts';
import type { Unit } from './sensitivity.ts';
import { type Choice, choiceFor, type Variant } from './variants.ts';
import { type LayerEntry, layerEntry } from './write-options.ts';

/** What the options as given say about a layer. */
function givenChoice(options: CompileOptions, target: Target, origin: Origin): Choice {
  return choiceFor(options, layerOptions(options, origin), target);
}

/** Whether a variant is possible for a unit, and changes something. */
export function appliesTo(variant: Variant, unit: Unit, options: CompileOptions, target: Target): boolean {
  return unit.origins.every((origin) => variant.apply(givenChoice(options, target, origin)) !== undefined);
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
      const given = givenChoice(options, target, origin);
      const variant = chosen[unit]!;
      const wanted = variant === 'digital' ? { digital: true } : (variant.apply(given) ?? given);
      const entry = layerEntry(layerName(origin), given, wanted);
      return entry ? [entry] : [];
    }),
  );
  return { ...options, layers: [...options.layers, ...entries] };
}
