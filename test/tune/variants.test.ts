import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../src/ir/options.ts';
import { loadTarget } from '../../src/target/load.ts';
import { type LayerChoice, layerChoice, variantsFor } from '../../src/tune/variants.ts';

async function possible(target: string, given: Partial<LayerChoice> = {}) {
  const { target: loaded } = await loadTarget(target);
  const choice: LayerChoice = {
    inputBits: 8,
    encoding: 'differential',
    slices: 1,
    copies: 1,
    repeats: 1,
    residual: false,
    inputNumbers: 'sign-magnitude',
    converterRange: 'mse',
    ...given,
  };
  return new Map(
    variantsFor(loaded, false).flatMap(({ name, apply }) => {
      const changed = apply(choice);
      return changed ? [[name, changed] as const] : [];
    }),
  );
}

describe('ways of storing a layer', () => {
  test('where cells are read back, parts make up for each other', async () => {
    const found = await possible('tetramem-256-6bit');
    expect([...found.keys()]).toEqual([
      'as given',
      'offset',
      'slices +1, residual',
      'copies 2, residual',
      'copies 4, residual',
      'slices +1',
      'copies 2',
      'copies 4',
      'copies 8',
      'twice the copies',
      'repeats 4',
      'repeats 16',
    ]);
    expect(found.get('copies 4, residual')).toMatchObject({ slices: 1, copies: 4, residual: true });
    expect(found.get('copies 4')).toMatchObject({ slices: 1, copies: 4, residual: false });
    expect(found.get('slices +1, residual')).toEqual({
      inputBits: 8,
      encoding: 'differential',
      slices: 2,
      copies: 1,
      repeats: 1,
      residual: true,
      inputNumbers: 'sign-magnitude',
      converterRange: 'mse',
    });
  });

  test('where transfers are open loop, copies are averaged; hidden weights keep their sign', async () => {
    const found = await possible('leti-fecap-130nm', { slices: 2, copies: 2 });
    expect([...found.keys()]).toEqual([
      'as given',
      'one slice fewer',
      'slices +1',
      'copies 1',
      'copies 4',
      'copies 8',
      'half the copies',
      'twice the copies',
      'repeats 4',
      'repeats 16',
    ]);
    expect(found.get('copies 4')).toMatchObject({ copies: 4, residual: false });
  });

  test('inputs get more bits where their codes are free, and never fewer', async () => {
    const { target } = await loadTarget('ideal');
    const given = (await possible('ideal')).get('as given')!;
    const bitsFrom = (inputBits: number | 'auto') =>
      variantsFor(target, true)
        .filter(({ name }) => name.startsWith('inputs'))
        .map(({ apply }) => apply({ ...given, inputBits })?.inputBits);
    expect(bitsFrom(8)).toEqual([10, 12]);
    expect(bitsFrom(11)).toEqual([undefined, 12]);
    expect(bitsFrom('auto')).toEqual([undefined, undefined]);
  });

  test('as many copies as each layer needs are halved and doubled', async () => {
    const found = await possible('pcm-256', { copies: 5 });
    expect(found.get('half the copies')).toMatchObject({ copies: 3 });
    expect(found.get('twice the copies')).toMatchObject({ copies: 8 });
    expect(found.get('offset')).toMatchObject({ copies: 5 });
    expect((await possible('pcm-256')).has('half the copies')).toBe(false);
  });

  test('copies that the compiler chose stay, those that the options say count', async () => {
    const { target } = await loadTarget('pcm-256');
    const origin = { name: 'a', op: 'Conv', index: 0 };
    const stored = { copies: 3, repeats: 2 };
    expect(layerChoice(parseOptions({}), origin, target, stored)).toMatchObject(stored);
    const said = parseOptions({ copies: 2, layers: [{ match: 'a', copies: 4 }] });
    expect(layerChoice(said, origin, target, stored)).toMatchObject({ copies: 4, repeats: 'auto' });
  });

  test('exact cells are neither copied nor repeated', async () => {
    const names = [...(await possible('ideal')).keys()];
    expect(names.filter((name) => /copies|repeats/.test(name))).toEqual([]);
  });

  test('rows are not repeated more often than they can be driven at once', async () => {
    const { target } = await loadTarget('tetramem-256-6bit', ['driver.rowsAtOnce=8']);
    const repeated = variantsFor(target, false).filter(({ name }) => name.startsWith('repeats'));
    const given = (await possible('tetramem-256-6bit')).get('as given')!;
    expect(repeated.map(({ apply }) => apply(given)?.repeats)).toEqual([4, undefined]);
  });

  test('what is there already, or cannot be, is no variant', async () => {
    const found = await possible('tetramem-256-6bit', { encoding: 'offset', slices: 8 });
    expect([...found.keys()]).toEqual([
      'as given',
      'differential',
      'one slice fewer',
      'copies 2',
      'copies 4',
      'copies 8',
      'twice the copies',
      'repeats 4',
      'repeats 16',
    ]);
    const residual = await possible('tetramem-256-6bit', { slices: 2, residual: true });
    expect(residual.get('one slice fewer')).toMatchObject({ slices: 1, residual: false });
    expect(residual.get('offset')).toMatchObject({ residual: false });
  });
});
