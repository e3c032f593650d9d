/** `crossloom survey` and `crossloom compile --faults`, from end to end and with wrong files. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPackage } from '../../src/package/open.ts';
import type { VerifyReport } from '../../src/verify/report.ts';
import { problemOf, runCli } from './run-cli.ts';
import { tinyFolder } from './tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await tinyFolder();
});
afterAll(() => rm(folder, { recursive: true }));

const dead = ['--set', 'programming.unresponsive=0.02'];
const compileNet = (...flags: readonly string[]) =>
  runCli([
    ...['compile', at('net.onnx'), '--calibrate', at('data.npy'), '-o', at('net.xbar'), '--force'],
    ...dead,
    ...flags,
  ]);

const mapOf = (changes: object) =>
  JSON.stringify({
    format: 'crossloom-faults',
    version: 1,
    rows: 256,
    columns: 256,
    arrays: [[[0, 0, 5e-5]]],
    ...changes,
  });

describe('crossloom survey', () => {
  test('writes the map that compile works around, and the manifest names it', async () => {
    const survey = await runCli([
      ...['survey', '--arrays', '1', '--seed', '3', '-o', at('faults.json'), '--json'],
      ...dead,
    ]);
    expect({ exit: survey.exit, err: survey.err }).toEqual({ exit: 0, err: '' });
    const { faults, cells, sha256 } = JSON.parse(survey.out);
    expect(cells).toBe(65536);
    // 1,311 expected, with a standard deviation of 36.
    expect(Math.abs(faults - 1311)).toBeLessThan(180);
    const { exit, out } = await compileNet('--faults', at('faults.json'));
    expect(exit).toBe(0);
    const [, before, after] = /: (\d+) would be off their digit, (\d+) still (?:are|is)/.exec(out)!;
    expect(Number(before)).toBeGreaterThan(4);
    expect(Number(after)).toBeLessThan(Number(before) / 4);
    const { manifest } = await openPackage(at('net.xbar'));
    expect(manifest.faults).toMatchObject({ sha256, faulty: faults });
    const again = await runCli(['survey', '--arrays', '1', '-o', at('faults.json')]);
    expect(again).toMatchObject({ exit: 30 });
  });

  test('of exact cells finds nothing, and of hidden planes is refused', async () => {
    const exact = await runCli(['survey', '--target', 'ideal', '--arrays', '2', '-o', at('none.json')]);
    expect(exact).toMatchObject({ exit: 0 });
    expect(exact.out).toContain('0 faulty cells');
    expect(JSON.parse(await readFile(at('none.json'), 'utf8')).arrays).toEqual([[], []]);
    const hidden = await runCli([
      ...['survey', '--target', 'leti-fecap-130nm', '--arrays', '1', '-o', at('hidden.json')],
    ]);
    expect(problemOf(hidden)).toBe('20 survey/not-possible');
    expect(hidden.err).toContain('error[survey/not-possible] at --target leti-fecap-130nm');
  });
});

describe('crossloom verify --around-faults', () => {
  test('programs every chip from a mapping around its own faults', async () => {
    await compileNet();
    const verify = async (...flags: readonly string[]) => {
      const { out, err } = await runCli([
        ...['verify', at('net.xbar'), '--model', at('net.onnx'), '--data', at('data.npy'), '--json'],
        ...['--trials', '2', '--seed', '3', ...flags],
      ]);
      expect(err).not.toContain('error');
      return JSON.parse(out) as VerifyReport;
    };
    const [plain, around] = [await verify(), await verify('--around-faults')];
    const lost = ({ trials }: VerifyReport) =>
      trials.reduce((sum, { programming }) => sum + programming.cellsGivenUp, 0);
    expect(lost(plain)).toBeGreaterThan(8);
    expect(lost(around)).toBeLessThan(lost(plain) / 3);
    const effect = around.effects.find(({ name }) => name === 'known faulty cells, worked around')!;
    expect(effect.parameters['fault maps']!.split(', ')).toHaveLength(2);
    expect(plain.effects.map(({ name }) => name)).not.toContain(effect.name);
  });

  test('and --chip exclude each other', async () => {
    const { exit } = await runCli([
      ...['verify', at('net.xbar'), '--model', at('net.onnx'), '--data', at('data.npy')],
      ...['--around-faults', '--chip', at('chip')],
    ]);
    expect(exit).toBe(2);
  });
});

describe('crossloom compile --faults', () => {
  test.each([
    ['not JSON', '{', 'faults/unreadable', 'this is not a fault map'],
    ['another file', '{"arrays": []}', 'faults/unreadable', 'this is not a fault map'],
    [
      'another geometry',
      mapOf({ columns: 128 }),
      'faults/geometry',
      '256 x 128 cells, and those of the target 256 x 256',
    ],
    ['a cell outside', mapOf({ arrays: [[[256, 0, 5e-5]]] }), 'faults/invalid', 'array 0, row 256, column 0'],
    [
      'a cell twice and another outside',
      mapOf({
        arrays: [
          [
            [1, 2, 5e-5],
            [1, 2, 6e-5],
            [0, 256, 0],
          ],
        ],
      }),
      'faults/invalid',
      'this cell is listed twice',
    ],
  ])('refuses %s', async (_, text, code, message) => {
    await writeFile(at('wrong.json'), text);
    const refused = await compileNet('--faults', at('wrong.json'));
    expect(refused.err).toContain(message);
    expect(problemOf(refused)).toBe(`40 ${code}`);
  });

  test('reports all problems of a map together', async () => {
    await writeFile(at('wrong.json'), mapOf({ rows: 128, arrays: [[[128, 0, 5e-5]], [[0, 300, 5e-5]]] }));
    const { exit, err } = await compileNet('--faults', at('wrong.json'));
    expect(exit).toBe(40);
    expect(err.match(/error\[faults\//g)).toHaveLength(3);
  });

  test('refuses a map of fewer arrays than the model takes', async () => {
    await writeFile(at('small.json'), mapOf({}));
    const refused = await compileNet('--faults', at('small.json'), '--copies', '8', '--slices', '8');
    expect(refused.err).toContain('it has 1 array, and the model takes');
    expect(problemOf(refused)).toBe('40 faults/geometry');
  });
});

describe('crossloom yield', () => {
  test('counts dies before and after, as compile reports them', async () => {
    await compileNet();
    const flags = ['yield', at('net.xbar'), '--dies', '3', '--seed', '3', '--max-noise', '0.05'];
    const { exit, out, err } = await runCli([...flags, '--json', '--min-yield', '60']);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const { yield: share, dies } = JSON.parse(out);
    expect(share).toEqual({ before: 0, after: 1 });
    expect(dies.map(({ seed }: { seed: number }) => seed)).toEqual([3, 4, 5]);
    await runCli(['survey', '--arrays', '1', '--seed', '4', '-o', at('four.json'), ...dead]);
    await compileNet('--faults', at('four.json'));
    const { manifest } = await openPackage(at('net.xbar'));
    const { seed: _, sha256: _s, ...die } = dies[1];
    expect(manifest.faults).toMatchObject(die);
    const text = await runCli([...flags, '--max-noise', '0', '--min-yield', '100']);
    expect(text.out).toMatch(/100\.0 % of 3 dies|[\d.]+ % of 3 dies/);
    expect(text.exit === 0 || text.exit === 50).toBe(true);
  });
});
