import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, type Choices, pathOf } from '../../src/tune/path.ts';
import { type Measured, search } from '../../src/tune/search.ts';

interface Fake {
  /** Most points that may be lost. */
  readonly bound: number;
  /** What estimates tell, of what a mapping really loses. */
  readonly hoped?: (drop: number) => number;
  readonly blur?: number;
  /** Measurements after which time is over. */
  readonly most?: number;
  /** Mappings that are lucky with their first chips. */
  readonly lucky?: readonly Choices[];
}

/** Classes whose errors add up, as the path assumes. */
function fake(classes: readonly (readonly Candidate[])[], how: Fake) {
  const { bound, hoped = (drop) => drop, blur = 0, most = Number.POSITIVE_INFINITY, lucky = [] } = how;
  const path = pathOf(classes);
  const measured: Choices[] = [];
  const tell = (choices: Choices): Measured => {
    const chosen = choices.map((c, own) => classes[own]![c]!);
    const drop = chosen.reduce((sum, { noise }) => sum + noise, 0);
    const cost = chosen.reduce((sum, one) => sum + one.cost, 0);
    return { drop, noise: drop, met: drop <= bound, fits: true, cost };
  };
  const run = () =>
    search(
      classes.map(() => 0),
      path,
      { most: bound, blur },
      {
        costOf: (choices) => tell(choices).cost,
        expect: (choices) => hoped(tell(choices).drop),
        measure: async (choices) => {
          measured.push(choices);
          return tell(choices);
        },
        confirm: async (choices) => {
          const wasLucky = lucky.some((other) => other.join() === choices.join());
          return { ...tell(choices), ...(wasLucky && { met: false }) };
        },
        isClear: () => false,
        allows: () => measured.length < most,
      },
    );
  return { path, tell, run, measured };
}

