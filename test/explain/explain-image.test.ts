/** An image followed through layers: a layer that is spoilt is named, and what layers err is what `verify` says. */
import { describe, expect, test } from 'vitest';
import { explainImage } from '../../src/explain/explain-image.ts';
import { argmax } from '../../src/math/argmax.ts';
import { float32 } from '../../src/math/tensor.ts';
import type { Package } from '../../src/package/open.ts';
import { programChip } from '../../src/program.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { best, features, inputs, labelsFor, logitsOf, memoryData, withTiny } from '../verify/tiny.ts';

const samples = inputs(40);
const data = memoryData(samples.slice(0, 20), labelsFor(samples.slice(0, 20), 19));
const calibration = memoryData(samples.slice(20), undefined);

const followed = (
  target: string,
  image: number,
  set: readonly string[] = [],
  spoil: (pkg: Package) => Package = (pkg) => pkg,
) =>
  withTiny(
    target,
    calibration,
    (pkg, model) => explainImage(spoil(pkg), model, data, image, { threads: 1 }),
    set,
    true,
  );

/** The package with a layer whose outputs come out with the other sign, on chips alone. */
const negated =
  (layer: number) =>
  (pkg: Package): Package => {
    const { output } = pkg.layers[layer]!;
    const constants = new Map(pkg.host.constants);
    const name = `${output}/scales`;
    const scales = constants.get(name)!;
    constants.set(
      name,
      float32(
        scales.dims,
        Float32Array.from(scales.data as Float32Array, (s) => -s),
      ),
    );
    const layers = pkg.layers.map((own, i) =>
      i === layer ? { ...own, scales: Float32Array.from(own.scales, (s) => -s) } : own,
    );
    return { ...pkg, host: { ...pkg.host, constants }, layers };
  };

describe('an image through the layers', () => {
  test('of an ideal chip keeps its answer', async () => {
    const report = await followed('ideal', 3);
    expect(report).toMatchObject({ seed: 1, back: [], image: { number: 3 } });
    expect(report.first).toBeUndefined();
    expect(report.layers.map(({ layer, snr, own }) => [layer, snr, own])).toEqual([
      ['first', 'equal', 'equal'],
      ['second', 'equal', 'equal'],
    ]);
    const wanted = best(logitsOf(samples[3]!));
    expect(report.image.label?.class).toBe(wanted);
    for (const own of [report.float, report.integers, report.chip]) expect(own[0]!.class).toBe(wanted);
    expect(report.float[0]!.score).toBeCloseTo(logitsOf(samples[3]!)[wanted]!, 4);
  });

  test.each([0, 1])('names layer %i, which the chip alone has spoilt', async (layer) => {
    const report = await followed('ideal', 3, [], negated(layer));
    const [first, second] = report.layers;
    expect(report.first).toBe(layer);
    expect(report.back).toEqual([]);
    expect(report.chip[0]!.class).not.toBe(report.integers[0]!.class);
    const spoilt = [first!, second!][layer]!;
    expect(spoilt.own).toBeCloseTo(-6.02, 1);
    if (layer === 0) expect(second!.own).toBe('equal');
    else expect(first!.snr).toBe('equal');
  });

  test('ends with what the chip answers as a whole', async () => {
    const set = ['faults.stuckLow=0.1', 'faults.stuckHigh=0', 'faults.endurance=1e9', 'faults.spent=0'];
    for (const image of [1, 7]) {
      const [report, whole] = await withTiny(
        'tetramem-256-6bit',
        calibration,
        async (pkg, model) => {
          const own = await explainImage(pkg, model, data, image, { threads: 1 });
          const session = await simulate(pkg, await programChip(pkg, { seed: 1, threads: 1 }));
          const result = await session.run({ x: float32([1, features], samples[image]!) });
          await session.release();
          return [own, result.logits!.data as Float32Array] as const;
        },
        set,
        true,
      );
      expect(report.chip[0]!.class).toBe(argmax(whole, 0, whole.length));
      expect(report.chip[0]!.score).toBeCloseTo(Math.max(...whole), 5);
      expect(report.layers.at(-1)!.answer).toBe(report.chip[0]!.class);
    }
  });
});
