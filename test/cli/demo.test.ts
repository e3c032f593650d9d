import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPackage } from '../../src/package/open.ts';
import { runCli } from './run-cli.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-demo-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const left = async () => (await readdir(tmpdir())).filter((name) => /^crossloom-demo-(?!test-)/.test(name));

describe('crossloom demo', () => {
  test('goes the whole way for both chips, prints the commands, and cleans up', async () => {
    const before = await left();
    const { exit, out } = await runCli(['demo', '--images', '40']);
    expect(exit).toBe(0);
    expect(await left()).toEqual(before);
    const commands = out.split('\n').filter((line) => line.startsWith('$ crossloom '));
    expect(commands.map((line) => line.split(' ')[2])).toEqual([
      'compile',
      'program',
      'verify',
      'compile',
      'program',
      'verify',
    ]);
    expect(out).toContain('--images 40 --chip ');
    expect(out).toMatch(/^tetramem-256-6bit +\d+ +\d+ +[\d.]+ % +[\d.]+ % +[\d.]+ % +[\d.]+ %/m);
    expect(out).toMatch(/^leti-fecap-130nm +[\d,]+ +[\d,]+ +[\d.]+ % +[\d.]+ % +[\d.]+ % +[\d.]+ %/m);
    expect(out).toMatch(/[\d,]+ FeCAP writes, [\d,]+ transfers/);
  });

  test('--keep keeps packages and chips, which the other verbs take', async () => {
    const keep = join(folder, 'kept');
    const { exit, out } = await runCli(['demo', '--images', '20', '--keep', keep, '--json']);
    expect(exit).toBe(0);
    const { results } = JSON.parse(out) as {
      results: {
        target: string;
        report: { float: { top1: number }; mapped: { agreement: { mean: number } } };
      }[];
    };
    expect(results.map(({ target }) => target)).toEqual(['tetramem-256-6bit', 'leti-fecap-130nm']);
    // The network is right on 94.3 % of all images, and mapped networks agree with it on some 98 %.
    for (const { report } of results) {
      expect(report.float.top1).toBeGreaterThanOrEqual(75);
      expect(report.mapped.agreement.mean).toBeGreaterThanOrEqual(75);
    }
    expect((await readdir(keep)).sort()).toEqual([
      'leti-fecap-130nm-chip',
      'leti-fecap-130nm.xbar',
      'tetramem-256-6bit-chip',
      'tetramem-256-6bit.xbar',
    ]);
    const { manifest } = await openPackage(join(keep, 'leti-fecap-130nm.xbar'));
    expect(manifest.options).toMatchObject({ slices: 2 });
    expect((await runCli(['demo', '--keep', keep])).exit).toBe(30);
  });
});
