import { describe, expect, test } from 'vitest';
import type { Choice } from '../../src/ir/options.ts';
import { loadTarget } from '../../src/target/load.ts';
import { variantsFor } from '../../src/tune/variants.ts';

async function possible(target: string, given: Partial<Choice> = {}) {
  const { target: loaded } = await loadTarget(target);
  const choice: Choice = {
    encoding: 'differential',
    slices: 1,
    copies: 1,
    copiesOpen: false,
    repeats: 1,
    residual: false,
    inputNumbers: 'sign-magnitude',
    converterRange: 'mse',
    ...given,
  };
  return new Map(
    variantsFor(loaded).flatMap(({ name, apply }) => {
      const changed = apply(choice);
      return changed ? [[name, changed] as const] : [];
    }),
  );
}

describe('ways of storing a layer', () => {
  test('where cells are read back, parts may make up for each other', async () => {
    const found = await possible('tetramem-256-6bit');
    expect([...found.keys()]).toEqual([
      'as given',
      'offset',
      'range max',
      'range percentile',
      'slices +1',
      'repeats 4',
      'repeats 16',
      'copies x2, residual',
      'slices +1, residual',
      'slices +1, copies x2, residual',
    ]);
    expect(found.get('slices +1, residual')).toEqual({
      encoding: 'differential',
      slices: 2,
      copies: 1,
      copiesOpen: false,
      repeats: 1,
      residual: true,
      inputNumbers: 'sign-magnitude',
      converterRange: 'mse',
    });
  });

  test('where transfers are open loop, copies are averaged; hidden weights keep their sign', async () => {
    const found = await possible('leti-fecap-130nm', { slices: 2 });
    expect([...found.keys()]).toEqual([
      'as given',
      'one slice fewer',
      'range max',
      'range percentile',
      'slices +1',
      'repeats 4',
      'repeats 16',
      'copies x2',
      'copies x4',
    ]);
  });

  test('exact cells are neither copied nor repeated', async () => {
    const names = [...(await possible('ideal')).keys()];
    expect(names.filter((name) => /copies|repeats/.test(name))).toEqual([]);
  });

  test('rows are not repeated more often than they can be driven at once', async () => {
    const { target } = await loadTarget('tetramem-256-6bit', ['driver.rowsAtOnce=8']);
    const repeated = variantsFor(target).filter(({ name }) => name.startsWith('repeats'));
    const given = (await possible('tetramem-256-6bit')).get('as given')!;
    expect(repeated.map(({ apply }) => apply(given)?.repeats)).toEqual([4, undefined]);
  });

  test('what is there already, or cannot be, is no variant', async () => {
    const found = await possible('tetramem-256-6bit', {
      encoding: 'offset',
      slices: 8,
      converterRange: 'max',
    });
    expect([...found.keys()]).toEqual([
      'as given',
      'one slice fewer',
      'range percentile',
      'differential',
      'repeats 4',
      'repeats 16',
    ]);
    const residual = await possible('tetramem-256-6bit', { slices: 2, residual: true });
    expect(residual.get('one slice fewer')).toMatchObject({ slices: 1, residual: false });
    expect(residual.get('offset')).toMatchObject({ residual: false });
  });
});
