/** Every effect of every target is an error that can be taken away, or is said to be none. */
import { describe, expect, test } from 'vitest';
import { models as conditions } from '../../src/conditions/models.ts';
import { effectsOf } from '../../src/target/effects.ts';
import { errorsOf } from '../../src/target/errors.ts';
import { bundledTargets, loadTarget } from '../../src/target/load.ts';
import type { Target } from '../../src/target/target.ts';

/** What targets are, and what is done about errors. */
const noErrors = [
  'level quantization',
  'bit-serial inputs',
  'endurance',
  'pulse ladder',
  'hidden weight truncation',
];

function expectCovered(target: Target) {
  const applied = effectsOf(target, false).flatMap(({ name, applied: on }) => (on ? [name] : []));
  const errors = errorsOf(target).map(({ error }) => error);
  expect(errors).toEqual(applied.filter((name) => !noErrors.includes(name)));
  for (const { error, ideal } of errorsOf(target)) {
    if (error === 'converter quantization and saturation' || error === 'cells that no weight uses') continue;
    const left = effectsOf(ideal, false).find(({ name, applied: on }) => name === error && on);
    if (left)
      expect(left.parameters).not.toEqual(
        effectsOf(target, false).find(({ name }) => name === error)!.parameters,
      );
  }
}

describe('errors of a target', () => {
  test('are all effects of the bundled ones that err', async () => {
    for (const name of await bundledTargets()) expectCovered((await loadTarget(name)).target);
  });

  test('are those of every condition, each without its section and with all others', async () => {
    const { target } = await loadTarget('tetramem-256-6bit');
    // Whatever a section has, in numbers that can be printed.
    const some = new Proxy({}, { get: (_, field) => (field === 'sigma' ? [1] : 1) });
    for (const [section, { name, kind }] of Object.entries(conditions)) {
      const having = { ...target, [section]: some } as Target;
      const found = errorsOf(having).find(({ error }) => error === name)!;
      const { [section as keyof Target]: left, ...others } = found.ideal;
      const { [section as keyof Target]: _, ...given } = having;
      expect(left).toBeUndefined();
      expect(others).toEqual(given);
      expect(found.acts).toBe(kind === 'disturb' ? 'writing' : 'reading');
      expect(found.later).toBe(kind === 'ageing');
    }
  });
});
