/** What a run prints is what it says: names cannot steer the terminal, and a closed or full output cannot change the exit code. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { printable, printableLine } from '../../src/text/printable.ts';
import { type Built, build } from '../support/built.ts';
import { model, node } from '../support/onnx-model.ts';
import { problemOf, runCli } from './run-cli.ts';

/** Clears the line, rings, begins lines of its own, uses an 8-bit CSI, and turns the direction. */
const evil = 'a\u001b[2K\u0007\r\nfake  Conv  crossbar\u009b1m\u202e\u2066';
const shown = 'a\\u001b[2K\\u0007\\u000d\\u000afake  Conv  crossbar\\u009b1m\\u202e\\u2066';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-terminal-'));
  const w = float32([2, 2], [1, 2, 3, 4]);
  const chain = (constants: Parameters<typeof model>[0]['constants']) =>
    model({
      inputs: { x: ['N', 2] },
      outputs: { y: ['N', 2] },
      constants: { [`${evil}w`]: w, ...constants },
      nodes: [
        node('MatMul', ['x', `${evil}w`], [`${evil}h`], {}, evil),
        node('Relu', [`${evil}h`], ['y'], {}, `${evil}2`),
      ],
    });
  await writeFile(join(folder, 'evil.onnx'), encodeModel(chain({})));
  const nan = float32([2, 2], [1, Number.NaN, 3, 4]);
  await writeFile(join(folder, 'nan.onnx'), encodeModel(chain({ [`${evil}w`]: nan })));
});
afterAll(() => rm(folder, { recursive: true }));

describe('names that would steer a terminal', () => {
  test('are shown as what they are', () => {
    expect(printableLine(evil)).toBe(shown);
    expect(printable('one\ntwo\u0000\u0085')).toBe('one\ntwo\\u0000\\u0085');
    expect(printable('größe, ключ, 鍵, 🔑, a\u200db')).toBe('größe, ключ, 鍵, 🔑, a\u200db');
  });

  test('in tables: one row a node', async () => {
    const { out, exit } = await runCli(['ops', join(folder, 'evil.onnx')]);
    expect(exit).toBe(0);
    expect(out).not.toMatch(controls);
    expect(
      out
        .split('\n')
        .slice(2, 4)
        .map((line) => line.split('  ')[0]),
    ).toEqual([shown.split('  ')[0], shown.split('  ')[0]]);
    expect(out.split('\n')).toHaveLength(7);
  });

  test('in diagnostics: one line for the problem, one for each note', async () => {
    const args = ['--target', 'ideal', '--print-after', 'lower-linear', '-o', join(folder, 'n.xbar')];
    const outcome = await runCli(['compile', join(folder, 'nan.onnx'), ...args]);
    expect(problemOf(outcome)).toBe('10 onnx/weights-not-finite');
    expect(outcome.err).not.toMatch(controls);
    expect(outcome.err.split('\n')).toHaveLength(3);
    expect(outcome.err).toContain(`node '${shown}' (MatMul, #0)`);
  });

  test('in a printed graph', async () => {
    const args = ['--target', 'ideal', '--print-after', 'lower-linear', '-o', join(folder, 'e.xbar')];
    const { out } = await runCli(['compile', join(folder, 'evil.onnx'), ...args]);
    expect(out).toContain(shown);
    expect(out).not.toMatch(controls);
  });

  test('as JSON mean the same', async () => {
    const { out } = await runCli(['ops', join(folder, 'evil.onnx'), '--json']);
    expect(out).not.toMatch(controls);
    expect(JSON.parse(out)).toMatchObject({ nodes: [{ name: evil }, { name: `${evil}2` }] });
  });

  test('in names of files and targets', async () => {
    const { err, exit } = await runCli(['targets', 'show', `no\u001b[31m\nsuch`]);
    expect(exit).toBe(20);
    expect(err).toContain('--target no\\u001b[31m\\u000asuch');
    expect((await runCli(['ops', `a\0b`])).exit).toBe(2);
    expect((await runCli(['disasm', `a\0b`])).exit).not.toBe(70);
  });
});

describe('an output that takes nothing more', () => {
  let built: Built;
  beforeAll(async () => {
    built = await build();
  });
  afterAll(() => built.remove());

  /** The exit code of the command line alone, whatever stands behind it. */
  const exitOf = (line: string): Promise<{ readonly exit: string; readonly err: string }> =>
    new Promise((resolve) => {
      const script = `crossloom() { '${process.execPath}' '${built.folder}/dist/src/cli.js' "$@"; echo $? >&3; }; ${line}`;
      execFile('bash', ['-c', `exec 3>&1 >/dev/null; ${script}`], (_, stdout, stderr) =>
        resolve({ exit: stdout.trim(), err: stderr }),
      );
    });

  test('a closed pipe keeps the code', async () => {
    expect(await exitOf('crossloom targets show ideal --json | true')).toEqual({ exit: '0', err: '' });
    expect((await exitOf('crossloom targets show nosuch 2>&1 | true')).exit).toBe('20');
    expect((await exitOf('crossloom nosuch 2>&1 | true')).exit).toBe('2');
  });

  test('a full disk makes a success none, and keeps any other code', async () => {
    const full = await exitOf('crossloom targets show ideal > /dev/full');
    expect(full.exit).toBe('2');
    expect(full.err).toMatch(/^error: standard output: ENOSPC.*\n$/);
    expect((await exitOf('crossloom targets show nosuch > /dev/full 2>&1')).exit).toBe('20');
    expect((await exitOf('crossloom targets show ideal 2> /dev/full')).exit).toBe('0');
  });
});
