import { describe, expect, test } from 'vitest';
import type { Compiled } from '../../src/ir/compiled.ts';
import { layerOptions, parseOptions } from '../../src/ir/options.ts';
import { loadTarget } from '../../src/target/load.ts';
import { applyVariants } from '../../src/tune/apply.ts';
import { type Unit, unitsOf } from '../../src/tune/sensitivity.ts';
import { asGivenVariant, type Taken, variantsFor } from '../../src/tune/variants.ts';
import { loaded } from '../chip/bench.ts';
import { compileModel, drawFeeds } from '../support/build.ts';
import { tinyModel } from '../verify/tiny.ts';

const { target } = await loadTarget('pcm-256');
const originOf = (index: number) => ({ name: `conv_${index}`, op: 'Conv', index });
/** Ten layers, of which the compiler stored two three times. */
const units = Array.from(
  { length: 10 },
  (_, i): Unit => ({
    origins: [originOf(i)],
    layers: [i],
    class: 'project',
    multiplications: 1,
    stored: { copies: i === 4 || i === 6 ? 3 : 1 },
  }),
);
const variant = (name: string) => variantsFor(target, false).find((one) => one.name === name)!;
const taken = (changes: Readonly<Record<number, Taken>> = {}) =>
  units.map((_, i) => changes[i] ?? asGivenVariant);

test('layers that do not change are compiled as the compiler had stored them', async () => {
  const model = tinyModel();
  const feeds = Array.from({ length: 40 }, (_, seed) => drawFeeds(model.graph.inputs, seed + 1));
  const array = { ...target.array, rows: 64, columns: 64 };
  const driver = { ...target.driver, rowsAtOnce: 64 };
  // A tenth of the window, so that cells err ten times as much against it.
  const cell = { ...target.cell, gUseMax: 2.6e-6 };
  const noisy = loaded({ ...target, array, driver, cell, wires: undefined });
  const given = await compileModel(model, noisy, feeds, {});
  const storedIn = ({ mapping }: Compiled) =>
    mapping.layers.map(({ copies, repeats }) => ({ copies, repeats }));
  const [first] = storedIn(given);
  expect(first!.copies * first!.repeats).toBeGreaterThan(1);
  const changes = [asGivenVariant, variant('copies 8')];
  const options = applyVariants(given.options, noisy.target, unitsOf(given), changes);
  const again = await compileModel(model, noisy, feeds, options);
  expect(storedIn(again)).toMatchObject([first!, { copies: 8 }]);
});

describe('options of a mapping', () => {
  test('where nothing changes, stay as they were given', () => {
    const options = parseOptions({});
    expect(applyVariants(options, target, units, taken())).toBe(options);
  });

  test('keep the copies of layers that do not change, and say what most have in common once', () => {
    const mapping = applyVariants(
      parseOptions({}),
      target,
      units,
      taken({ 1: variant('copies 2'), 9: 'digital' }),
    );
    expect(mapping.copies).toBe(1);
    expect(mapping.layers).toEqual([
      { match: 'conv_1', copies: 2 },
      { match: 'conv_4', copies: 3 },
      { match: 'conv_6', copies: 3 },
      { match: 'conv_9', digital: true },
    ]);
  });

  test('leave copies that the options say', () => {
    const options = parseOptions({ copies: 2, layers: [{ match: 'conv_5', copies: 4 }] });
    const mapping = applyVariants(options, target, units, taken({ 0: variant('slices +1') }));
    expect(mapping.copies).toBe(2);
    expect(mapping.layers).toEqual([
      { match: 'conv_5', copies: 4 },
      { match: 'conv_0', slices: 2 },
    ]);
    expect(layerOptions(mapping, originOf(5)).copies).toBe(4);
  });
});
