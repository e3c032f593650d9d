/** Tuning a model for a chip whose wires ruin it as it is: from the images to the options that bring it back. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { type CompileOptions, parseOptions } from '../../src/ir/options.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { formatTuning } from '../../src/report/tune-text.ts';
import { loadTarget } from '../../src/target/load.ts';
import { tune } from '../../src/tune/tune.ts';
import { verify } from '../../src/verify/verify.ts';
import { withPackage } from '../support/build.ts';
import { inputs, labelsFor, memoryData, tinyModel } from '../verify/tiny.ts';

const ohm = 40;
const set = [
  ...['array.rows=16', 'array.columns=32', 'driver.rowsAtOnce=16', 'cell.unused=unformed'],
  ...['rowSegment', 'columnSegment', 'driver', 'sense'].map((part) => `wires.${part}=${ohm} ohm`),
  ...['wires.sides=one', 'wires.idleRows=gated'],
];
const maxDrop = 9;
const [samples, others] = [inputs(520), inputs(2568).slice(520)];
const model = tinyModel();
const data = memoryData(samples, labelsFor(samples, samples.length));
const source = spreadSamples(
  memoryData(samples.slice(512), undefined),
  fedInputs(model.graph, model.file),
  8,
);
const calibrated = { kind: 'samples', samples: source } as const;

test('a remedy is found, is in what is written, and helps on other images and chips', async () => {
  const given = parseOptions({ copies: 1, centredInputs: false, set, wireCorrection: 'none' });
  const loaded = await loadTarget(given.target, set);
  const limits = { maxDrop, maxDigital: 0, threads: 1, images: 520 };
  const report = await tune(model, loaded, given, calibrated, data, limits);
  const { tried, taken, without } = report.wires!;
  expect(tried[0]).toMatchObject({ met: false, remedy: { wireCorrection: 'none', rowOrder: 'given' } });
  expect(tried[0]!.loss.points).toBeGreaterThan(1.5 * maxDrop);
  expect(without!.noise).toBeLessThan(tried[0]!.noise / 4);
  expect(tried.map(({ met }) => met)).toEqual(tried.map((_, i) => i === tried.length - 1));
  expect(taken).toEqual(tried.at(-1)!.remedy);
  expect(taken).not.toEqual(tried[0]!.remedy);
  expect(report.chosen).toBeDefined();
  expect(report.options).toMatchObject(JSON.parse(JSON.stringify(taken)));
  expect(formatTuning(report)).toContain('rows by magnitude');

  // What a user does next, on images and chips that the search has not seen.
  const heldOut = samples.slice(0, 512).filter((_, i) => i % 2 === 1);
  const lossOf = async (options: CompileOptions, among: typeof samples) => {
    const compiled = await compile(model, loaded, options, calibrated);
    return withPackage(compiled, async (pkg) => {
      const images = memoryData(among, labelsFor(among, among.length));
      const { mapped } = await verify(pkg, model, images, { trials: 2, seed: 5, threads: 1, wires: 'on' });
      return 0 - mapped.difference!.points;
    });
  };
  expect(report.heldOut.loss.points).toBe(await lossOf(report.options, heldOut));
  // 256 images know a loss to 4 points, 2,048 others to 1.4.
  const [before, after] = [await lossOf(given, others), await lossOf(report.options, others)];
  expect(before).toBeGreaterThan(1.5 * maxDrop);
  expect(after).toBeLessThan(0.6 * before);
  // What the choice made of chance on the images that it was made on is gone here.
  expect(report.heldOut.loss.low).toBeLessThanOrEqual(maxDrop);
});

describe('wires that add little to other errors get no remedy', () => {
  const coarse = [...set.filter((field) => !field.startsWith('wires.')), 'adc.bits=3'];
  const given = parseOptions({ copies: 1, centredInputs: false, set: coarse, wireCorrection: 'none' });
  const tuneWith = async (resistance: string) => {
    const parts = ['rowSegment', 'columnSegment', 'driver', 'sense'];
    const loaded = await loadTarget(given.target, [
      ...coarse,
      ...parts.map((part) => `wires.${part}=${resistance}`),
    ]);
    const limits = { maxDrop: 0.5, maxDigital: 0, threads: 1, images: 60, trials: 1, budget: 0 };
    const report = await tune(model, loaded, given, calibrated, data, limits);
    const { tried, taken } = report.wires!;
    expect(tried.map(({ met }) => met)).toEqual([false]);
    expect(taken).toEqual(tried[0]!.remedy);
    return report;
  };

  test('and are not even measured where next to nothing is expected of them', async () => {
    const report = await tuneWith('1e-4 ohm');
    expect(report.wires!.without).toBeUndefined();
    expect(report.wires!.share).toBeLessThan(0.02);
    expect(formatTuning(report)).toMatch(
      /^nothing more was measured: wires are expected to make up 0\.\d+ % of the error$/m,
    );
  });

  test('but are measured where estimates cannot rule them out', async () => {
    const report = await tuneWith('0.15 ohm');
    const { share, tried, without } = report.wires!;
    expect(share).toBeGreaterThan(0.02);
    expect(Math.abs(without!.noise / tried[0]!.noise - 1)).toBeLessThan(0.1);
    expect(formatTuning(report)).toMatch(/as given +.*\n.*as given, without wire resistance/);
  });
});

test('what the write error rules out is not programmed: a tenth of the window, at the same error', async () => {
  // A tolerance of half of the tenth of the window.
  const softer = set.map((field) => field.replace(`${ohm} ohm`, '8 ohm'));
  const rough = [...softer, 'programming.tolerance=200 uS', 'programming.unresponsive=0'];
  const given = parseOptions({ copies: 1, centredInputs: false, set: rough, wireCorrection: 'none' });
  const loaded = await loadTarget(given.target, rough);
  const lines: string[] = [];
  const report = await tune(model, loaded, given, calibrated, data, {
    ...{ maxDrop: 0, maxDigital: 0, threads: 1, images: 60, trials: 1 },
    onMeasured: ({ what }) => lines.push(what),
  });
  const { ruledOut, tried } = report.wires!;
  const narrow = ruledOut.find(({ remedy }) => remedy.window === 0.1 && remedy.rowsAtOnce === undefined);
  expect(narrow!.expected).toBeLessThan(narrow!.than);
  expect(tried.map(({ remedy }) => remedy)).not.toContainEqual(narrow!.remedy);
  expect(lines).not.toContain('wires: levels corrected, rows by magnitude, 10 % of the window');
  expect(formatTuning(report)).toContain(
    'not measured: levels corrected, rows by magnitude, 10 % of the window, expected to leave',
  );
});
