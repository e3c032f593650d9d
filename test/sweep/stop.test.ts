/** The stop rule against its definition, and the board that follows it, on results that are made up. */
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/files/hash.ts';
import { version } from '../../src/files/version.ts';
import { openStream } from '../../src/math/random.ts';
import { openBoard } from '../../src/sweep/board.ts';
import type { ChipOutcome } from '../../src/sweep/figures.ts';
import { packFlags } from '../../src/sweep/flags.ts';
import { planSchema, rangesOf, type SweepPlan } from '../../src/sweep/plan.ts';
import { type Shard, sharing } from '../../src/sweep/shard.ts';
import { noChips, withChip } from '../../src/sweep/stop.ts';
import type { SweepResult } from '../../src/sweep/task.ts';
import { tasksOf } from '../../src/sweep/tasks.ts';
import { crossedMean, pairedDifference } from '../../src/verify/metrics.ts';

const images = 60;

function flagsOf(seed: number, share: number): Uint8Array {
  const stream = openStream(seed, 'stop', 0);
  return Uint8Array.from({ length: images }, () => (stream.uniform() < share ? 1 : 0));
}

const float = flagsOf(0, 0.9);
const chipOf = (seed: number, share: number): ChipOutcome => {
  const top1 = flagsOf(seed, share);
  const toFloat = { signal: 1, noise: 0.1 };
  return { top1, top5: undefined, agreement: top1, float, ideal: float, toFloat };
};

describe('a stop rule', () => {
  test.each(['agreement', 'difference'] as const)(
    '%s: the fewest chips whose interval is narrow',
    (metric) => {
      for (let point = 0; point < 20; point++) {
        const chips = Array.from({ length: 12 }, (_, i) => chipOf(100 * point + i + 1, 0.5 + 0.02 * point));
        const flags = chips.map(({ top1 }) => top1!);
        const width = (count: number) => {
          const own = flags.slice(0, count);
          const { low, high } =
            metric === 'difference'
              ? pairedDifference(own, float)
              : crossedMean(own.map((one) => Float64Array.from(one)));
          return (metric === 'difference' ? 1 : 100) * (high - low);
        };
        const stop = { metric, narrowerThan: 22, atLeast: 2 };
        const counts = Array.from({ length: 11 }, (_, i) => i + 2);
        const expected = counts.find((count) => width(count) < stop.narrowerThan) ?? 12;
        let state = noChips;
        for (const chip of chips) state = withChip(state, chip, stop, 12);
        expect(state.enough).toBe(expected);
      }
    },
  );
});

const seeds = [5, 6, 7, 8, 9, 10];

function planWith(changes: Partial<SweepPlan> = {}): SweepPlan {
  const condition = { compensate: 'columns', correction: 'box', noise: true, noiseStates: 8 } as const;
  const hash = sha256('anything');
  return planSchema.parse({
    ...{ crossloom: version, title: 'made up', axes: [], seeds, imagesPerTask: 25, metrics: ['top1'] },
    models: [
      {
        name: 'net',
        sha256: hash,
        preprocessing: {},
        labelled: true,
        images: { of: images, from: 0, to: images },
      },
    ],
    designs: ['one', 'two'].map((target) => ({
      ...{ model: 0, target, fingerprint: hash, set: [], values: {}, options: {} },
      conditions: [0, 3600].map((at) => ({ at, wires: true, ...condition })),
    })),
    stop: { metric: 'top1', narrowerThan: 24, atLeast: 2 },
    ...changes,
  });
}

function tasksIn(plan: SweepPlan, shard: Shard = { number: 1, of: 1 }) {
  const cost = { arrays: 1, chips: 1, conversions: 1, conversionEnergy: 1, conversionTime: 1 };
  const designs = plan.designs.map(({ target }) => ({
    package: { sha256: sha256(target), files: {} },
    model: sha256('model'),
    cost,
  }));
  const data = [{ ranges: rangesOf(plan, 0).map(({ from }) => sha256(`data ${from}`)) }];
  return tasksOf(plan, { designs, data }, sharing(plan, shard));
}

/** Chips of the second design are better. */
function resultOf({ key, place, task }: ReturnType<typeof tasksIn>[number]): SweepResult {
  const { from, to } = task.images;
  const cut = (flags: Uint8Array) => packFlags(flags.subarray(from, to));
  const own = cut(flagsOf(1000 * place.design + 10 * place.condition + task.chip, 0.5 + 0.4 * place.design));
  const energies = { signal: 1, noise: 0.5 };
  return {
    ...{ task: key, images: to - from, float: { top1: cut(float) }, ideal: { top1: cut(float) } },
    chip: { top1: own, agreement: own, toFloat: energies, toIdeal: energies },
  };
}

const shuffled = <T>(items: readonly T[], seed: number): T[] => {
  const stream = openStream(seed, 'order', 0);
  return items
    .map((item) => ({ item, key: stream.uniform() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
};

describe('a board', () => {
  const plan = planWith();
  const tasks = tasksIn(plan);
  const results = tasks.map(resultOf);
  const inOrder = openBoard(plan, tasks);
  for (const result of results) inOrder.add(result);

  test('counts the same results in whatever order they come, and however often', () => {
    for (let seed = 1; seed < 10; seed++) {
      const board = openBoard(plan, tasks);
      for (const result of shuffled(results, seed)) board.add(result);
      for (const result of shuffled(results, seed + 20)) expect(board.add(result)).toBe(false);
      expect(board.counted()).toEqual(inOrder.counted());
      expect(board.missing()).toEqual([]);
    }
    expect(inOrder.counted().length).toBeLessThan(results.length);
  });

  test('asks for no chip of a point that has ended, and for each task once', () => {
    const board = openBoard(plan, tasks);
    const byKey = new Map(results.map((result) => [result.task, result]));
    const byTask = new Map(tasks.map(({ task, key }) => [task, key]));
    let asked = 0;
    for (const task of board.pending()) {
      asked++;
      expect(board.add(byKey.get(byTask.get(task)!)!)).toBe(true);
    }
    expect(asked).toBe(inOrder.counted().length);
    expect(board.counted()).toEqual(inOrder.counted());
  });

  test.each([
    ['points', plan],
    ['tasks', planWith({ stop: undefined })],
  ])('shards divide %s: each task is in one of them', (what, own) => {
    const all = tasksIn(own).map(({ key }) => key);
    for (const of of [1, 2, 3, 7, 100]) {
      const shards = Array.from({ length: of }, (_, i) => tasksIn(own, { number: i + 1, of }));
      expect(shards.flatMap((shard) => shard.map(({ key }) => key)).toSorted()).toEqual(all.toSorted());
      const points = shards.map(
        (shard) => new Set(shard.map(({ place }) => `${place.design}.${place.condition}`)),
      );
      const parts = points.reduce((sum, set) => sum + set.size, 0);
      if (what === 'points') expect(parts).toBe(4);
      else
        expect(
          Math.max(...shards.map(({ length }) => length)) - Math.min(...shards.map(({ length }) => length)),
        ).toBeLessThan(2);
    }
  });
});
