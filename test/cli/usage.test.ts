/** What is wrong with a command line, or with the paths on it, is told at once, and what was misspelt first. */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kinds } from '../../src/diagnostics/kinds.ts';
import { problemOf, runCli } from './run-cli.ts';
import { tinyFolder } from './tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await tinyFolder();
});
afterAll(() => rm(folder, { recursive: true }));

/** The problems in the order in which they are told. */
const told = (err: string) =>
  [...err.matchAll(/^error\[(.*?)\] at .*?: (.*)$/gm)].map(([, code, text]) => `${code} ${text}`);

describe('a wrong command line', () => {
  test('tells the misspelt flag before what is missing, and all at once', async () => {
    const { exit, err } = await runCli(['program', at('net.xbar'), '--fore', '--seed', 'two']);
    expect(exit).toBe(2);
    expect(told(err)).toEqual([
      "usage/unknown-option unknown option '--fore'",
      "usage/invalid-value 'two' is no value of this option",
      "usage/missing required option '-o, --output <chip>' not specified",
    ]);
    expect(err).toContain("Did you mean '--force'");
  });

  test.each([
    [['verfiy', 'net.xbar'], "Did you mean 'verify'?"],
    [['targets', 'chek', 'chip.yaml'], "Did you mean 'check'?"],
    [['verify', 'net.xbar', '--data', 'd', '--wires', 'of'], "Did you mean 'on' or 'off'?"],
    [['verify', 'net.xbar', '--dat', 'd'], "Did you mean '--data' or '--at'?"],
    [['run', 'net.xbar', '--input'], '--input <file> needs a value'],
    [['ops', 'a.onnx', 'b.onnx'], "it takes no argument 'b.onnx'"],
    [
      ['verify', 'p', '--data', 'd', '--chip', 'c', '--trials', '2'],
      "'--chip <dir>' cannot be used with option",
    ],
    [['targets', '--jsn'], "Did you mean '--json'?"],
  ])('%j', async (args, text) => {
    const { exit, out, err } = await runCli(args);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toContain(text);
    expect(err).not.toContain('required option');
  });

  test.each([['version'], ['-v'], ['-V'], ['--version']])('%s prints the version', async (word) => {
    const { exit, out } = await runCli([word]);
    expect({ exit, out: out.replace(/\d+/g, 'N') }).toEqual({ exit: 0, out: 'N.N.N\n' });
  });

  test('the help of a verb lists the exit code of every kind', async () => {
    const { out } = await runCli(['tune', '--help']);
    for (const [kind, { exit }] of Object.entries(kinds)) expect(out).toContain(`${exit} ${kind}`);
  });
});

describe('a path that leads nowhere', () => {
  const nowhere = () => at('nosuch');
  const cases: readonly (readonly [code: string, args: () => readonly string[]])[] = [
    ['onnx/unreadable', () => ['compile', nowhere(), '-o', at('x.xbar')]],
    ['onnx/unreadable', () => ['compile', folder, '-o', at('x.xbar')]],
    ['onnx/unreadable', () => ['ops', nowhere()]],
    ['package/unreadable', () => ['run', nowhere(), '--input', at('one.npy')]],
    ['package/unreadable', () => ['program', nowhere(), '-o', at('chip')]],
    ['target/not-found', () => ['targets', 'check', at('nosuch.yaml')]],
    ['target/not-found', () => ['targets', 'check', folder]],
    ['options/unreadable', () => ['compile', at('net.onnx'), '--options', nowhere(), '-o', at('x.xbar')]],
    ['faults/unreadable', () => ['compile', at('net.onnx'), '--faults', nowhere(), '-o', at('x.xbar')]],
    ['data/unreadable', () => ['compile', at('net.onnx'), '--calibrate', nowhere(), '-o', at('x.xbar')]],
    [
      'calibrate/wrong-record',
      () => ['compile', at('net.onnx'), '--calibration', nowhere(), '-o', at('x.xbar')],
    ],
    [
      'data/unreadable',
      () => [
        'compile',
        at('net.onnx'),
        '--calibrate',
        at('data.npy'),
        '--preprocess',
        nowhere(),
        '-o',
        at('x.xbar'),
      ],
    ],
    ['onnx/unreadable', () => ['tune', nowhere(), '--data', at('data.npy')]],
    ['bitstream/unreadable', () => ['asm', nowhere(), '-o', at('x.xbs')]],
  ];
  test.each(cases)('%s', async (code, args) => {
    const outcome = await runCli(args());
    expect(problemOf(outcome)).toBe(`2 ${code}`);
    expect(outcome.err).toMatch(/: (there is no such file( or folder)?|it is a folder)\n/);
    expect(outcome.err).not.toContain('again');
  });

  test('names what may have been meant', async () => {
    const { err } = await runCli(['ops', at('nett.onnx')]);
    expect(err).toContain(`Did you mean '${at('net.onnx')}'?`);
  });

  test('is told together with a misspelt target, which comes first', async () => {
    const args = ['compile', nowhere(), '--target', 'tetramem-256-6bits', '-o', at('x.xbar')];
    const { exit, err } = await runCli(args);
    expect(exit).toBe(1);
    expect(told(err).map((text) => text.split(' ')[0])).toEqual(['target/not-found', 'onnx/unreadable']);
    expect(err).toContain("Did you mean 'tetramem-256-6bit'");
  });

  test('what is there, and is something else, keeps the code of its kind', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'crossloom-empty-'));
    await mkdir(join(empty, 'folder'));
    await writeFile(join(empty, 'text.onnx'), 'no model');
    const codes = [
      problemOf(await runCli(['ops', join(empty, 'text.onnx')])),
      problemOf(await runCli(['program', join(empty, 'folder'), '-o', at('chip')])),
    ];
    await rm(empty, { recursive: true });
    expect(codes).toEqual(['10 onnx/unreadable', '30 package/unreadable']);
  });
});

describe('with --json', () => {
  const objectOf = (err: string) => JSON.parse(err) as Record<string, unknown>;

  test('problems are one object', async () => {
    const { exit, out, err } = await runCli(['ops', at('nosuch.onnx'), '--json']);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(objectOf(err)).toMatchObject({
      schema: 'crossloom/errors/1',
      exit: 2,
      errors: [{ code: 'onnx/unreadable', severity: 'error', at: at('nosuch.onnx'), exit: 2 }],
      warnings: [],
    });
  });

  test('those of the command line too', async () => {
    const { exit, err } = await runCli(['program', '--json']);
    expect(exit).toBe(2);
    expect(objectOf(err)).toMatchObject({ errors: [{ code: 'usage/missing' }, { code: 'usage/missing' }] });
  });

  test('and warnings of a success', async () => {
    await copyFile(at('net.onnx'), at('bare.onnx'));
    const data = ['--calibrate', at('data.npy'), '-o', at('bare.xbar')];
    const args = ['compile', at('bare.onnx'), '--target', 'ideal', ...data, '--json'];
    const { exit, err } = await runCli(args);
    expect(exit).toBe(0);
    expect(objectOf(err)).toMatchObject({
      exit: 0,
      errors: [],
      warnings: [{ code: 'data/no-preprocessing' }],
    });
  });

  test('a usage that fits none of these is told in its own words', async () => {
    const { err } = await runCli(['run', 'p', '--input', 'i', '--chip', 'c', '--seed', '2', '--json']);
    expect(objectOf(err)).toMatchObject({ errors: [{ code: 'usage/invalid' }] });
  });
});
