/** What effects cost, against verifications of targets that are compiled and programmed without them. */
import { describe, expect, test } from 'vitest';
import { explain } from '../../src/explain/explain.ts';
import type { ExplainOptions } from '../../src/explain/options.ts';
import { schemeOf } from '../../src/schemes/models.ts';
import { errorsOf, withoutErrors } from '../../src/target/errors.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { VerifyReport } from '../../src/verify/report.ts';
import { verify } from '../../src/verify/verify.ts';
import { inputs, labelsFor, memoryData, withTiny } from '../verify/tiny.ts';

const samples = inputs(68);
const data = memoryData(samples.slice(0, 60), labelsFor(samples.slice(0, 60), 57));
const calibration = memoryData(samples.slice(60), undefined);
const faults = (stuckLow: number) => [
  `faults.stuckLow=${stuckLow}`,
  'faults.stuckHigh=0',
  'faults.endurance=1e9',
  'faults.spent=0',
];

const explained = (target: string, set: readonly string[], options: ExplainOptions = {}) =>
  withTiny(
    target,
    calibration,
    (pkg, model) => explain(pkg, model, data, { threads: 1, ...options }),
    set,
    true,
  );
const verified = (target: string, set: readonly string[], trials: number) =>
  withTiny(target, calibration, (pkg, model) => verify(pkg, model, data, { threads: 1, trials }), set, true);
const figuresOf = ({ mapped: { top1, difference, snrToFloat } }: VerifyReport) => ({
  top1: expect.closeTo(top1!.mean, 9),
  loss: { points: 0 - difference!.points, low: 0 - difference!.high, high: 0 - difference!.low },
  snrToFloat,
});
const effectIn = ({ effects }: Awaited<ReturnType<typeof explained>>, name: string) =>
  effects.find(({ effect }) => effect === name)!;

describe('an explanation', () => {
  test('has the effect that is made large first, and what it costs alone and in the whole', async () => {
    const report = await explained('tetramem-256-6bit', faults(0.15), { trials: 1 });
    const [{ effect, alone, allBut } = expect.fail()] = report.effects;
    expect(effect).toBe('stuck cells');
    expect(allBut!.share.low).toBeGreaterThan(0);
    expect(alone!.cost.low).toBeGreaterThan(0);
    expect(allBut!.cost.low).toBeGreaterThan(0);
    expect(allBut!.cost.points).toBeCloseTo(allBut!.top1 - report.all.top1, 9);
    expect(alone!.cost.points).toBeCloseTo(report.none.top1 - alone!.top1, 9);
    expect(report.effects.map((one) => one.effect)).toContain('wire resistance');
    const { layers } = report.effects[0]!;
    expect(layers!.map(({ layer }) => layer)).toEqual(['first', 'second']);
    for (const { own } of layers!) expect(own).toBeLessThan(20);
    for (const [i, { cause }] of report.layers!.entries()) {
      const alone = report.effects.flatMap((one) => (one.layers ? [[one.effect, one.layers[i]!.own]] : []));
      expect(alone).toContainEqual([cause!.effect, cause!.own]);
      for (const [, own] of alone) if (own !== 'equal') expect(cause!.own).toBeLessThanOrEqual(own as number);
    }
    const { images, followed, layers: behind } = report.wrong!;
    expect(images).toBeGreaterThan(0);
    // Every one of them goes wrong behind some layer.
    expect(behind.reduce((sum, one) => sum + one.images, 0)).toBe(followed);
    expect(report.effects.filter((one) => !one.allBut).map((one) => one.effect)).toEqual(
      expect.arrayContaining(['weight rounding', 'input rounding']),
    );
  });

  test('without any effect is what integers give, up to fine converters', async () => {
    const report = await explained('tetramem-256-6bit', faults(0.15), { trials: 1 });
    expect(report.none.top1).toBe(report.integers.top1);
    expect(report.none.noise).toBeLessThan(1.1 * report.integers.noise);
    expect(report.all.noise).toBeGreaterThan(10 * report.none.noise);
  });

  test('measures what `verify` does on the same images and chips', async () => {
    const set = faults(0.08);
    const report = await explained('tetramem-256-6bit', set, { trials: 2 });
    expect(report.all).toMatchObject(figuresOf(await verified('tetramem-256-6bit', set, 2)));
    const without = await verified('tetramem-256-6bit', faults(0), 2);
    expect(effectIn(report, 'stuck cells').allBut).toMatchObject(figuresOf(without));
    const exact = [...faults(0.08), 'adc.bits=16'];
    const alone = await verified('ideal', exact, 2);
    const ideal = await explained('ideal', [...set, 'adc.bits=6'], { trials: 2 });
    const { layers, ...stuck } = effectIn(ideal, 'stuck cells');
    const { snrToFloat, ...figures } = figuresOf(alone);
    expect(stuck.alone).toMatchObject(figures);
    // Sums of whole digits, in another order.
    expect(stuck.alone!.snrToFloat).toBeCloseTo(snrToFloat as number, 4);
    // Of one chip, as `verify` has them of its trials.
    const first = await verified('ideal', exact, 1);
    const close = first.layers.snr.map(({ own }) => expect.closeTo(own as number, 4));
    expect(layers!.map(({ own }) => own)).toEqual(close);
  });
});

test('cells that pulses can update run without the error of their pulses, and with it alone', async () => {
  const report = await explained('cmo-hfox-350nm', [], { trials: 1, images: 12 });
  const pulses = effectIn(report, 'pulse-by-pulse error');
  expect(pulses.alone!.share.low).toBeGreaterThan(0);
  expect(pulses.allBut!.noise).toBeLessThan(report.all.noise);
});

describe('a target without several errors', () => {
  test.each([
    ...['tetramem-256-6bit', 'tetramem-256-denoised', 'cmo-hfox-130nm', 'leti-fecap-130nm', 'pcm-256'],
    ...['tio2-feedforward', 'isaac-128', 'cmo-hfox-350nm', 'cmo-hfox-130nm-2pct'],
  ])('%s is the same in any order, and has the one that is left', async (name) => {
    const { target } = await loadTarget(name);
    const names = errorsOf(target).map(({ error }) => error);
    const none = withoutErrors(target, names);
    // Cells that are exact without one error of their scheme have none of its others either.
    const ideals = schemeOf(target).ideals();
    const exact = Object.values(ideals).includes('exact cells');
    const goesAlong = (error: string) => exact && error in ideals && ideals[error] !== 'exact cells';
    for (const kept of names) {
      const left = withoutErrors(
        target,
        names.filter((error) => error !== kept),
      );
      expect(withoutErrors(left, [kept])).toEqual(none);
      const own = errorsOf(left).some(({ error }) => error === kept);
      expect(own).toBe(!goesAlong(kept));
      if (own && kept !== 'cells that no weight uses') expect(left).not.toEqual(none);
    }
  });
});
