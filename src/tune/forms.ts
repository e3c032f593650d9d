/**
 * Layers with what they cost the output as given -> per class, the forms that it can take: what each costs, and the error that it is
 * expected to leave. An error that a layer makes by itself reaches the output in proportion, whatever makes it: measured once, it
 * tells of all forms, by what is expected of each.
 */
import type { LayerForm } from '../compile/expect-forms.ts';
import { sumOf } from '../math/sum.ts';
import { changedBy } from './apply.ts';
import { type LayerClass, layerClasses } from './classes.ts';
import { expectVariants } from './expect-variants.ts';
import type { Unit } from './sensitivity.ts';
import type { OutputError } from './sensitivity-job.ts';
import type { Setup } from './setup.ts';
import { asGivenVariant, type Taken, variantsFor } from './variants.ts';

/** A way of storing the layers of a class. */
export interface Form {
  readonly name: string;
  /** By unit of the class. */
  readonly taken: readonly Taken[];
  /** Energy per image that it is expected to add to the errors of the scores. */
  readonly energy: number;
  /** Cells, in whole arrays. */
  readonly arrays: number;
  /** Per inference. */
  readonly conversions: number;
  /** Share of the network's multiplications that are digital. */
  readonly digital: number;
}

export interface ClassForms {
  readonly class: LayerClass;
  /** Numbers of its units. */
  readonly units: readonly number[];
  /** As given first. */
  readonly forms: readonly Form[];
}

/** Energy of errors that no longer are numbers: more than any others, and few enough to add up. */
const worst = 1e30;

/** One unit in one form. */
type UnitForm = Omit<LayerForm, 'noise'> & Pick<Form, 'energy'>;

interface Measured {
  readonly units: readonly Unit[];
  /** By unit, on the chip as given. */
  readonly errors: readonly OutputError[];
}

/** @param mostDigital share of the multiplications that may be digital */
export async function formsOf(
  setup: Setup,
  { units, errors }: Measured,
  mostDigital: number,
): Promise<readonly ClassForms[]> {
  const { options, loaded } = setup;
  const { target } = setup.compiled.loaded;
  const energies = errors.map(({ noise, images }) => (Number.isFinite(noise) ? noise / images : worst));
  const variants = variantsFor(target, setup.codesAreFree).filter(
    (variant) =>
      variant === asGivenVariant || units.some((unit) => changedBy(variant, unit, options, target)),
  );
  const estimated = await expectVariants(setup, units, variants);
  const given = estimated[0]!;
  const unitForm = (unit: number, variant: number): UnitForm => {
    const { noise, arrays, conversions } = estimated[variant]![unit]!;
    const before = given[unit]!.noise;
    const ratio = before > 0 ? noise / before : 1;
    return { energy: energies[unit]! * ratio, arrays, conversions };
  };
  const total = sumOf(units.map(({ multiplications }) => multiplications));
  return layerClasses.flatMap((name): ClassForms[] => {
    const own = [...units.keys()].filter((unit) => units[unit]!.class === name);
    if (own.length === 0) return [];
    const formOf = (called: string, variantOf: (unit: number) => number | 'digital'): Form => {
      const chosen = own.map(variantOf);
      const parts = own.map((unit, i) => {
        const variant = chosen[i]!;
        return variant === 'digital' ? { energy: 0, arrays: 0, conversions: 0 } : unitForm(unit, variant);
      });
      const off = own.filter((_, i) => chosen[i] === 'digital');
      return {
        name: called,
        taken: chosen.map((variant) => (variant === 'digital' ? variant : variants[variant]!)),
        energy: sumOf(parts.map(({ energy }) => energy)),
        arrays: sumOf(parts.map(({ arrays }) => arrays)),
        conversions: sumOf(parts.map(({ conversions }) => conversions)),
        digital: sumOf(off.map((unit) => units[unit]!.multiplications)) / total,
      };
    };
    const seen = new Set<string>();
    const onCrossbars = variants.flatMap((variant, number): Form[] => {
      const changes = new Map(
        own.map((unit) => [unit, changedBy(variant, units[unit]!, options, loaded.target)]),
      );
      // Such as twice the copies of layers that have one each.
      const key = JSON.stringify([...changes.values()]);
      if (seen.has(key) || [...changes.values()].every((change) => !change)) return [];
      seen.add(key);
      return [formOf(variant.name, (unit) => (changes.get(unit) ? number : 0))];
    });
    const off = digitalSets(own, units, energies, mostDigital).map((set) =>
      formOf(set.length === own.length ? 'digital' : `${set.length} digital`, (unit) =>
        set.includes(unit) ? 'digital' : 0,
      ),
    );
    return [{ class: name, units: own, forms: [...onCrossbars, ...off] }];
  });
}

/** What a mapping says of every unit. */
export function takenIn(
  classes: readonly ClassForms[],
  choices: readonly number[],
  units: number,
): readonly Taken[] {
  const taken = Array.from({ length: units }, (): Taken => asGivenVariant);
  for (const [own, { units: numbers, forms }] of classes.entries())
    for (const [i, unit] of numbers.entries()) taken[unit] = forms[choices[own]!]!.taken[i]!;
  return taken;
}

/**
 * Layers of a class that may stay digital together: all of them, or else those that take most error along per multiplication, as many
 * as the bound and as half of it allow. One layer of the network at least stays on crossbars.
 */
export function digitalSets(
  own: readonly number[],
  units: readonly Pick<Unit, 'multiplications'>[],
  energies: readonly number[],
  most: number,
): readonly (readonly number[])[] {
  const total = sumOf(units.map(({ multiplications }) => multiplications));
  const worth = (unit: number) => energies[unit]! / units[unit]!.multiplications;
  const order = own.toSorted((a, b) => worth(b) - worth(a));
  const within = (share: number) => {
    const set: number[] = [];
    let digital = 0;
    for (const unit of order) {
      const { multiplications } = units[unit]!;
      if ((digital + multiplications) / total > share || set.length === units.length - 1) continue;
      digital += multiplications;
      set.push(unit);
    }
    return set;
  };
  const sets = [within(most), within(most / 2)].filter((set) => set.length > 0);
  return sets.filter((set, i) => sets.findIndex((other) => other.join() === set.join()) === i);
}
