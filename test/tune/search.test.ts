import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, mappingAfter, pathOf } from '../../src/tune/path.ts';
import { type Assignment, type Measured, search } from '../../src/tune/search.ts';

/** Layers whose errors add up, as the path assumes; a digital layer errs not at all. */
/** @param most measurements after which time is over */
function fake(layers: readonly (readonly Candidate[])[], bound: number, most = Number.POSITIVE_INFINITY) {
  const path = pathOf(layers);
  const measured: Assignment[] = [];
  const tell = (assignment: Assignment): Measured => {
    const chosen = assignment.flatMap((c, layer) => (c === 'digital' ? [] : [layers[layer]![c]!]));
    const drop = chosen.reduce((sum, { noise }) => sum + noise, 0);
    return {
      drop,
      noise: drop,
      met: drop <= bound,
      fits: true,
      digital: (assignment.length - chosen.length) / assignment.length,
      cost: chosen.reduce((sum, { cost }) => sum + cost, 0),
    };
  };
  const run = (digital: readonly number[] = [], lucky: readonly Assignment[] = []) =>
    search(
      layers.map(() => 0),
      path,
      digital,
      {
        measure: async (assignment) => {
          measured.push(assignment);
          return tell(assignment);
        },
        confirm: async (assignment) => {
          const wasLucky = lucky.some((other) => other.join() === assignment.join());
          return { ...tell(assignment), ...(wasLucky && { met: false }) };
        },
        isOver: () => measured.length >= most,
      },
    );
  return { path, tell, run, measured };
}

