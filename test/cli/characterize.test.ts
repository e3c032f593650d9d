import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'characterize-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('writes a page, a picture and numbers of every figure, the same for the same seed', async () => {
  const out = join(folder, 'ideal');
  const first = await runCli(['characterize', 'ideal', '--no-accuracy', '-o', out, '--json']);
  expect(first.exit).toBe(0);
  const made = JSON.parse(first.out) as { figures: { name: string }[] };
  const names = made.figures.flatMap(({ name }) => [`${name}.csv`, `${name}.svg`]);
  expect((await readdir(out)).sort()).toEqual([...names, 'figures.json', 'index.html'].sort());
  expect(JSON.parse(await readFile(join(out, 'figures.json'), 'utf8'))).toEqual(made);
  const page = await readFile(join(out, 'index.html'), 'utf8');

  const again = await runCli(['characterize', 'ideal', '--no-accuracy', '-o', out]);
  expect(again.exit).toBe(30);
  expect(again.err).toContain('package/exists');
  expect((await runCli(['characterize', 'ideal', '--no-accuracy', '-o', out, '--force'])).exit).toBe(0);
  expect(await readFile(join(out, 'index.html'), 'utf8')).toBe(page);
});

test('replaces no other folder, and leaves nothing of a target that is wrong', async () => {
  await writeFile(join(folder, 'mine.txt'), 'mine');
  const other = await runCli(['characterize', 'ideal', '-o', folder, '--force']);
  expect(other.exit).toBe(25);
  expect(other.err).toContain('figures.json');
  const wrong = await runCli([
    'characterize',
    'ideal',
    '-o',
    join(folder, 'wrong'),
    '--set',
    'cell.levels=0',
  ]);
  expect(wrong.exit).toBe(25);
  expect(wrong.err).toContain('cell.levels');
  expect(await readdir(folder)).not.toContain('wrong');
});
