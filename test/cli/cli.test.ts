import { type Command, Help } from 'commander';
import { describe, expect, test, vi } from 'vitest';
import { readStdin } from '../../src/cli/io.ts';
import { decimal, percent, repeated, seedNumber, times, wholeNumber } from '../../src/cli/options.ts';
import { createProgram } from '../../src/cli.ts';
import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import * as loader from '../../src/target/load.ts';
import { collectingIo, runCli } from './run-cli.ts';

/** Every command below `command`, with its full name. */
function commandsOf(command: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] {
  return command.commands.flatMap((inner) => {
    const name = [...path, inner.name()];
    return [[name.join(' '), inner] as const, ...commandsOf(inner, name)];
  });
}

describe('help and usage', () => {
  test('the main help lists verbs and exit codes', async () => {
    const { exit, out } = await runCli(['--help']);
    expect(exit).toBe(0);
    expect(out).toContain('targets');
    expect(out).toContain('Exit codes:');
    expect(out).toContain('  20   the target\n');
  });

  test('every verb has help with an example', async () => {
    for (const [name] of commandsOf(await createProgram(collectingIo().io))) {
      const { exit, out } = await runCli([...name.split(' '), '--help']);
      expect(exit, name).toBe(0);
      expect(out, name).toContain('Examples:\n  $ crossloom ');
    }
  });

  test('help lists a verb as it is, whether or not it is loaded', async () => {
    const check = (command: Command) => {
      const terms = command.createHelp().subcommandTerm;
      for (const inner of command.commands) {
        expect(terms(inner)).toBe(new Help().subcommandTerm(inner));
        check(inner);
      }
    };
    const whole = await createProgram(collectingIo().io);
    check(whole);
    expect((await runCli(['--help'])).out).toContain(whole.helpInformation());
  });

  test('the version is that of the package', async () => {
    expect((await runCli(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    [[], 'Usage: crossloom'],
    [['nosuch'], "error[usage/unknown-command] at crossloom: unknown command 'nosuch'"],
    [['target'], "Did you mean 'targets'?"],
    [['targets', '--nosuch'], "error[usage/unknown-option] at crossloom targets: unknown option '--nosuch'"],
    [
      ['targets', 'show'],
      "error[usage/missing] at crossloom targets show: missing required argument 'target'",
    ],
  ])('wrong usage %j ends with 2', async (args, message) => {
    const { exit, out, err } = await runCli(args);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toContain(message);
  });
});

describe('failures', () => {
  test('of the environment are one line and 2', async () => {
    const failure = Object.assign(new Error("EACCES: permission denied, open 'chip.yaml'"), {
      code: 'EACCES',
      syscall: 'open',
    });
    const spy = vi.spyOn(loader, 'loadTarget').mockRejectedValue(failure);
    const { exit, err } = await runCli(['targets', 'show', 'ideal']);
    spy.mockRestore();
    expect({ exit, err }).toEqual({
      exit: 2,
      err: "error[usage/refused] at this computer: EACCES: permission denied, open 'chip.yaml'\n",
    });
  });

  test.each([new InternalError('some-pass', 'a row was lost'), new TypeError('x is undefined')])(
    'of our own are 70, with a stack trace only on demand',
    async (failure) => {
      const spy = vi.spyOn(loader, 'loadTarget').mockRejectedValue(failure);
      const plain = await runCli(['targets', 'show', 'ideal']);
      const debug = await runCli(['targets', 'show', 'ideal'], { env: { CROSSLOOM_DEBUG: '1' } });
      spy.mockRestore();
      expect(plain.exit).toBe(70);
      expect(plain.err).toContain(failure.message);
      expect(plain.err).not.toContain('    at ');
      expect(debug.err).toContain('    at ');
    },
  );
});

describe('helpers', () => {
  test('standard input is read whole', async () => {
    const { io } = collectingIo({
      stdin: async function* () {
        yield Buffer.from([0xc3]);
        yield Buffer.from([0xa9, 0x0a]);
      },
    });
    expect((await readStdin(io, 2 ** 20)).toString('utf8')).toBe('é\n');
  });

  test('options may be repeated, and numbers are checked', () => {
    expect(repeated('b', repeated('a', undefined))).toEqual(['a', 'b']);
    expect(wholeNumber(1)('5')).toBe(5);
    for (const text of ['0', '1.5', '', 'x', '1e400', '0x10', '9007199254740991', 'NaN'])
      expect(() => wholeNumber(1)(text)).toThrow('at least 1 and at most 1000000000');
    expect([decimal(-1, 1)('-.5e0'), percent('99.5'), seedNumber('4294967295')]).toEqual([
      -0.5, 99.5, 4294967295,
    ]);
    for (const text of ['1.1', '-2', 'Infinity', '1e308', '', ' ', '0b1'])
      expect(() => decimal(-1, 1)(text)).toThrow('at least -1 and at most 1');
    expect(() => seedNumber('4294967296')).toThrow('at most 4294967295');
    for (const text of ['1e308y', '1e300s', '1', 'x']) expect(() => times(text)).toThrow('at most 1000000y');
  });

  test.each([
    ['--mlp', '9007199254740991-10', 'for at most 16777216 weights'],
    ['--mlp', '65536-65536-10', 'for at most 16777216 weights'],
    ['--mlp', '10', 'such as 784-200-100-10'],
    ['--range', '1e15', 'at most 32767'],
    ['--batch', '1e15', 'at most 65536'],
    ['--learning-rate', '1e308', 'at most 1000000'],
    ['--seed', '9007199254740991', 'at most 4294967295'],
  ])('train %s %s is refused', async (flag, value, reason) => {
    const { exit, err } = await runCli(['train', flag, value, '--data', 'nosuch', '-o', 'never.xbar']);
    expect(exit).toBe(2);
    expect(err).toContain(reason);
  });
});
