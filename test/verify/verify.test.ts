import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { saveChip } from '../../src/chip/save.ts';
import { lowerGraph } from '../../src/lower/graph.ts';
import { saturationOf } from '../../src/lower/saturation.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Package } from '../../src/package/open.ts';
import { programChip } from '../../src/program.ts';
import { formatVerification } from '../../src/report/verify-text.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { boundsNotMet } from '../../src/verify/summarize.ts';
import { verify } from '../../src/verify/verify.ts';
import { raised } from '../data/files.ts';
import { batchOf, best, classes, inputs, labelsFor, logitsOf, memoryData, withTiny } from './tiny.ts';

const noisy = 'tetramem-256-6bit';
const all = inputs(60);
const calibration = memoryData(all.slice(0, 20), undefined);
const samples = all.slice(20);
const labels = labelsFor(samples, 30);

/** Rows of a batch's outputs. */
function rows(data: ArrayLike<number>): number[][] {
  return Array.from({ length: data.length / classes }, (_, i) =>
    Array.from(data).slice(i * classes, (i + 1) * classes),
  );
}

function share(flags: readonly boolean[]): number {
  return (100 * flags.filter(Boolean).length) / flags.length;
}

function snr(reference: readonly number[][], values: readonly number[][]): number {
  const signal = reference.flat().reduce((sum, v) => sum + v * v, 0);
  const noise = reference.flat().reduce((sum, v, i) => sum + (v - values.flat()[i]!) ** 2, 0);
  return 10 * Math.log10(signal / noise);
}

async function logits(pkg: Package, seed: number): Promise<{ ideal: number[][]; mapped: number[][] }> {
  const x = { x: batchOf(samples) };
  const ideal = await openSession(encodeModel(pkg.reference));
  const mapped = await simulate(pkg, await programChip(pkg, { seed }));
  return {
    ideal: rows((await ideal.run(x)).logits!.data as Float32Array),
    mapped: rows((await mapped.run(x)).logits!.data as Float32Array),
  };
}