const cell = (noise: number, cost: number): Candidate => ({ noise, cost, digital: 0 });
const candidate = fc.record({
  noise: fc.integer({ min: 0, max: 50 }),
  cost: fc.integer({ min: 1, max: 20 }),
  digital: fc.constant(0),
});
const someClasses = fc.array(fc.array(candidate, { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 7,
});

describe('the search', () => {
  const classes = [
    [cell(5, 2), cell(1, 4), cell(9, 1)],
    [cell(5, 2), cell(4, 4), cell(6, 1)],
    [cell(0, 2), cell(0, 1)],
  ];

  test('measures what is expected to do, and is done where estimates are right', async () => {
    const { run, measured } = fake(classes, { bound: 7 });
    const { tried, chosen } = await run();
    expect(measured).toHaveLength(2);
    expect(tried.map(({ why }) => why)).toEqual(['as given', 'expected to do']);
    expect(chosen).toMatchObject({ choices: [1, 2, 1], measured: { drop: 7, cost: 6 } });
  });

  test('goes on to more exact mappings where estimates hope too much, and to cheaper ones where they fear too much', async () => {
    const hoping = await fake(classes, { bound: 5, hoped: (drop) => drop / 2 }).run();
    expect(hoping.tried.map(({ why }) => why).slice(0, 3)).toEqual([
      'as given',
      'expected to do',
      'more exact',
    ]);
    expect(hoping.chosen).toMatchObject({ choices: [1, 1, 1], measured: { drop: 5 } });
    const one = [[cell(20, 9), cell(16, 1), cell(12, 2), cell(8, 3), cell(4, 4)]];
    const fearing = await fake(one, { bound: 12, hoped: (drop) => drop + 5, blur: 6 }).run();
    expect(fearing.tried.map(({ why }) => why)).toEqual(['as given', 'expected to do', 'cheaper']);
    expect(fearing.chosen).toMatchObject({ choices: [2], measured: { drop: 12 } });
  });

  test('tries nothing that is expected to lose more than the mapping as given, which missed the bound', async () => {
    // As given loses 4; of the two that are within what estimates blur of the best, the cheaper one loses 5.
    const one = [[cell(4, 3), cell(5, 1), cell(3, 2)]];
    const { tried } = await fake(one, { bound: 1, blur: 3 }).run();
    expect(tried.map(({ choices }) => choices)).toEqual([[0], [2]]);
  });

  test('does not look for cheaper mappings that are expected to lose more than estimates can err by', async () => {
    const { run, measured } = fake(classes, { bound: 7, blur: 1 });
    await run();
    expect(measured).toHaveLength(2);
  });

  test('where the mapping as given does, looks at cheaper ones alone', async () => {
    const { run, measured } = fake(classes, { bound: 10 });
    const { chosen } = await run();
    expect(measured.every((choices) => choices.join() !== '1,1,1')).toBe(true);
    expect(chosen!.measured.cost).toBeLessThanOrEqual(6);
  });

  test('takes a more exact one where the cheapest was lucky with its chips', async () => {
    const lucky = [
      [1, 2, 1],
      [1, 0, 1],
      [1, 1, 1],
    ];
    const { chosen, tried } = await fake(classes, { bound: 7, lucky: lucky.slice(0, 1) }).run();
    expect(chosen).toMatchObject({ choices: [1, 0, 1], confirmed: { met: true } });
    expect(tried.filter(({ confirmed }) => confirmed)).toHaveLength(2);
    expect((await fake(classes, { bound: 7, lucky }).run()).chosen).toBeUndefined();
  });

  test('of what costs the same takes what errs least', async () => {
    const { chosen } = await fake([[cell(2, 5), cell(1, 5)]], { bound: 9, blur: 9 }).run();
    expect(chosen!.choices).toEqual([0]);
    expect((await fake([[cell(12, 5), cell(1, 5)]], { bound: 9 }).run()).chosen!.choices).toEqual([1]);
  });

  test('says that there is none, and which loses least', async () => {
    const { chosen, best } = await fake(classes, { bound: 3 }).run();
    expect(chosen).toBeUndefined();
    expect(best.measured.drop).toBe(5);
  });

  test('ends with the best of what was measured when time is over', async () => {
    const { run, measured } = fake(classes, { bound: 5, hoped: (drop) => drop / 2, most: 2 });
    const { chosen, best, tried } = await run();
    expect(measured).toHaveLength(2);
    expect(tried).toHaveLength(2);
    expect(chosen).toBeUndefined();
    expect(best.measured.drop).toBe(Math.min(...tried.map((one) => one.measured.drop)));
    const met = await fake(classes, { bound: 7, most: 2 }).run();
    expect(met.chosen!.confirmed).toBeUndefined();
  });

  test('does not take for the best what takes too many arrays', async () => {
    const tell = async (choices: Choices): Promise<Measured> => {
      const drop = choices.join() === '1,1,1' ? 5 : 20;
      return { drop, noise: drop, met: false, fits: drop > 5, cost: 1 };
    };
    const { best } = await search(
      [0, 0, 0],
      pathOf(classes),
      { most: 1, blur: 0 },
      {
        costOf: () => 1,
        expect: () => 0,
        measure: tell,
        confirm: tell,
        isClear: () => false,
        allows: () => true,
      },
    );
    expect(best.choices).toEqual([0, 0, 0]);
  });

  test('measures no mapping twice, and as many as halving a few times takes at most', async () => {
    await fc.assert(
      fc.asyncProperty(someClasses, fc.nat(300), fc.nat(4), async (some, bound, hope) => {
        const { run, measured, path } = fake(some, { bound, hoped: (drop) => drop / (1 + hope) });
        await run();
        expect(new Set(measured.map((a) => a.join())).size).toBe(measured.length);
        expect(measured.length).toBeLessThanOrEqual(
          2 + Math.ceil(Math.log(path.length) / Math.log(4 / 3)) + 2,
        );
      }),
    );
  });

  test('where estimates are right, takes the cheapest on the path that is within the bound', async () => {
    await fc.assert(
      fc.asyncProperty(someClasses, fc.nat(300), async (some, bound) => {
        const { run, tell, path } = fake(some, { bound });
        const { chosen } = await run();
        const within = [...path.map(tell), tell(some.map(() => 0))].filter(({ met }) => met);
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
      fc.asyncProperty(someClasses, someDrops, fc.nat(10), async (some, drops, bound) => {
        let at = 0;
        const next = async (): Promise<Measured> => {
          const drop = drops[at++ % drops.length]!;
          return { drop, noise: drop, met: drop <= bound, fits: true, cost: 1 };
        };
        const given = some.map(() => 0);
        const { tried, chosen } = await search(
          given,
          pathOf(some),
          { most: bound, blur: 1 },
          {
            costOf: () => 1,
            expect: () => drops[at % drops.length]!,
            measure: next,
            confirm: next,
            isClear: () => false,
            allows: () => true,
          },
        );
        const within = tried.filter(({ measured }) => measured.met);
        expect(chosen !== undefined).toBe(within.some(({ confirmed }) => confirmed?.met));
        if (!chosen) expect(within.every(({ confirmed }) => confirmed)).toBe(true);
        else expect(Math.max(chosen.measured.drop, chosen.confirmed!.drop)).toBeLessThanOrEqual(bound);
      }),
    );
  });
});
