/** What is settled anew for another target, and what need not be. */
import { expect, test } from 'vitest';
import { settleAgain } from '../../src/compile/settle-again.ts';
import { convertersOf } from '../../src/compile/stages.ts';
import { loadTarget } from '../../src/target/load.ts';
import { alone } from '../../src/threads/pool.ts';
import { compileModel, drawFeeds } from '../support/build.ts';
import { tinyModel } from '../verify/tiny.ts';

test.each([
  ['wires have no say in them', 8, true],
  ['finer ones are chosen anew', 12, false],
])('ranges of converters: %s', async (_, bits, kept) => {
  const loaded = await loadTarget('tetramem-256-6bit');
  const tiny = tinyModel();
  const compiled = await compileModel(
    tiny,
    loaded,
    [1, 2, 3].map((seed) => drawFeeds(tiny.graph.inputs, seed, -1, 1, 4)),
  );
  const { adc } = loaded.target;
  const target = { ...loaded.target, wires: undefined, adc: { ...adc, bits } };
  const { converters } = await settleAgain(compiled, { ...loaded, target }, 1);
  const { mapping, record, options } = compiled;
  expect(converters).toEqual(
    (await convertersOf({ mapping, record, options, target, pool: alone })).converters,
  );
  expect(converters === compiled.converters).toBe(kept);
});
