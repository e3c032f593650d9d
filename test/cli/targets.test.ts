import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundledTargets, loadTarget } from '../../src/target/load.ts';
import { runCli } from './run-cli.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-targets-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('crossloom targets', () => {
  test('lists the bundled targets by default', async () => {
    const { exit, out, err } = await runCli(['targets']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^target +array +levels +window +programming +hidden weights +converter +assumed$/,
    );
    expect(lines.slice(2).map((line) => line.split(' ')[0])).toEqual(await bundledTargets());
    expect(out).toMatch(
      /tetramem-256-6bit +256x256 +64 +50 uS to 4\.14 mS +write-verify +none +8 bits, pair/,
    );
    expect(out).toMatch(/leti-fecap-130nm +128x16 +8 .* transfer +10 bits, 3 transferred/);
    expect((await runCli(['targets', 'list'])).out).toBe(out);
  });

  test('lists as JSON', async () => {
    const { out } = await runCli(['targets', '--json']);
    const { targets } = JSON.parse(out) as {
      targets: { name: string; assumed: number; values: number; adc: { bits: number } }[];
    };
    expect(targets).toHaveLength((await bundledTargets()).length);
    expect(targets.find((t) => t.name === 'ideal')).toMatchObject({ adc: { bits: 16 } });
    expect(targets.every((t) => t.assumed > 0 && t.assumed <= t.values)).toBe(true);
  });

  test('shows every field with its origin, and overrides as such', async () => {
    const { exit, out } = await runCli(['targets', 'show', 'leti-fecap-130nm', '--set', 'adc.bits=6']);
    expect(exit).toBe(0);
    const { provenance } = await loadTarget('leti-fecap-130nm');
    for (const { field } of provenance)
      expect(out).toMatch(new RegExp(`^${field.replaceAll('.', '\\.')} `, 'm'));
    expect(out).toMatch(/^adc\.bits +6 +override +--set adc\.bits=6$/m);
    expect(out).toMatch(/^hidden\.windowSpread +60\.4 mV +derived +/m);
    expect(
      Math.max(
        ...out
          .split('\n')
          .slice(3)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(160);
  });

  test('shows as JSON with SI values and units', async () => {
    const { out } = await runCli(['targets', 'show', 'tetramem-256-6bit', '--json']);
    const shown = JSON.parse(out) as { fingerprint: string; fields: { field: string }[] };
    expect(shown.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(shown.fields.find((f) => f.field === 'cell.gMin')).toMatchObject({
      text: '50 uS',
      value: 50e-6,
      unit: 'S',
      from: 'assumed',
    });
  });

  test('checks a file', async () => {
    const good = await runCli(['targets', 'check', 'targets/tetramem-256.yaml']);
    expect(good.exit).toBe(0);
    expect(good.out).toMatch(/^ok: tetramem-256, \d+ values, of which \d+ are assumed\n$/);

    const file = join(folder, 'bad.yaml');
    await writeFile(file, 'name: bad\ntitle: Bad\narray:\n  rows: { value: 0, from: paper, source: x }\n');
    const bad = await runCli(['targets', 'check', file]);
    expect(bad.out).toBe('');
    expect(bad.exit).toBe(20);
    expect(bad.err).toContain(`error[target/invalid] at ${file}:4: array.rows: this must be at least 1`);
    expect(bad.err).toContain('array.columns: this field is missing');
    expect(bad.err).toContain('programming.scheme: this field is missing');
  });

  test('an unknown target names the known ones', async () => {
    const { exit, err } = await runCli(['targets', 'show', 'nosuch']);
    expect(exit).toBe(20);
    expect(err).toContain(`Known targets: ${(await bundledTargets()).join(', ')}`);
  });

  describe('staircase', () => {
    test('shows every digit with its spread, and what window and step rest on', async () => {
      const { exit, out, err } = await runCli(['targets', 'staircase', 'leti-fecap-130nm']);
      expect({ exit, err }).toEqual({ exit: 0, err: '' });
      expect(out).toContain('6 transfers of every digit in each of 33 circuits, seed 1');
      expect(out).toMatch(
        /^digit +line +limit +ideal +mean +sigma +sign +charge +line +threshold +set +reset$/m,
      );
      const digits = [...out.matchAll(/^ +(-?\d+) .* [\d.]+$/gm)].map(([, digit]) => Number(digit));
      expect(digits).toEqual(Array.from({ length: 15 }, (_, i) => i - 7));
      expect(out).toMatch(/^ +7 +1\.19 V +67\.5 uA +145\.00 +1[34]\d\.\d\d /m);
      expect(out).toContain('0 signs of 2,970 sensed wrongly');
      expect(out).toContain('read window 360 mV, of the worst of 16,384 120 mV');
      expect(out).toContain('2 Pr A V = 96 fJ per switch (hidden.writeEnergy 100 fJ)');
      expect(out).toContain('PUND at 3 V: 2 Pr = 200 mC/m2, coercive voltage 1 V');
      expect(out).toContain('149 uS at its highest compliance (cell.gUseMax 150 uS)');
    });

    test('as JSON, with fewer circuits and a field set', async () => {
      const flags = ['--circuits', '5', '--transfers', '2', '--set', 'hidden.lineNoise=0', '--json'];
      const { out } = await runCli(['targets', 'staircase', 'leti-fecap-130nm', ...flags]);
      const shown = JSON.parse(out) as {
        levels: { digit: number; all: { sigma: number }; alone: { line: { sigma: number } } }[];
        film: { energy: number; loop: unknown[] };
        chargeShare: number;
      };
      expect(shown).toMatchObject({ circuits: 5, transfers: 2, overrides: ['hidden.lineNoise=0'] });
      expect(shown.levels).toHaveLength(15);
      expect(shown.levels.every((l) => l.alone.line.sigma < 1e-15 && l.all.sigma > 1e-7)).toBe(true);
      expect(shown.film.energy).toBeCloseTo(96e-15, 20);
      expect(shown.film.loop.length).toBeGreaterThan(200);
      expect(shown.chargeShare).toBeCloseTo(1, 3);
    });

    test('of a target without hidden planes is a problem', async () => {
      const { exit, out, err } = await runCli(['targets', 'staircase', 'ideal']);
      expect({ exit, out }).toEqual({ exit: 20, out: '' });
      expect(err).toContain('error[transfer/no-hidden-planes] at target ideal');
    });
  });
});
