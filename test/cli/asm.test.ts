import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemOf, runCli } from './run-cli.ts';
import { tinyFolder } from './tiny-net.ts';

let folder = '';
let at = (name: string) => name;
beforeAll(async () => {
  folder = await tinyFolder();
  at = (name) => join(folder, name);
  for (const target of ['tetramem-256-6bit', 'leti-fecap-130nm']) {
    const args = ['compile', at('net.onnx'), '--calibrate', at('data.npy'), '--target', target];
    await runCli([...args, '-o', at(`${target}.xbar`)]);
  }
});
afterAll(() => rm(folder, { recursive: true }));

const stdinOf = (bytes: Uint8Array | string) => ({
  stdin: async function* () {
    yield Buffer.from(bytes);
  },
});

describe('crossloom disasm and asm', () => {
  test.each(['tetramem-256-6bit', 'leti-fecap-130nm'])(
    '%s: text and back gives the same bytes',
    async (target) => {
      const file = at(`${target}.xbar/program.xbs`);
      const bytes = await readFile(file);
      const { exit, out, err } = await runCli(['disasm', at(`${target}.xbar`)]);
      expect({ exit, err }).toEqual({ exit: 0, err: '' });
      expect(out).toContain(`.target "${target}"\n`);
      expect((await runCli(['disasm', file])).out).toBe(out);
      expect((await runCli(['disasm', '-'], stdinOf(bytes))).out).toBe(out);

      await writeFile(at('program.txt'), out);
      const again = at(`${target}.xbs`);
      expect((await runCli(['asm', at('program.txt'), '-o', again])).exit).toBe(0);
      expect((await readFile(again)).equals(bytes)).toBe(true);
      expect(problemOf(await runCli(['asm', '-', '-o', again], stdinOf(out)))).toBe('30 package/exists');
      await writeFile(again, 'old');
      expect((await runCli(['asm', '-', '-o', again, '--force'], stdinOf(out))).exit).toBe(0);
      expect((await readFile(again)).equals(bytes)).toBe(true);
    },
  );

  test('the text comes array by array', async () => {
    const pieces: string[] = [];
    await runCli(['disasm', at('leti-fecap-130nm.xbar')], { stdout: (text) => void pieces.push(text) });
    expect(pieces[0]).toMatch(/^\.format 1\n/);
    expect(pieces.slice(1).every((piece) => /^\n\.array \d+\n[\s\S]*\n {2}end\n$/.test(piece))).toBe(true);
    expect(pieces.length).toBeGreaterThan(2);
  });

  test('errors name line or byte, and write nothing', async () => {
    const before = (await readdir(folder)).sort();
    const text = await runCli(['asm', '-', '-o', at('bad.xbs')], stdinOf('.format 1\nnonsense\n'));
    expect(problemOf(text)).toBe('34 bitstream/syntax');
    expect(text.err).toContain('standard input:2');
    expect(problemOf(await runCli(['asm', at('missing.txt'), '-o', at('x.xbs')]))).toBe(
      '2 bitstream/unreadable',
    );
    const bytes = await runCli(['disasm', at('net.onnx')]);
    expect(bytes).toMatchObject({ exit: 34, out: '' });
    expect(problemOf(await runCli(['disasm', at('nosuch.xbar')]))).toBe('2 package/unreadable');
    expect((await readdir(folder)).sort()).toEqual(before);
  });
});

test('a file that cannot be read has a code and a name', async () => {
  const output = join(tmpdir(), 'crossloom-never.xbs');
  for (const file of [tmpdir(), join(tmpdir(), 'nosuch.txt')]) {
    const outcome = await runCli(['asm', file, '-o', output]);
    expect(problemOf(outcome)).toBe('2 bitstream/unreadable');
    expect(outcome.err).toContain(file);
  }
});
