import { expect, test } from 'vitest';
import type { Package } from '../../src/package/open.ts';
import { programChip } from '../../src/program.ts';
import { formatVerification } from '../../src/report/verify-text.ts';
import type { VerifyOptions } from '../../src/verify/options.ts';
import { verify } from '../../src/verify/verify.ts';
import type { Model } from '../support/build.ts';
import { calibration, data, figures, labels, newStore, samples } from './kept.ts';
import { labelsFor, memoryData, withTiny } from './tiny.ts';

const onNoisy = <T>(use: (pkg: Package, model: Model & { readonly file: string }) => Promise<T>) =>
  withTiny('tetramem-256-6bit', calibration, use);

/** Numbers of the chips that were programmed. */
function programmed() {
  const chips = new Set<string>();
  const onProgress = (stage: string) => {
    const [, chip] = /^chip (\d+) of \d+: program$/.exec(stage) ?? [];
    if (chip !== undefined) chips.add(chip);
  };
  return { onProgress, chips: () => [...chips] };
}

test('more trials of the same run only what is missing, and come to the same', async () => {
  await onNoisy(async (pkg, model) => {
    const store = newStore();
    const run = (options: VerifyOptions) => verify(pkg, model, data, { at: [0, 3600], ...options });
    expect(await run({ trials: 2, store })).toMatchObject({ recalledTrials: 0 });
    const { onProgress, chips } = programmed();
    const kept = await run({ trials: 3, store, onProgress });
    expect(chips()).toEqual(['3']);
    expect(kept.recalledTrials).toBe(2);
    expect(formatVerification(kept)).toContain('3 trials (seed 1, 2, 3); 2 of them kept from earlier runs; ');
    const anew = await run({ trials: 3 });
    expect(figures(kept)).toEqual(figures(anew));
    expect(formatVerification(anew)).not.toContain('kept');
    // Chips are kept one by one.
    expect(await run({ trials: 2, seed: 2, store })).toMatchObject({ recalledTrials: 2, seeds: [2, 3] });
  });
});

test('a verification that was told to stop goes on after its last trial', async () => {
  await onNoisy(async (pkg, model) => {
    const store = newStore();
    const controller = new AbortController();
    const reason = new Error('enough');
    const finished: string[] = [];
    const stopped = verify(pkg, model, data, {
      trials: 3,
      store,
      signal: controller.signal,
      onTrial: (done, total) => void finished.push(`${done} of ${total}`),
      onProgress: (stage) => {
        if (stage === 'chip 2 of 3: program') controller.abort(reason);
      },
    });
    await expect(stopped).rejects.toBe(reason);
    expect(finished).toEqual(['1 of 3']);
    const { onProgress, chips } = programmed();
    const report = await verify(pkg, model, data, { trials: 3, store, onProgress });
    expect(chips()).toEqual(['2', '3']);
    expect(report.recalledTrials).toBe(1);
    expect(figures(report)).toEqual(figures(await verify(pkg, model, data, { trials: 3 })));
  });
});

test('nothing is taken for what it is not', async () => {
  await onNoisy(async (pkg, model) => {
    const store = newStore();
    const recalled = async (options: VerifyOptions, images = data) =>
      (await verify(pkg, model, images, { ...options, store })).recalledTrials;
    const chips = [await programChip(pkg, { seed: 1 }), await programChip(pkg, { seed: 2 })];
    expect(await recalled({})).toBe(0);
    for (const options of [
      { seed: 2 },
      { calibrate: false },
      { wires: 'off' as const },
      { noise: false },
      { at: [3600] },
      { rewrite: { rounds: 1 } },
      { images: 10 },
      { batchSize: 1 },
      { scoreOutput: 'first_logit' },
      { chips: [chips[0]!] },
      { chips: [chips[1]!] },
    ])
      expect([options, await recalled(options)]).toEqual([options, 0]);
    expect(await recalled({}, memoryData(samples, labelsFor(samples, 14)))).toBe(0);
    expect(await recalled({}, memoryData([...samples.slice(1), samples[0]!], labels))).toBe(0);
    expect(await recalled({ chips })).toBe(2);
    expect(await recalled({ threads: 1 })).toBe(1);
  });
  await withTiny('leti-fecap-130nm', calibration, async (pkg, model) => {
    const store = newStore();
    expect(await verify(pkg, model, data, { store })).toMatchObject({ recalledTrials: 0 });
    expect(await verify(pkg, model, data, { store })).toMatchObject({ recalledTrials: 1 });
  });
});