describe('figures', () => {
  test('on an ideal chip the mapped model is the integer reference', async () => {
    const report = await withTiny('ideal', calibration, (pkg, model) =>
      verify(pkg, model, memoryData(samples, labels)),
    );
    expect(report.float).toEqual({ top1: 75, top5: expect.any(Number), agreement: 100 });
    expect(report.mapped.snrToIdeal).toBe('equal');
    expect(report.layers.snr.map(({ snr: value }) => value)).toEqual(['equal', 'equal']);
    expect(report.mapped.top1).toEqual({ mean: report.ideal.top1 });
    expect(report.mapped.difference).toEqual(report.ideal.difference);
    expect(report.knownAnswer.maxDifference).toBe(0);
    expect(report.warnings).toEqual([]);
  });

  test('agree with the same figures computed one by one', async () => {
    await withTiny(noisy, calibration, async (pkg, model) => {
      const report = await verify(pkg, model, memoryData(samples, labels), { trials: 2, seed: 5 });
      const float = samples.map(logitsOf);
      const trials = [await logits(pkg, 5), await logits(pkg, 6)];
      const right = (outputs: number[][]) => share(outputs.map((o, i) => best(o) === labels[i]));
      const inFive = (outputs: number[][]) =>
        share(outputs.map((o, i) => o.filter((v) => v > o[labels[i]!]!).length < 5));
      const agree = (outputs: number[][]) => share(outputs.map((o, i) => best(o) === best(float[i]!)));
      expect(report.seeds).toEqual([5, 6]);
      expect(report.float).toEqual({ top1: 75, top5: inFive(float), agreement: 100 });
      const { ideal } = trials[0]!;
      expect(report.ideal).toMatchObject({
        top1: right(ideal),
        top5: inFive(ideal),
        agreement: agree(ideal),
      });
      expect(report.ideal.snrToFloat).toBeCloseTo(snr(float, ideal), 3);
      report.trials.forEach((trial, t) => {
        const { mapped } = trials[t]!;
        expect(trial).toMatchObject({ top1: right(mapped), top5: inFive(mapped), agreement: agree(mapped) });
        expect(trial.snrToIdeal).toBeCloseTo(snr(ideal, mapped), 3);
        expect(trial.snrToFloat).toBeCloseTo(snr(float, mapped), 3);
        expect(trial.calibrated).toBe(true);
        expect(trial.programming.formed).toBeGreaterThan(0);
        expect(trial.pulsesPerCell).toBeGreaterThan(1);
      });
      const [a, b] = report.trials.map((t) => t.top1!) as [number, number];
      expect(report.mapped.top1!.mean).toBeCloseTo((a + b) / 2, 9);
      expect(report.mapped.top1!.deviation).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 9);
      expect(report.mapped.difference!.points).toBeCloseTo((a + b) / 2 - 75, 9);
      expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    });
  });

  test('signal-to-noise ratios of layers are those of tapped values', async () => {
    await withTiny(noisy, calibration, async (pkg, model) => {
      const report = await verify(pkg, model, memoryData(samples.slice(0, 8), undefined));
      const x = { x: batchOf(samples.slice(0, 8)) };
      const ideal = await openSession(encodeModel(lowerGraph(pkg.reference, () => undefined, ['h'])));
      const mapped = await simulate(pkg, await programChip(pkg, { seed: 1 }), { taps: ['h'] });
      const wanted = [...((await ideal.run(x)).h!.data as Float32Array)];
      const got = [...((await mapped.run(x)).h!.data as Float32Array)];
      const [layer, last] = report.layers.snr;
      expect(layer!.origin.name).toBe('first');
      expect(layer!.snr).toBeCloseTo(snr([wanted], [got]), 3);
      // The last layer's output is the scored one, on the same eight images.
      expect(last!.snr).toBeCloseTo(report.mapped.snrToIdeal as number, 3);
      expect(report.layers.images).toBe(8);
    });
  });

  test('conversions that saturate are counted, of every layer', async () => {
    const counting = async (pkg: Package, model: Parameters<typeof verify>[1]) => {
      const report = await verify(pkg, model, memoryData(samples.slice(0, 8), undefined));
      const chip = await programChip(pkg, { seed: 1 });
      const session = await simulate(pkg, chip, { saturation: true });
      const counted = await session.run({ x: batchOf(samples.slice(0, 8)) });
      for (const { output, saturated } of report.layers.snr) {
        const [over, all] = counted[saturationOf(output)]!.data as Float32Array;
        expect(over).toBeGreaterThan(0);
        expect(saturated).toBeCloseTo(over! / all!, 9);
      }
      expect(formatVerification(report)).toContain('of its conversions saturate');
    };
    await withTiny(noisy, calibration, counting, ['adc.bits=3']);
  });

  test('do not depend on the batch size', async () => {
    await withTiny(noisy, calibration, async (pkg, model) => {
      const run = (batchSize: number) => verify(pkg, model, memoryData(samples, labels), { batchSize });
      const [one, seven] = [await run(1), await run(7)];
      expect(seven.mapped.top1).toEqual(one.mapped.top1);
      expect(seven.mapped.difference).toEqual(one.mapped.difference);
      expect(seven.mapped.snrToIdeal).toBeCloseTo(one.mapped.snrToIdeal as number, 4);
    });
  });

  test('a saved chip gives what it gave when it was programmed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crossloom-verify-'));
    await withTiny(noisy, calibration, async (pkg, model) => {
      const chip = join(folder, 'chip');
      await saveChip(await programChip(pkg, { seed: 3 }), chip);
      const data = memoryData(samples, labels);
      const saved = await verify(pkg, model, data, { chips: [chip] });
      const programmed = await verify(pkg, model, data, { seed: 3 });
      expect(saved.seeds).toEqual([3]);
      expect(saved.trials[0]).toMatchObject({ chip, calibrated: true });
      expect(saved.mapped).toEqual(programmed.mapped);
      expect(saved.trials[0]!.programming).toEqual(programmed.trials[0]!.programming);
    }).finally(() => rm(folder, { recursive: true }));
  });
});

describe('images', () => {
  test('are spread evenly, labels counted from labelOffset', async () => {
    await withTiny('ideal', calibration, async (pkg, model) => {
      const shifted = memoryData(
        samples,
        labels.map((label) => label - 2),
        2,
      );
      const report = await verify(pkg, model, shifted, { images: 4 });
      // Samples 0, 10, 20 and 30, of which the first three have right labels.
      expect(report.data).toMatchObject({ images: 4, labelOffset: 2, labelled: true, classes });
      expect(report.float.top1).toBe(75);
    });
  });

  test('of the calibration are a warning, or are left out', async () => {
    await withTiny('ideal', calibration, async (pkg, model) => {
      const mixed = memoryData(all, labelsFor(all, 60));
      const kept = await verify(pkg, model, mixed);
      expect(kept.data).toMatchObject({ images: 60, calibrationOverlap: 20, calibrationExcluded: false });
      expect(kept.warnings.map((w) => w.code)).toEqual(['verify/calibration-overlap']);
      const excluded = await verify(pkg, model, mixed, { excludeCalibration: true });
      expect(excluded.data).toMatchObject({ images: 40, calibrationOverlap: 20, calibrationExcluded: true });
      expect(excluded.warnings).toEqual([]);
      const none = verify(pkg, model, memoryData(all.slice(0, 20), undefined), { excludeCalibration: true });
      expect(await raised(none)).toEqual([
        expect.stringMatching(/^options\/invalid at --exclude-calibration/),
      ]);
    });
  });

  test('without labels give agreement alone', async () => {
    await withTiny('ideal', calibration, async (pkg, model) => {
      const data = memoryData(samples, undefined);
      const report = await verify(pkg, model, data);
      expect(report.float).toEqual({ agreement: 100 });
      expect(report.mapped).not.toHaveProperty('difference');
      expect(report.data.labelled).toBe(false);
      expect(await raised(verify(pkg, model, data, { maxDrop: 1 }))).toEqual([
        'data/no-labels at memory: there are no labels',
      ]);
    });
  });

  test('are scored by another output where one is named', async () => {
    await withTiny('ideal', calibration, async (pkg, model) => {
      const data = memoryData(samples, undefined);
      expect((await verify(pkg, model, data)).output).toBe('logits');
      const report = await verify(pkg, model, data, { scoreOutput: 'first_logit' });
      expect(report.output).toBe('first_logit');
      expect(report.data).not.toHaveProperty('classes');
      expect(report.float).toEqual({});
      expect(await raised(verify(pkg, model, data, { scoreOutput: 'nosuch' }))).toEqual([
        'options/invalid at --score-output nosuch: the model has no such output',
      ]);
    });
  });
});

