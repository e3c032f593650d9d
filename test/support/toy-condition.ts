/** A condition that no chip has, registered while something runs: cells leak away in proportion to time. */
import { z } from 'zod';
import { cells } from '../../src/conditions/cells.ts';
import type { CellLaws, ConditionModel } from '../../src/conditions/condition.ts';
import { models } from '../../src/conditions/models.ts';
import { quantity, type Read, real } from '../../src/target/leaf.ts';
import { unless } from '../../src/target/problem.ts';

const schema = z.strictObject({
  rate: real('Share of the conductance that leaks away in a second'),
  longest: quantity('s', 'Longest time for which that was measured'),
});
type Leak = Read<typeof schema>;

const model: ConditionModel<Leak, 'ageing'> = {
  kind: 'ageing',
  schema,
  name: 'leak',
  law: 'G(t) = G (1 - rate t)',
  print: { rate: (rate) => `${rate} / s` },
  measured: ({ longest }) => ({
    validFrom: 0,
    validTo: longest,
    validGMin: 0,
    validGMax: Number.POSITIVE_INFINITY,
  }),
  checks: [({ rate }) => unless(rate >= 0, 'rate', 'cells do not leak in')],
};

const leaking: CellLaws<Leak>['ageing'] =
  ({ rate }, { at }) =>
  (g) =>
    Math.max(0, g * (1 - rate * at));

/** Runs something with the section `leak` known. */
export async function withLeak<T>(run: () => Promise<T>): Promise<T> {
  Reflect.set(models, 'leak', model);
  Reflect.set(cells, 'leak', leaking);
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(models, 'leak');
    Reflect.deleteProperty(cells, 'leak');
  }
}