const cell = (noise: number, cost: number): Candidate => ({ noise, cost });
const candidate = fc.record({
  noise: fc.integer({ min: 0, max: 50 }),
  cost: fc.integer({ min: 1, max: 20 }),
});
const someLayers = fc.array(fc.array(candidate, { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 12,
});

describe('the search', () => {
  const layers = [
    [cell(5, 2), cell(1, 4), cell(9, 1)],
    [cell(5, 2), cell(4, 4), cell(6, 1)],
    [cell(0, 2), cell(0, 1)],
  ];

  test('finds the cheapest mapping on the path, here by hand', async () => {
    const { run } = fake(layers, 7);
    const { tried, chosen, best } = await run();
    expect(tried.map(({ why }) => why).slice(0, 3)).toEqual(['as given', 'most exact', 'cheapest']);
    expect(chosen).toMatchObject({ assignment: [1, 2, 1], measured: { drop: 7, cost: 6 } });
    expect(best.assignment).toEqual([1, 1, 1]);
  });

  test('lets the fewest layers stay digital, and only where crossbars do not suffice', async () => {
    const { run } = fake(layers, 4);
    const { chosen } = await run([1, 0]);
    expect(chosen).toMatchObject({ assignment: [1, 'digital', 1], measured: { drop: 1 } });
    expect((await fake(layers, 5).run([1, 0])).chosen!.measured.digital).toBe(0);
  });

  test('makes what remains on crossbars cheaper again beside digital layers', async () => {
    const { chosen } = await fake(layers, 9).run([1]);
    expect(chosen!.assignment).toEqual([1, 2, 1]);
    const costly = [[cell(20, 1)], [cell(8, 1), cell(3, 9)]];
    expect((await fake(costly, 10).run([0])).chosen).toMatchObject({ assignment: ['digital', 0] });
  });

  test('takes the next one where the cheapest was lucky with its chips', async () => {
    const lucky = [
      [1, 2, 1],
      [1, 1, 1],
    ];
    const { chosen, tried } = await fake(layers, 7).run([], lucky.slice(0, 1));
    expect(chosen).toMatchObject({ assignment: [1, 1, 1], confirmed: { met: true } });
    expect(tried.filter(({ confirmed }) => confirmed)).toHaveLength(2);
    expect((await fake(layers, 7).run([], lucky)).chosen).toBeUndefined();
  });

  test('of what costs the same takes what errs least', async () => {
    expect((await fake([[cell(2, 5), cell(1, 5)]], 9).run()).chosen!.assignment).toEqual([1]);
  });

  test('says that there is none, and which loses least', async () => {
    const { chosen, best } = await fake(layers, 3).run();
    expect(chosen).toBeUndefined();
    expect(best.measured.drop).toBe(5);
    expect((await fake(layers, -1).run([1, 0])).chosen).toBeUndefined();
  });

  test('ends with the best of what was measured when time is over', async () => {
    const met = fake(layers, 7, 2);
    const { chosen, tried } = await met.run();
    expect(met.measured).toHaveLength(2);
    expect(tried).toHaveLength(2);
    // The most exact one; the cheapest was not looked at, and other chips neither.
    expect(chosen).toMatchObject({ assignment: [1, 1, 1], measured: { drop: 5 } });
    expect(chosen!.confirmed).toBeUndefined();
    expect((await fake(layers, 3, 1).run()).best.assignment).toEqual([0, 0, 0]);
  });

  test('does not take for the best what takes too many arrays', async () => {
    const path = pathOf(layers);
    const tell = async (assignment: Assignment): Promise<Measured> => {
      const drop = assignment.join() === '1,1,1' ? 5 : 20;
      return { drop, noise: drop, met: false, fits: drop > 5, digital: 0, cost: 1 };
    };
    const { best } = await search([0, 0, 0], path, [], {
      measure: tell,
      confirm: tell,
      isOver: () => false,
    });
    expect(best.assignment).toEqual([0, 0, 0]);
  });

  test('measures no mapping twice, and few', async () => {
    await fc.assert(
      fc.asyncProperty(someLayers, fc.nat(300), async (some, bound) => {
        const { run, measured, path } = fake(some, bound);
        await run(some.map((_, layer) => layer).slice(1));
        expect(new Set(measured.map((a) => a.join())).size).toBe(measured.length);
        const halvings = (count: number) => Math.ceil(Math.log2(Math.max(1, count)));
        expect(measured.length).toBeLessThanOrEqual(
          4 + halvings(path.steps.length) + halvings(some.length - 1),
        );
      }),
    );
  });

  test('is within the bound whenever a mapping is, costs no more than the most exact, and is the cheapest on the path', async () => {
    await fc.assert(
      fc.asyncProperty(someLayers, fc.nat(300), async (some, bound) => {
        const { run, tell, path } = fake(some, bound);
        const { chosen } = await run();
        const prefixes = Array.from({ length: path.steps.length + 1 }, (_, count) =>
          tell(mappingAfter(path, count)),
        );
        const within = [...prefixes, tell(some.map(() => 0))].filter(({ met }) => met);
        if (within.length === 0) {
          expect(chosen).toBeUndefined();
          return;
        }
        expect(chosen!.measured.drop).toBeLessThanOrEqual(bound);
        expect(chosen!.measured.cost).toBe(Math.min(...within.map(({ cost }) => cost)));
      }),
    );
  });

  test('where losses do not fall with every step, what it takes is still within the bound', async () => {
    const someDrops = fc.array(fc.nat(10), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(someLayers, someDrops, fc.nat(10), async (some, drops, bound) => {
        let at = 0;
        const next = async (): Promise<Measured> => {
          const drop = drops[at++ % drops.length]!;
          return { drop, noise: drop, met: drop <= bound, fits: true, digital: 0, cost: 1 };
        };
        const given = some.map(() => 0);
        const { tried, chosen } = await search(given, pathOf(some), [0], {
          measure: next,
          confirm: next,
          isOver: () => false,
        });
        const within = tried.filter(({ measured }) => measured.met);
        expect(chosen !== undefined).toBe(within.some(({ confirmed }) => confirmed?.met));
        if (!chosen) expect(within.every(({ confirmed }) => confirmed)).toBe(true);
        else expect(Math.max(chosen.measured.drop, chosen.confirmed!.drop)).toBeLessThanOrEqual(bound);
      }),
    );
  });
});
