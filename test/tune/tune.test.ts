import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { layerOptions, parseOptions } from '../../src/ir/options.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { formatTuning } from '../../src/report/tune-text.ts';
import { loadTarget } from '../../src/target/load.ts';
import { digitalSets } from '../../src/tune/forms.ts';
import type { TuneOptions } from '../../src/tune/options.ts';
import type { TuneReport } from '../../src/tune/report.ts';
import { tune } from '../../src/tune/tune.ts';
import type { VerifyReport } from '../../src/verify/report.ts';
import { verify } from '../../src/verify/verify.ts';
import { withPackage } from '../support/build.ts';
import { inputs, labelsFor, memoryData, tinyModel } from '../verify/tiny.ts';

/** Arrays so small that every layer needs some. */
const small = ['array.rows=16', 'array.columns=20', 'driver.rowsAtOnce=16'];
const samples = inputs(68);
const data = memoryData(samples, labelsFor(samples, 68));

async function tuneTiny(
  set: readonly string[],
  options: TuneOptions = {},
  compilation: Parameters<typeof parseOptions>[0] = {},
) {
  const model = tinyModel();
  const given = parseOptions({ copies: 1, centredInputs: false, ...compilation, set: [...set] });
  const loaded = await loadTarget(given.target, set);
  const calibration = memoryData(samples.slice(60), undefined);
  const source = spreadSamples(calibration, fedInputs(model.graph, model.file), 8);
  const calibrated = { kind: 'samples', samples: source } as const;
  const report = await tune(model, loaded, given, calibrated, data, { threads: 1, ...options });
  return { report, model, loaded, calibrated };
}

/** What the report says about the chosen mapping. */
const chosenOf = (report: TuneReport) => report.tried[report.chosen! - 1]!;

