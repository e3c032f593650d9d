/** Options that should help, against compilations with them that `verify` judges. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { compiledOf } from '../../src/compile/compiled-of.ts';
import { explain } from '../../src/explain/explain.ts';
import { remediesFor } from '../../src/explain/remedies.ts';
import { type CompileOptions, parseOptions } from '../../src/ir/options.ts';
import { packageOf } from '../../src/package/package-of.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { loadTarget } from '../../src/target/load.ts';
import { verify } from '../../src/verify/verify.ts';
import { inputs, labelsFor, memoryData, tinyModel } from '../verify/tiny.ts';

const tiny = tinyModel();
const all = inputs(68);
const calibration = memoryData(all.slice(60), undefined);
const images = memoryData(all.slice(0, 60), labelsFor(all.slice(0, 60), 57));

async function packaged(target: string, set: readonly string[], options: Partial<CompileOptions> = {}) {
  const samples = spreadSamples(calibration, fedInputs(tiny.graph, tiny.file), calibration.length);
  const own = parseOptions({ centredInputs: false, copies: 1, wireCorrection: 'none', ...options });
  const loaded = await loadTarget(target, set);
  return packageOf(await compile(tiny, loaded, own, { kind: 'samples', samples }));
}

/** Of what a write reads, so that cells end wherever a reading happens to be right. */
const noisy = [
  'programming.readNoise=200 uS',
  ...['rowSegment', 'columnSegment', 'driver', 'sense'].map((part) => `wires.${part}=0.01 ohm`),
];
const how = { threads: 1, trials: 1, layers: false, tries: true } as const;

describe('an effect that is made large is named first, and an option against it has a positive gain', () => {
  test.each([
    [
      'converter quantization and saturation',
      'isaac-128',
      ['adc.bits=3'],
      '--set adc.bits=5',
      ['adc.bits=5'],
      {},
    ],
    ['write-verify error', 'tetramem-256-6bit', noisy, '--copies 2', noisy, { copies: 2 }],
  ] as const)('%s on %s', async (effect, target, spoilt, option, set, options) => {
    const pkg = await packaged(target, spoilt);
    const { effects, tried = [], all: before } = await explain(pkg, tiny, images, how);
    expect(effects[0]!.effect).toBe(effect);
    const { came } = tried.find((one) => one.option === option) ?? expect.fail(JSON.stringify(tried));
    expect(came!.share.low).toBeGreaterThan(0);
    expect(came!.noise).toBeLessThan(before.noise);
    expect(came!.cost.points).toBeCloseTo(came!.top1 - before.top1, 9);
    const better = await packaged(target, set, options);
    const { mapped } = await verify(better, tiny, images, { threads: 1, trials: 1 });
    expect(came!.top1).toBeCloseTo(mapped.top1!.mean, 9);
    expect(came!.snrToFloat).toBeCloseTo(mapped.snrToFloat as number, 6);
    expect(came!.arrays).toBe(better.manifest.summary.arrays);
    expect(came!.more).toBe(came!.arrays - pkg.manifest.summary.arrays);
  });
});

test.each([
  ['tetramem-256-6bit', { wireCorrection: 'auto' }],
  ['tetramem-256-6bit', { window: 0.2, rowsAtOnce: 4, copies: 2 }],
  ['pcm-256', { copies: undefined }],
] as const)('options of a package of %s with %j lead back to its bitstream', async (target, options) => {
  const pkg = await packaged(target, [], options as Partial<CompileOptions>);
  const compiled = await compiledOf(pkg);
  const [{ options: own, loaded } = expect.fail()] = remediesFor('weight rounding', compiled);
  const { slices: _, ...same } = own;
  const record = { kind: 'record', record: compiled.record } as const;
  const again = await packageOf(await compile(tiny, loaded, same, record));
  expect(again.bitstream).toBe(pkg.bitstream);
});
