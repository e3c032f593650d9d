import { expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { bundledTargets, loadTarget } from '../../src/target/load.ts';
import type { VerifyOptions } from '../../src/verify/options.ts';
import { verify } from '../../src/verify/verify.ts';
import { withPackage } from '../support/build.ts';
import { inputs, labelsFor, memoryData, tinyModel, withTiny } from './tiny.ts';

const all = inputs(60);
const calibration = memoryData(all.slice(0, 20), undefined);
const samples = all.slice(20);
const data = memoryData(samples, labelsFor(samples, 40));

const pulsed = 'test/support/pulse-verify.yaml';

/** Verifies the small model on one chip of a target. */
const verified = (target: string, options: VerifyOptions = {}, overrides: readonly string[] = []) =>
  withTiny(
    target,
    calibration,
    (pkg, model) => verify(pkg, model, data, { trials: 1, ...options }),
    overrides,
  );

test.each([...(await bundledTargets()), pulsed])(
  '%s: compiles, programs and verifies, the same twice',
  async (target) => {
    const report = await verified(target);
    expect(report.float.top1).toBe(100);
    // A chip that gave noise would be right in one of eight cases.
    expect(report.mapped.top1!.mean).toBeGreaterThan(60);
    expect((await verified(target)).mapped).toEqual(report.mapped);
  },
  60_000,
);

test('the law within 2 % costs more than that within 0.2 %', async () => {
  const [fine, coarse] = await Promise.all(
    ['cmo-hfox-130nm', 'cmo-hfox-130nm-2pct'].map((name) =>
      // Noise of readings, which goes on while images are computed, is the same for both, and so are converters.
      verified(name, { noise: false }, ['adc.bits=12']),
    ),
  );
  expect(Number(fine!.mapped.snrToIdeal)).toBeGreaterThan(Number(coarse!.mapped.snrToIdeal) + 2);
});

/** SNR to the ideal chip with the weights in two slices and two copies each, over three chips. */
async function inParts(target: string, residual: boolean): Promise<number> {
  const tiny = tinyModel();
  const loaded = await loadTarget(target);
  const options = parseOptions({ encoding: 'differential', slices: 2, copies: 2, residual });
  const compiled = await compile(tiny, loaded, options, {
    kind: 'samples',
    samples: spreadSamples(calibration, fedInputs(tiny.graph, tiny.file), calibration.length),
  });
  return withPackage(compiled, async (pkg) => {
    const { mapped } = await verify(pkg, tiny, data, { trials: 3 });
    return Number(mapped.snrToIdeal);
  });
}

test('parts of a weight make up for what reading the others shows', async () => {
  expect(await inParts(pulsed, true)).toBeGreaterThan(await inParts(pulsed, false));
  // An error law can be read back too; what is written anew is off by as much again.
  expect(await inParts('cmo-hfox-130nm-2pct', true)).toBeGreaterThan(30);
});
