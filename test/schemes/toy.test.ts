/** What a new way of programming takes: nothing but its own laws and two registries. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openDataset } from '../../src/data/open.ts';
import { levelSigma } from '../../src/schemes/level-sigma.ts';
import { loadTarget } from '../../src/target/load.ts';
import { verify } from '../../src/verify/verify.ts';
import { compileModel, programPackage, withPackage } from '../support/build.ts';
import { present, shared, sharedFeeds, sharedModel } from '../support/shared-models.ts';
import { registerToy } from '../support/toy-scheme.ts';

registerToy();
const folder = await mkdtemp(join(tmpdir(), 'crossloom-toy-'));
afterAll(() => rm(folder, { recursive: true }));

/** The ideal chip with toy cells. */
async function toyTarget(scatter: number): Promise<string> {
  const file = join(folder, `toy-${scatter}.yaml`);
  const ideal = await readFile('targets/ideal.yaml', 'utf8');
  const leaf = (value: unknown) => `{ value: ${value}, from: assumed, source: a toy }`;
  const own = `programming:\n  scheme: ${leaf('toy')}\n  scatter: ${leaf(scatter)}\n\ndriver:`;
  await writeFile(file, ideal.replace(/programming:[\s\S]*?\n\ndriver:/, own));
  return file;
}

test('its fields are those of a target file, and checked', async () => {
  const { target, provenance } = await loadTarget(await toyTarget(0.01), ['programming.scatter=0.02']);
  expect(target.programming).toEqual({ scheme: 'toy', scatter: 0.02 });
  expect(provenance.find(({ field }) => field === 'programming.scatter')!.from).toBe('override');
  expect(levelSigma(target, 50)).toBeCloseTo(1, 12);
  await expect(loadTarget(await toyTarget(-1))).rejects.toThrow('at least 0');
});

describe.skipIf(!present)('the MNIST net (skipped without the shared data)', () => {
  test('compiles, is programmed and verified', async () => {
    const model = await sharedModel('mnist-cnn');
    const feeds = await sharedFeeds('mnist-cnn', model, 16);
    const data = await openDataset(join(shared, 'mnist'));
    const verified = async (scatter: number) => {
      const loaded = await loadTarget(await toyTarget(scatter));
      const compiled = await compileModel(model, loaded, feeds);
      return withPackage(compiled, async (pkg) => {
        const chip = await programPackage(pkg, loaded);
        const { setPulses } = chip.counters[0]!;
        expect(chip.counters[0]!.energy).toBe(setPulses);
        const { mapped, effects } = await verify(pkg, model, data, { trials: 1, images: 100 });
        expect(effects.find(({ name }) => name === 'toy')!.parameters).toEqual({
          scatter: `${100 * scatter} %`,
        });
        return mapped;
      });
    };
    const [exact, fine, coarse] = [await verified(0), await verified(0.01), await verified(0.2)];
    expect(exact.snrToIdeal).toBe('equal');
    expect(fine.top1!.mean).toBeGreaterThan(95);
    expect(Number(fine.snrToIdeal)).toBeGreaterThan(Number(coarse.snrToIdeal) + 15);
  });
});
