/** Wherever a target file is named, its problems name that file as it was typed, with the line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

let folder = '';
/** From here, as somebody would type it. */
let path = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-places-'));
  path = relative('.', join(folder, 'chip.yaml'));
  const { exit } = await runCli(['targets', 'new', '--like', 'ideal', '--name', 'other-name', '-o', path]);
  expect(exit).toBe(0);
  const levels = '\ncell:\n  levels: 1\n';
  await writeFile(join(folder, 'bad.yaml'), `name: other-name\ntitle: A chip\narray: 3${levels}`);
  await writeFile(join(folder, 'options.yaml'), `target: ${path.replace('chip.yaml', 'bad.yaml')}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

const model = 'fixtures/fashion-mobilenetv2/model.onnx';

describe('problems of a file', () => {
  test.each<[string, (bad: string) => readonly string[]]>([
    ['targets check', (bad) => ['targets', 'check', bad]],
    ['targets show', (bad) => ['targets', 'show', bad]],
    ['targets staircase', (bad) => ['targets', 'staircase', bad]],
    ['targets new --like', (bad) => ['targets', 'new', '--like', bad, '-o', join(folder, 'new.yaml')]],
    ['compile --target', (bad) => ['compile', model, '--target', bad, '-o', join(folder, 'm.xbar')]],
    [
      'compile --options',
      () => ['compile', model, '--options', join(folder, 'options.yaml'), '-o', join(folder, 'm.xbar')],
    ],
  ])('%s', async (_, args) => {
    const bad = path.replace('chip.yaml', 'bad.yaml');
    const { exit, err } = await runCli(args(bad));
    expect(exit).toBe(20);
    expect(err).toContain(`error[target/invalid] at ${bad}:3: array: this must be a group of fields`);
    expect(err).toContain(`error[target/invalid] at ${bad}:5: cell.levels: this must be at least 2`);
    for (const line of err.split('\n').filter((text) => text.startsWith('error')))
      expect(line).toContain(` at ${bad}`);
  });
});

test('a chip without transfers is named by its file', async () => {
  const { err } = await runCli(['targets', 'staircase', path]);
  expect(err).toContain(`error[transfer/no-hidden-planes] at target ${path}:`);
});

test('of fields that do not fit, the line is that of the field', async () => {
  const { err } = await runCli(['targets', 'show', path, '--set', 'array.rows=64']);
  expect(err).toMatch(/ at \S*chip\.yaml:\d+: driver\.rowsAtOnce: the array has 64 rows/);
});