describe('tuning', () => {
  test('keeps calibration samples and held-out images apart', async () => {
    const { report } = await tuneTiny([], { maxDrop: 100, images: 1000 });
    expect(report.data).toEqual({ name: 'memory', tuning: 30, heldOut: 30, calibration: 8 });
    expect(report.float).toBe(100);
  });

  test('with a loose bound takes the cheapest mapping; what it writes compiles to what it measured', async () => {
    const { report, model, loaded, calibrated } = await tuneTiny(small, { maxDrop: 100 });
    const chosen = chosenOf(report);
    expect(chosen).toMatchObject({ why: 'expected to do', met: true, digital: 0 });
    expect(chosen.arrays).toBeLessThan(report.tried[0]!.arrays);
    expect(chosen.forms).toEqual({ dense: 'offset' });
    expect(report.front[0]).toMatchObject({ forms: { dense: 'offset' }, mapping: report.chosen });
    expect(report.front.map(({ arrays }) => arrays)).toEqual(
      report.front.map(({ arrays }) => arrays).toSorted((a, b) => a - b),
    );
    const compiled = await compile(model, loaded, report.options, calibrated);
    expect(compiled.summary.layers.map(({ shape }) => shape)).toEqual(['12x16', '16x8']);
    expect(compiled.summary).toMatchObject({ arrays: chosen.arrays, conversions: chosen.conversions });
    expect(compiled.mapping.layers.map(({ encoding }) => encoding)).toEqual(['offset', 'offset']);
    expect(report.blame).toBeUndefined();
    expect(report.heldOut).toBeDefined();
  });

  test('measures what `verify` does on the same images and chips', async () => {
    const { report, model, loaded, calibrated } = await tuneTiny(['adc.bits=4'], { maxDrop: 100 });
    const tuningImages = samples.slice(0, 60).filter((_, i) => i % 2 === 0);
    const heldOutImages = samples.slice(0, 60).filter((_, i) => i % 2 === 1);
    const compiled = await compile(model, loaded, report.options, calibrated);
    await withPackage(compiled, async (pkg) => {
      const run = (images: readonly Float32Array[], seed: number) =>
        verify(pkg, model, memoryData(images, labelsFor(images, images.length)), {
          trials: 2,
          seed,
          threads: 1,
        });
      const lossIn = ({ mapped: { difference, snrToFloat } }: VerifyReport) => ({
        loss: { points: 0 - difference!.points, low: 0 - difference!.high, high: 0 - difference!.low },
        snrToFloat,
      });
      const tuned = lossIn(await run(tuningImages, 1));
      expect(tuned.loss.high).toBeGreaterThan(0);
      expect(chosenOf(report)).toMatchObject(tuned);
      expect(report.heldOut).toMatchObject(lossIn(await run(heldOutImages, 5)));
    });
  });

  test('where many cells do not respond, buys exactness and blames them', async () => {
    const wires = ['rowSegment', 'columnSegment', 'driver', 'sense'].map((part) => `wires.${part}=1e-6 ohm`);
    const rough = ['programming.tolerance=4 uS', 'programming.unresponsive=0.08', 'adc.bits=12', ...wires];
    const { report } = await tuneTiny(rough, { maxDrop: 10, trials: 3 });
    const [given, exact] = report.tried;
    expect(given!.met).toBe(false);
    // What is done about wires was left to the compiler.
    expect(report.wires).toMatchObject({ leftOpen: true, tried: [{ met: false }], ruledOut: [] });
    expect(formatTuning(report)).toContain(
      'nothing more was measured: the compiler has chosen it, and wires are',
    );
    expect(report.blame).toMatchObject({ mapping: 1, largest: 'unresponsive cells' });
    const shares = new Map(report.blame!.entries.map(({ error, share }) => [error, share]));
    expect(shares.get('unresponsive cells')!.value).toBeGreaterThan(0.8 * given!.noise);
    for (const other of ['write-verify error', 'converter quantization and saturation'])
      expect(Math.abs(shares.get(other)!.value)).toBeLessThan(given!.noise / 4);
    const text = formatTuning(report);
    expect(text).toContain('on the same chips and images: most by unresponsive cells');
    expect(text).toMatch(/^without unresponsive cells +[\d.]+ /m);
    expect(exact!.noise).toBeLessThan(given!.noise / 2);
    expect(chosenOf(report).loss.points).toBeLessThanOrEqual(10);
    expect(report.options.layers.map(({ match }) => match)).toEqual(['first', 'second']);
    // What was expected of the class before it was measured.
    const [dense] = report.classes;
    const snr = (name: string) => Number(dense!.forms.find((form) => form.name === name)!.snr);
    expect(snr('copies 4') - snr('copies 2')).toBeGreaterThan(1);
    expect(snr('copies 2') - snr('as given')).toBeGreaterThan(1);
  });

  test('says that no mapping meets the bound, gives the best, and blames the converter where it is coarse', async () => {
    const { report } = await tuneTiny(['adc.bits=2'], { maxDrop: 0, maxDigital: 0, trials: 1 });
    expect(report.chosen).toBeUndefined();
    const losses = report.tried.map(({ loss }) => loss.points);
    expect(report.tried[report.best - 1]!.loss.points).toBe(Math.min(...losses));
    expect(report.heldOut.loss.points).toBeGreaterThan(0);
    expect(report.blame).toMatchObject({
      mapping: report.best,
      largest: 'converter quantization and saturation',
    });
    expect(formatTuning(report)).toContain('No mapping that was tried meets the bound.');
  });

  test('blames relaxation at the time at which it is read, and says that right after programming there is none', async () => {
    const limits = { maxDrop: -1, maxDigital: 0, trials: 4 };
    const relaxation = [
      ...['slope=0 S', 'spread=0 S', 'spreadSlope=1 S', 't0=1 s', 'validFrom=1 s', 'validTo=1e9 s'],
      ...['validGMin=0 S', 'validGMax=200 S'],
    ].map((field) => `relaxation.${field}`);
    const ideal = { target: 'ideal' } as const;
    const { report: aged } = await tuneTiny(relaxation, { ...limits, at: 1e6 }, ideal);
    expect(aged).toMatchObject({
      ...{ at: 1e6, compensated: 'columns', trials: 4 },
      blame: { later: [], largest: 'relaxation' },
    });
    expect(formatTuning(aged)).toMatch(/^chips +4 per mapping \(from seed 1\), read .* after programming/m);
    const { report: fresh } = await tuneTiny(relaxation, limits, ideal);
    expect(fresh.blame!.later).toEqual(['relaxation']);
    expect(fresh.blame!.entries.map(({ error }) => error)).not.toContain('relaxation');
    const { largest: _, ...unsure } = fresh.blame!;
    const text = formatTuning({ ...fresh, blame: unsure });
    expect(text).toContain('Read right after programming, so without relaxation: --at TIME');
    expect(text).toContain('no single error stands out, since the interval of each holds 0');
  });

  test('blames the rounding of weights where chips are ideal', async () => {
    const limits = { maxDrop: 0, maxDigital: 0 };
    const { report } = await tuneTiny([], limits, { target: 'ideal', weightBits: 2 });
    expect(report.trials).toBe(1);
    expect(report.blame!.largest).toBe('weight rounding');
    const rounding = report.blame!.entries.find(({ error }) => error === 'input rounding')!;
    expect(rounding.share.value).toBeGreaterThan(0);
    expect(rounding.share.value).toBeLessThan(1e-2);
  });

  test('gives inputs more bits where their codes cost it, and records them anew', async () => {
    const limits = { maxDrop: 3, maxDigital: 0 };
    const { report, model, loaded, calibrated } = await tuneTiny([], limits, {
      target: 'ideal',
      inputBits: 4,
    });
    expect(report.tried[0]!.met).toBe(false);
    expect(chosenOf(report)).toMatchObject({ met: true, forms: { dense: 'inputs of 10 bits' } });
    const compiled = await compile(model, loaded, report.options, calibrated);
    const bits = compiled.mapping.layers.map(({ node }) => node.quantization.bits);
    expect(bits).toEqual([10, 10]);
    expect(compiled.summary.conversions).toBe(chosenOf(report).conversions);
    const [dense] = report.classes;
    expect(dense!.forms.find(({ name }) => name === dense!.taken)!.conversions).toBe(
      compiled.summary.conversions,
    );
  });

  test('lets a layer stay digital where crossbars do not suffice', async () => {
    const limits = { maxDrop: 25, maxDigital: 70 };
    const { report } = await tuneTiny([], limits, { target: 'ideal', weightBits: 2 });
    expect(report.tried[0]!.met).toBe(false);
    const chosen = chosenOf(report);
    expect(chosen).toMatchObject({ met: true });
    expect(chosen.digital).toBeCloseTo((16 * 8) / (12 * 16 + 16 * 8), 9);
    const digital = report.options.layers.filter((layer) => layer.digital);
    expect(digital).toEqual([{ match: 'second', digital: true }]);
    expect(layerOptions(report.options, { name: 'second', op: 'MatMul', index: 0 }).digital).toBe(true);
  });

  test('too few images are an error', async () => {
    await expect(tuneTiny([], { images: 3 })).rejects.toThrow('options/invalid');
  });
});

describe('layers that may stay digital together', () => {
  const units = [100, 10, 300, 90].map((multiplications) => ({ multiplications }));
  const energies = [1, 1, 1, 8];

  test('are those of most error per multiplication, as far as the share and half of it go', () => {
    expect(digitalSets([0, 1, 3], units, energies, 1)).toEqual([[1, 3, 0]]);
    expect(digitalSets([0, 1, 3], units, energies, 0.15)).toEqual([[1]]);
    expect(digitalSets([0, 1, 3], units, energies, 0)).toEqual([]);
    expect(digitalSets([2], units, energies, 0.5)).toEqual([]);
  });

  test('are never all layers of the network', () => {
    expect(digitalSets([0, 1, 2, 3], units, energies, 1)[0]).toHaveLength(3);
  });
});
