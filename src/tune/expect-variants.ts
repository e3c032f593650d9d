/** Units of layers, and variants of storing them -> what each is expected to err by in each, and what it takes. */
import { type FormChanges, type LayerForm, openForms } from '../compile/expect-forms.ts';
import { defined } from '../defined.ts';
import { recalled } from '../files/result-store.ts';
import { sumOf } from '../math/sum.ts';
import type { Unit } from './sensitivity.ts';
import type { Setup } from './setup.ts';
import { type LayerChoice, layerChoice, type Variant } from './variants.ts';

/** @returns by variant and unit; a unit that cannot take a variant is as given */
export function expectVariants(
  setup: Setup,
  units: readonly Unit[],
  variants: readonly Variant[],
): Promise<readonly (readonly LayerForm[])[]> {
  const { compiled, options, loaded, at, identity, store } = setup;
  const { target } = compiled.loaded;
  const changes = variants.map((variant) =>
    units.map(({ origins, stored }) => {
      const given = layerChoice(options, origins[0]!, target, stored);
      return changesTo(given, variant.apply(given) ?? given);
    }),
  );
  const layers = units.map((unit) => unit.layers);
  return recalled(store, 'tune-forms', { ...identity, options, at, layers, changes }, async () => {
    const start = performance.now();
    const expect = openForms(compiled, loaded, at);
    const report = setup.on('estimates')('layers in other forms');
    const forms: LayerForm[][] = changes.map(() => []);
    for (const [unit, own] of layers.entries()) {
      report(unit, units.length);
      for (const [variant, ofUnits] of changes.entries()) {
        const parts: LayerForm[] = [];
        for (const layer of own) parts.push(await expect(layer, ofUnits[unit]!));
        forms[variant]!.push(together(parts));
      }
    }
    report(units.length, units.length);
    const what = `estimates: ${variants.length} forms of every layer`;
    setup.tell({ what, seconds: (performance.now() - start) / 1000 });
    return forms;
  });
}

/** What of a choice estimates ask for. How often digits are repeated follows from the rest, where that is left open. */
function changesTo(given: LayerChoice, wanted: LayerChoice): FormChanges {
  const changed = <Field extends keyof LayerChoice>(field: Field) =>
    wanted[field] === given[field] ? undefined : wanted[field];
  const [encoding, inputBits] = [changed('encoding'), changed('inputBits')];
  const stored = defined({
    encoding: encoding === 'auto' ? undefined : encoding,
    slices: changed('slices'),
    residual: changed('residual'),
    repeats: changed('repeats'),
  });
  const open = wanted.repeats === 'auto' && Object.keys(stored).length > 0;
  return {
    ...stored,
    ...(open && { repeats: 'auto' }),
    ...defined({
      copies: changed('copies'),
      inputBits: inputBits === 'auto' ? undefined : inputBits,
    }),
  };
}

/** Layers of one unit count alike. */
function together(parts: readonly LayerForm[]): LayerForm {
  return {
    noise: sumOf(parts.map(({ noise }) => noise)) / parts.length,
    arrays: sumOf(parts.map(({ arrays }) => arrays)),
    conversions: sumOf(parts.map(({ conversions }) => conversions)),
  };
}
