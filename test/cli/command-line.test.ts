/** Commands that are printed for the user work when they are pasted: a shell takes them apart, and they run. */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programName } from '../../src/cli/command-line.ts';
import { installRoot } from '../../src/files/install-root.ts';
import { shellLine } from '../../src/text/shell.ts';
import { runCli } from './run-cli.ts';
import { tinyFolder } from './tiny-net.ts';

let folder = '';
/** A folder that a careless line would break at. */
let awkward = '';
beforeAll(async () => {
  folder = await tinyFolder();
  awkward = join(folder, "Anna's $HOME & chips");
  await mkdir(awkward);
});
afterAll(() => rm(folder, { recursive: true }));

/** The words that a shell makes of a line. */
function wordsOf(line: string): string[] {
  const script = `crossloom() { printf '%s\\0' "$@"; }; ${line}`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

describe('a line of a shell', () => {
  test.each([
    [['a', 'b c']],
    [["it's", '"x"', '$HOME', '`id`', 'a#b', '*', '']],
    [['--set', 'cell.gUseMax=100 uS']],
  ])('%j is taken apart into the same words', (words) => {
    expect(wordsOf(`crossloom ${shellLine(words)}`)).toEqual(words);
  });

  test.each([
    ['/usr/bin/crossloom', '/home/me', 'crossloom'],
    ['/home/me/node_modules/.bin/crossloom', '/home/me', 'npx crossloom'],
    ['/home/me/tool/dist/src/cli.js', '/home/me/tool', 'node dist/src/cli.js'],
    ['/opt/my tool/cli.js', '/home/me/a/b', "node '/opt/my tool/cli.js'"],
  ])('%s is called from %s as %s', (script, directory, name) => {
    expect(programName(script, directory)).toBe(name);
  });
});

describe('what compile prints', () => {
  test("shows the user's own target, with what was overridden", async () => {
    const target = join(awkward, 'my chip.yaml');
    const text = await readFile(join(installRoot(), 'targets', 'ideal.yaml'), 'utf8');
    await writeFile(target, text.replace('name: ideal', 'name: mine'));
    const output = join(awkward, 'net.xbar');
    const flags = ['--target', target, '--set', 'adc.bits=12', '--calibrate', join(folder, 'data.npy')];
    const { exit, out } = await runCli(['compile', join(folder, 'net.onnx'), ...flags, '-o', output]);
    expect(exit).toBe(0);
    const [, line] = /as `(crossloom targets show .*)` tells/.exec(out)!;
    const shown = await runCli(wordsOf(line!));
    expect(shown.exit).toBe(0);
    expect(shown.out).toMatch(/^mine: /);
    expect(shown.out).toMatch(/^adc\.bits +12 +override/m);
  });

  test('lists the nodes of the model in question', async () => {
    const model = join(awkward, 'net.onnx');
    await copyFile(join(folder, 'net.onnx'), model);
    const flags = ['--target', 'ideal', '--keep-digital', 'nosuch', '-o', join(awkward, 'x.xbar')];
    const { exit, err } = await runCli(['compile', model, ...flags]);
    expect(exit).toBe(25);
    const [, line] = /`(crossloom ops .*)` lists/.exec(err)!;
    expect((await runCli(wordsOf(line!))).out).toContain('classifier');
  });
});
