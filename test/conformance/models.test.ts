/**
 * Every model of the shared data compiles for every bundled target: into a package whose bitstream decodes, for every
 * array. What is too large for a run of minutes waits for CROSSLOOM_LONG=1, except on one target; the three largest wait for it
 * on all.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeBitstream } from '../../src/bitstream/decode.ts';
import { compile } from '../../src/compile/compile.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { pathIn } from '../../src/package/open.ts';
import { bundledTargets, loadTarget, targetFingerprint } from '../../src/target/load.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import { compileModel, withPackage } from '../support/build.ts';
import {
  long,
  present,
  shared,
  sharedFeeds,
  sharedModel,
  trained,
  untrained,
} from '../support/shared-models.ts';

if (!present) console.log(`skipped: no shared data at ${shared}`);

/** Compiled for every target in every run; the others have 7 to 144 million weights. */
const small = [...trained, 'light/light_squeezenet', 'light/light_shufflenet'];
const models = [...trained, ...untrained];
/** 61 to 144 million weights: with CROSSLOOM_LONG=1 alone. */
const huge = ['light/light_bvlc_alexnet', 'light/light_zfnet512', 'light/light_vgg19'];
/** VGG-19 takes 281,000 arrays of 128x16 cells. */
const options = { arrays: 1_000_000 };
const names = await bundledTargets();
/** What models of more than 200,000 weights are compiled for in every run, and for the rest with CROSSLOOM_LONG=1. */
const distinct = ['ideal', 'tetramem-256-6bit', 'leti-fecap-130nm'];

let targets: readonly LoadedTarget[];
beforeAll(async () => {
  targets = await Promise.all(names.map(async (name) => withoutWires(await loadTarget(name))));
});

/** To solve those of every array would take hours. */
function withoutWires({ target, ...loaded }: LoadedTarget): LoadedTarget {
  const bare = { ...target, wires: undefined };
  return { ...loaded, target: bare, fingerprint: targetFingerprint(bare) };
}

/** The first target records the calibration with which the others compile: records do not depend on targets. */
async function expectPackages(name: string, loaded: readonly LoadedTarget[]): Promise<void> {
  const model = await sharedModel(name);
  const first = await compileModel(model, loaded[0]!, await sharedFeeds(name, model, 1), options);
  const calibration = { kind: 'record', record: first.record } as const;
  const few = !long && first.summary.weights > 2e5;
  for (const target of loaded) {
    if (few && !distinct.includes(target.target.name)) continue;
    const compiled =
      target === loaded[0]
        ? first
        : await compile(model, target, parseOptions(few ? { ...options, copies: 1 } : options), calibration);
    expect(compiled.mapping.layers).toHaveLength(first.mapping.layers.length);
    await withPackage(compiled, async (pkg) => {
      const file = pathIn(pkg, 'bitstream');
      const { arrays } = await decodeBitstream(file, file);
      let programmed = 0;
      for await (const { instructions } of arrays) programmed += instructions.length > 0 ? 1 : 0;
      expect(programmed).toBe(compiled.mapping.arrays);
    });
  }
}

describe.skipIf(!present)('compile for every target (skipped where CROSSLOOM_DATA has no models)', () => {
  it.each(long ? models : small)(
    `%s: ${names.join(', ')}`,
    async (name) => expectPackages(name, targets),
    1_800_000,
  );

  const large = models.filter((name) => !small.includes(name) && !huge.includes(name));
  it.skipIf(long).each(large)(
    '%s: ideal (CROSSLOOM_LONG=1 compiles it for every target)',
    async (name) => expectPackages(name, [targets[names.indexOf('ideal')]!]),
    600_000,
  );
});
