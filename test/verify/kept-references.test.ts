/** Outputs of floating point and the integer reference are kept from run to run, and are taken for nothing that they are not. */
import { expect, test } from 'vitest';
import type { Package } from '../../src/package/open.ts';
import { formatVerification } from '../../src/report/verify-text.ts';
import type { VerifyOptions } from '../../src/verify/options.ts';
import { verify } from '../../src/verify/verify.ts';
import type { Model } from '../support/build.ts';
import { calibration, data, figures, labels, newStore, samples } from './kept.ts';
import { labelsFor, memoryData, withTiny } from './tiny.ts';

const onTiny = <T>(use: (pkg: Package, model: Model) => Promise<T>) => withTiny('ideal', calibration, use);

/** Whether the models ran. */
function watched() {
  const stages = new Set<string>();
  const onProgress = (stage: string) => void stages.add(stage);
  return { onProgress, ran: () => stages.has('floating point and ideal') };
}

test('a second run takes them, runs neither model, and comes to the same', async () => {
  await onTiny(async (pkg, model) => {
    const store = newStore();
    const first = watched();
    const anew = await verify(pkg, model, data, { store, ...first });
    expect(anew.recalledReferences).toEqual([]);
    expect(first.ran()).toBe(true);
    expect(formatVerification(anew)).not.toContain('recalled');

    const second = watched();
    const kept = await verify(pkg, model, data, { store, ...second });
    expect(kept.recalledReferences).toEqual(['float', 'ideal']);
    expect(second.ran()).toBe(false);
    expect(figures(kept)).toEqual(figures(anew));
    expect(formatVerification(kept)).toMatch(/^recalled +floating point and quantized, ideal chip: /m);
    expect((await verify(pkg, model, data)).recalledReferences).toEqual([]);
  });
});

/** As another preprocessing would feed them. */
const halved = memoryData(
  samples.map((sample) => sample.map((value) => value / 2)),
  labels,
);

test('other samples, another output or batch are run anew; other labels, chips and conditions are not', async () => {
  await onTiny(async (pkg, model) => {
    const store = newStore();
    const recalled = async (options: VerifyOptions, images = data) =>
      (await verify(pkg, model, images, { ...options, store })).recalledReferences;
    expect(await recalled({})).toEqual([]);
    for (const options of [{ images: 10 }, { scoreOutput: 'first_logit' }, { batchSize: 3 }])
      expect([options, await recalled(options)]).toEqual([options, []]);
    expect(await recalled({}, halved)).toEqual([]);
    expect(await recalled({}, memoryData([...samples.slice(1), samples[0]!], labels))).toEqual([]);
    const one = samples.map((sample, i) => (i === 7 ? sample.map((value) => -value) : sample));
    expect(await recalled({}, memoryData(one, labels))).toEqual([]);

    const others = memoryData(samples, labelsFor(samples, 14));
    const report = await verify(pkg, model, others, { store });
    expect(report.recalledReferences).toEqual(['float', 'ideal']);
    expect(report.float.top1).toBe(70);
    expect(await recalled({ seed: 5, threads: 1, calibrate: false })).toEqual(['float', 'ideal']);
    expect(await recalled({ excludeCalibration: true })).toEqual(['float', 'ideal']);
  });
});

test('another package of the same model has another reference, and the same floating point', async () => {
  const store = newStore();
  await onTiny((pkg, model) => verify(pkg, model, data, { store }));
  const coarse = ['cell.levels=16', 'cell.gMax=15 S', 'cell.gUseMax=15 S'];
  const use = async (pkg: Package, model: Model) => {
    const report = await verify(pkg, model, data, { store });
    expect(report.recalledReferences).toEqual(['float']);
    expect(figures(report)).toEqual(figures(await verify(pkg, model, data)));
  };
  await withTiny('ideal', calibration, use, coarse);
});
