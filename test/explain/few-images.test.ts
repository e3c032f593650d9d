/** A few images first: what they say is what they say by themselves, and the others join them. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { explain } from '../../src/explain/explain.ts';
import { fewFirst, firstOf, joined, statesWithin } from '../../src/explain/few-images.ts';
import type { Cost } from '../../src/explain/report.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { evenlySpread } from '../../src/math/evenly-spread.ts';
import { packageOf } from '../../src/package/package-of.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { Plan } from '../../src/verify/plan.ts';
import type { ChipState } from '../../src/verify/run-images.ts';
import { inputs, labelsFor, memoryData, tinyModel } from '../verify/tiny.ts';

const planOf = (images: number, batchSize: number) => {
  const indices = Array.from({ length: images }, (_, i) => 3 * i);
  const plan = { indices, hashes: indices.map(String), targets: Int32Array.from(indices), batchSize };
  return plan as unknown as Plan;
};

describe('a few images', () => {
  test.each([
    [100, 1, 24],
    [100, 10, 30],
    [20, 1, 20],
  ])('of %d in batches of %d: the first %d are evenly spread, and none is lost', (images, batch, few) => {
    const plan = planOf(images, batch);
    const { indices, hashes, targets } = fewFirst(plan);
    expect(indices.slice(0, few)).toEqual(evenlySpread(images, few).map((i) => 3 * i));
    expect(indices.toSorted((a, b) => a - b)).toEqual(plan.indices);
    expect([hashes, [...targets!]]).toEqual([indices.map(String), indices]);
  });

  test('take of every state what lies among them', () => {
    const encode = (() => expect.fail()) as ChipState['encode'];
    const states = [0, 10, 20].map((from) => ({ from, to: from + 10, encode }));
    const spans = (first: number, end: number) =>
      statesWithin(states, first, end).map(({ from, to }) => [from, to]);
    expect(spans(0, 24)).toEqual([
      [0, 10],
      [10, 20],
      [20, 24],
    ]);
    expect(spans(24, 30)).toEqual([[24, 30]]);
  });

  test('and the others are the whole run, and its first images those few', () => {
    const errors = Float64Array.of(1, 2, 4, 8);
    const top1 = Uint8Array.of(1, 0, 1, 1);
    const chosen = Int32Array.of(5, 6, 7, 8);
    const data = Float32Array.of(1, 1, 2, 2, 3, 3, 4, 4);
    const signal = (from: number, to: number) =>
      data.subarray(2 * from, 2 * to).reduce((s, x) => s + x * x, 0);
    const runOf = (from: number, to: number) => ({
      tally: {
        chosen: chosen.map((value, i) => (i < from || i >= to ? 0 : value)),
        top1: top1.map((value, i) => (i < from || i >= to ? 0 : value)),
        top5: undefined,
      },
      toFloat: { signal: signal(from, to), noise: errors.subarray(from, to).reduce((s, e) => s + e, 0) },
      errors: errors.slice(from, to),
    });
    const floatOutputs = { stride: 1, values: 2, data };
    const few = firstOf(runOf(0, 3), 3, { floatOutputs });
    expect(joined(few, runOf(3, 4))).toEqual(runOf(0, 4));
    expect(firstOf(runOf(0, 4), 3, { floatOutputs })).toEqual(few);
  });
});

const rounded = ({ noise, snrToFloat, share, ...whole }: Cost) => ({
  ...whole,
  noise: expect.closeTo(noise, 12),
  snrToFloat: expect.closeTo(snrToFloat as number, 9),
  share: Object.fromEntries(Object.entries(share).map(([key, value]) => [key, expect.closeTo(value, 12)])),
});

test('of a package of many arrays, what is taken away costs what it does on these few alone', async () => {
  const tiny = tinyModel();
  const all = inputs(68);
  const calibration = memoryData(all.slice(60), undefined);
  const loaded = await loadTarget('isaac-128', [
    ...['adc.bits=3', 'array.rows=8', 'array.columns=8', 'driver.rowsAtOnce=8', 'adc.sharedBy=1'],
  ]);
  const samples = spreadSamples(calibration, fedInputs(tiny.graph, tiny.file), calibration.length);
  const options = parseOptions({ copies: 2, centredInputs: false });
  const pkg = await packageOf(await compile(tiny, loaded, options, { kind: 'samples', samples }));
  expect(pkg.manifest.summary.arrays).toBeGreaterThan(64);
  const labels = labelsFor(all.slice(0, 60), 57);
  // Whole batches of 32.
  const some = evenlySpread(60, 32);
  const on = (images: readonly number[]) =>
    explain(
      pkg,
      tiny,
      memoryData(
        images.map((i) => all[i]!),
        Int32Array.from(images, (i) => labels[i]!),
      ),
      { threads: 1 },
    );
  const [whole, few] = [await on([...labels.keys()]), await on(some)];
  expect([whole.data.images, few.data.images]).toEqual([60, 32]);
  for (const { effect, alone, allBut, slight } of whole.effects) {
    const same = few.effects.find((one) => one.effect === effect)!;
    // Energies of images are added in another order.
    if (allBut) expect(allBut).toEqual(rounded(same.allBut!));
    if (slight) expect(alone).toEqual(rounded(same.alone!));
    else expect(alone!.images).toBe(60);
  }
  expect(whole.effects.some(({ allBut }) => allBut)).toBe(true);
});
