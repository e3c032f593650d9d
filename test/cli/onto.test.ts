import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Chip, totalCounts } from '../../src/chip/chip.ts';
import { loadChip } from '../../src/chip/load.ts';
import { replaceLayers } from '../../src/compile/replace-layers.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { openPackage } from '../../src/package/open.ts';
import { writePackage } from '../../src/package/write.ts';
import { compileTrainable, moved, noSpreads } from '../support/trained.ts';
import { problemOf, runCli } from './run-cli.ts';

let folder = '';
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-onto-'));
  const compiled = await compileTrainable(noSpreads);
  await writePackage(compiled, at('old.xbar'));
  const deltaFrom = await openPackage(at('old.xbar'));
  const trained = await replaceLayers(compiled, [moved(compiled, 'logits', 0.4, 1)]);
  await writePackage(trained, at('new.xbar'), { deltaFrom });
  expect((await runCli(['program', at('old.xbar'), '--seed', '4', '-o', at('chip')])).exit).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

const seen = ({ conductances, hidden, converters, calibration }: Chip) => ({
  conductances: conductances.map((g) => [...g]),
  hidden,
  converters,
  calibration,
});

describe('crossloom program --onto', () => {
  test('turns the saved old chip into the new one, and says what the delta took', async () => {
    const { exit, out, err } = await runCli([
      'program',
      at('new.xbar'),
      '--onto',
      at('chip'),
      '-o',
      at('chip2'),
    ]);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect((await runCli(['program', at('new.xbar'), '--seed', '4', '-o', at('fresh')])).exit).toBe(0);
    const [before, after, fresh] = await Promise.all(
      ['chip', 'chip2', 'fresh'].map((name) => loadChip(at(name))),
    );
    expect(seen(after!)).toEqual(seen(fresh!));
    expect([after!.seed, after!.bitstream]).toEqual([4, fresh!.bitstream]);
    const [was, now] = [before!, after!].map(({ counters }) => totalCounts(counters));
    const transfers = now!.transfers - was!.transfers;
    expect(transfers).toBeGreaterThan(0);
    expect(out).toContain(`${at('chip2')}: ${at('new.xbar')} on leti-fecap-130nm, seed 4`);
    expect(out).toContain(
      `${transfers} transfers and ${now!.fecapWrites - was!.fecapWrites} FeCAP writes on 1 array of these`,
    );
    expect(out).toMatch(/^calibration +gain and bias of every column of 2 layers/m);
  });

  test('--json has both counts; the chip runs the new package, and no longer the old one', async () => {
    const args = [
      'program',
      at('new.xbar'),
      '--onto',
      at('chip'),
      '-o',
      at('chip3'),
      '--json',
      '--no-calibrate',
    ];
    const { exit, out } = await runCli([...args, '--threads', '1']);
    expect(exit).toBe(0);
    const told = JSON.parse(out) as Record<'counters' | 'delta', { transfers: number; formed: number }>;
    expect(told).toMatchObject({ onto: at('chip'), seed: 4, calibratedLayers: 0 });
    expect(told.delta.transfers).toBeLessThan(told.counters.transfers / 2);
    expect(told.delta.formed).toBe(0);
    await writeFile(
      at('x.npy'),
      encodeNpy({ type: 'float32', dims: [1, 12], data: new Float32Array(12).fill(0.5) }),
    );
    const run = (name: string) => runCli(['run', at(name), '--input', at('x.npy'), '--chip', at('chip3')]);
    expect((await run('new.xbar')).exit).toBe(0);
    expect(problemOf(await run('old.xbar'))).toBe('37 chip/wrong-package');
  });

  test('refuses what does not fit, and leaves nothing behind', async () => {
    const before = (await readdir(folder)).sort();
    const onto = async (pkg: string, chip: string, ...flags: readonly string[]) => {
      const outcome = await runCli(['program', at(pkg), '--onto', at(chip), '-o', at('bad'), ...flags]);
      expect((await readdir(folder)).sort()).toEqual(before);
      return outcome;
    };
    const twice = await onto('new.xbar', 'chip2');
    expect(problemOf(twice)).toBe('37 delta/not-applicable');
    const [old, now] = await Promise.all(['old.xbar', 'new.xbar'].map((name) => openPackage(at(name))));
    expect(twice.err).toContain(`the bitstream ${old!.bitstream}, and this one has ${now!.bitstream}`);
    const none = await onto('old.xbar', 'chip');
    expect([none.exit, none.err]).toEqual([37, expect.stringContaining('the package has no delta.xbs')]);
    expect(problemOf(await onto('new.xbar', 'nothing'))).toBe('2 chip/unreadable');
    expect((await onto('new.xbar', 'chip', '--seed', '3')).exit).toBe(2);
  });

  test('a delta is part of its package: listed with its base, printed as text, and missed where it is gone', async () => {
    const manifest = JSON.parse(await readFile(at('new.xbar/manifest.json'), 'utf8')) as {
      delta: { base: string };
      files: Record<string, string>;
    };
    const { bitstream } = await openPackage(at('old.xbar'));
    expect(manifest.delta).toEqual({ base: bitstream });
    expect(manifest.files['delta.xbs']).toMatch(/^[0-9a-f]{64}$/);
    const text = await runCli(['disasm', at('new.xbar/delta.xbs')]);
    expect(text.out).toContain(`.base ${bitstream}\n`);
    await writeFile(at('delta.txt'), text.out);
    expect((await runCli(['asm', at('delta.txt'), '-o', at('again.xbs')])).exit).toBe(0);
    expect(await readFile(at('again.xbs'))).toEqual(await readFile(at('new.xbar/delta.xbs')));
    await rm(at('new.xbar/delta.xbs'));
    expect((await runCli(['disasm', at('new.xbar')])).exit).toBe(0);
    expect(problemOf(await runCli(['program', at('new.xbar'), '--onto', at('chip'), '-o', at('bad')]))).toBe(
      '30 package/unreadable',
    );
  });
});