test('bounds are judged in the report', async () => {
  await withTiny('ideal', calibration, async (pkg, model) => {
    const data = memoryData(samples, labels);
    const met = await verify(pkg, model, data, { minAccuracy: 50, maxDrop: 10 });
    expect(met.bounds.map((b) => b.met)).toEqual([true, true]);
    expect(boundsNotMet(met)).toEqual([]);
    const missed = await verify(pkg, model, data, { minAccuracy: 90, maxDrop: -10 });
    expect(boundsNotMet(missed).map(({ code, exit, at }) => ({ code, exit, at }))).toEqual([
      { code: 'verify/bound-not-met', exit: 50, at: '--min-accuracy 90' },
      { code: 'verify/bound-not-met', exit: 50, at: '--max-drop -10' },
    ]);
  });
});

describe('what does not belong together is found before anything is programmed', () => {
  const stages: string[] = [];
  const onProgress = (stage: string) => void stages.push(stage);

  test('another model, a chip of another package, a folder that is no chip: together', async () => {
    const other = await withTiny('ideal', calibration, (pkg) => programChip(pkg, { seed: 1 }));
    await withTiny(noisy, calibration, async (pkg, model) => {
      const wrong = { ...model, sha256: '0'.repeat(64), file: 'other.onnx' };
      const problems = await raised(
        verify(pkg, wrong, memoryData(samples, labels), { chips: [other, 'nosuch'], onProgress }),
      );
      expect(problems).toEqual([
        expect.stringMatching(/^chip\/wrong-package at chip 1/),
        expect.stringMatching(/^chip\/unreadable at nosuch/),
        expect.stringMatching(/^package\/wrong-model at other\.onnx/),
      ]);
    });
    expect(stages).toEqual(['opening the model']);
  });

  test('a chip with the bitstream of the package but another target', async () => {
    await withTiny(noisy, calibration, async (pkg, model) => {
      const chip = await programChip(pkg, { seed: 1, calibrate: false });
      const foreign = { ...chip, header: { ...chip.header, fingerprint: 'f'.repeat(64) } };
      expect(await raised(verify(pkg, model, memoryData(samples, labels), { chips: [foreign] }))).toEqual([
        expect.stringMatching(/^bitstream\/wrong-target at chip 1/),
      ]);
    });
  });

  test('an image that cannot be read', async () => {
    const seen: string[] = [];
    await withTiny(noisy, calibration, async (pkg, model) => {
      const data = memoryData(samples, labels, 0, 37);
      const run = verify(pkg, model, data, { onProgress: (stage) => void seen.push(stage) });
      expect(await raised(run)).toEqual([expect.stringMatching(/^data\/image-unreadable at sample 37/)]);
    });
    expect([...new Set(seen)]).toEqual(['opening the model', 'checking images']);
  });

  test('samples of another shape; labels beyond the classes', async () => {
    await withTiny('ideal', calibration, async (pkg, model) => {
      const short = memoryData(
        samples.map((s) => s.subarray(0, 5)),
        labels,
      );
      expect(await raised(verify(pkg, model, short))).toEqual([
        expect.stringMatching(/^data\/shape at memory/),
      ]);
      const beyond = memoryData(
        samples,
        labels.map((_, i) => (i < 2 ? classes + i : 0)),
      );
      expect(await raised(verify(pkg, model, beyond))).toEqual([
        expect.stringMatching(/^data\/label-out-of-range at memory: 0: label 8 /),
        expect.stringMatching(/^data\/label-out-of-range at memory: 1: label 9 /),
      ]);
      expect(
        await raised(verify(pkg, model, memoryData(samples, labels), { trials: 0, images: 1.5, threads: 0 })),
      ).toEqual([
        'options/invalid at trials: 0 is not a whole number of at least 1',
        'options/invalid at images: 1.5 is not a whole number of at least 1',
        'options/invalid at threads: 0 is not a whole number of at least 1',
      ]);
    });
  });
});
