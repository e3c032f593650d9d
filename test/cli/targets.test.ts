import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundledTargets, loadTarget } from '../../src/load-target.ts';
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
    const targets = JSON.parse(out) as {
      name: string;
      assumed: number;
      values: number;
      adc: { bits: number };
    }[];
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
    expect(bad.exit).toBe(1);
    expect(bad.err).toContain(`error[target/invalid] at ${file}:4: array.rows: this must be at least 1`);
    expect(bad.err).toContain('array.columns: this field is missing');
    expect(bad.err).toContain('programming.scheme: this field is missing');
  });

  test('an unknown target names the known ones', async () => {
    const { exit, err } = await runCli(['targets', 'show', 'nosuch']);
    expect(exit).toBe(20);
    expect(err).toContain(`Known targets: ${(await bundledTargets()).join(', ')}`);
  });
});
