/**
 * README's section "Use", line by line and as it is printed, on the shared MobileNet-V2 and its images: what one line writes, later
 * ones read. Only the names of files are replaced by places in a temporary folder, and flags are appended that take fewer
 * images and chips. `tune` and `explain`, which verify many times, get a small network for CIFAR-10, `tune` exact chips too; that
 * no mapping is within its bound (exit code 50) is an answer.
 */
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli } from './cli/run-cli.ts';
import { commandLines } from './support/readme-lines.ts';
import { present, shared } from './support/shared-models.ts';

if (!present) console.log(`skipped: no shared data at ${shared}`);

const folder = mkdtempSync(join(tmpdir(), 'crossloom-readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a reader has: by its name in README, the place in the shared data. */
const owned = {
  'mobilenetv2.onnx': 'models/mobilenetv2-1.0-224.onnx',
  images: 'imagenet',
  'cat.jpg': 'imagenet/images/0282_n02123159_tiger_cat.jpg',
  mnist: 'mnist',
};
/** Verbs whose lines would take long, and what the same names are there. */
const long = ['tune', 'explain'];
const small = { 'mobilenetv2.onnx': 'models/cifar10-resnet20.onnx', images: 'cifar10' };

/** Appended where a line does not say them itself. */
const fewer: Readonly<Record<string, readonly (readonly [flag: string, value: string])[]>> = {
  compile: [['--samples', '8']],
  verify: [
    ['--images', '6'],
    ['--trials', '1'],
    ['--wires', 'on'],
  ],
  tune: [
    ['--images', '8'],
    ['--trials', '1'],
    ['--samples', '4'],
    ['--target', 'ideal'],
  ],
  explain: [
    ['--images', '20'],
    ['--trials', '1'],
  ],
  train: [
    ['--samples', '200'],
    ['--test-samples', '100'],
  ],
};
/** Not both on one command line. */
const conflicts: Readonly<Record<string, string>> = { '--trials': '--chip' };
/** Numbers that make a line long. */
const shorter: Readonly<Record<string, string | undefined>> = {
  '--epochs': '1',
  '--dies': '1',
  '--trials': '1',
};

/** Names that lines write to. */
const written = new Set<string>();

function placed(word: string, verb: string): string {
  const name = word.replace(/\/$/, '');
  const place = join(folder, long.includes(verb) ? `small-${name}` : name);
  if (written.has(name)) return place;
  const at = { ...owned, ...(long.includes(verb) ? small : {}) }[name];
  if (at === undefined) return word;
  rmSync(place, { force: true });
  symlinkSync(resolve(shared, at), place);
  return place;
}

function argumentsOf(command: readonly string[]): readonly string[] {
  const [, verb = '', ...words] = command;
  const brief = verb === 'tune' ? { ...shorter, '--target': 'ideal' } : shorter;
  const given = words.map((word, i) => brief[words[i - 1] ?? ''] ?? word);
  const files = given.map((word, i) => {
    const before = given[i - 1];
    if (before === '-o' || before === '--output') written.add(basename(word));
    return placed(word, verb);
  });
  const more = (fewer[verb] ?? []).filter(
    ([flag]) => !words.includes(flag) && !words.includes(conflicts[flag] ?? flag),
  );
  return [verb, ...files, ...more.flat()];
}

/** What `explain` explains. */
async function compileSmall(): Promise<void> {
  const model = resolve(shared, small['mobilenetv2.onnx']);
  const calibrate = ['--calibrate', resolve(shared, small.images), '--samples', '8', '--preset', 'cifar10'];
  const place = join(folder, 'small-mobilenetv2.xbar');
  const { exit, err } = await runCli([
    'compile',
    model,
    '--target',
    'tetramem-256-6bit',
    ...calibrate,
    '-o',
    place,
  ]);
  expect(exit, err).toBe(0);
  written.add('mobilenetv2.xbar');
}

const lines = commandLines(readFileSync('README.md', 'utf8'), 'Use');

describe.skipIf(!present)('README, Use (skipped where CROSSLOOM_DATA has no models)', () => {
  test('has command lines', () => {
    expect(lines.length).toBeGreaterThan(0);
  });

  test.each(lines.map((line) => ({ text: line.map((words) => words.join(' ')).join(' | '), line })))(
    '$text',
    { timeout: 900_000 },
    async ({ line }) => {
      let piped = '';
      if (line.some(([, verb]) => verb === 'explain')) await compileSmall();
      for (const command of line) {
        expect(command[0]).toBe('crossloom');
        const stdin = async function* (input: string) {
          yield Buffer.from(input);
        };
        const from = piped;
        const { exit, out, err } = await runCli(argumentsOf(command), { stdin: () => stdin(from) });
        const allowed = command[1] === 'tune' ? [0, 50] : [0];
        expect(allowed, `${err}\n${out}`).toContain(exit);
        expect(err).not.toContain('data/no-preprocessing');
        if (command[1] === 'verify') {
          expect(accuracy('floating point', out)).toBeGreaterThan(50);
          // A guess is right in none of so few.
          expect(accuracy('mapped, 1 trial', out)).toBeGreaterThan(30);
        }
        piped = out;
      }
    },
  );
});

/** Top-1 of a row of the report, in percent. */
function accuracy(row: string, report: string): number {
  return Number(new RegExp(`^${row} +([\\d.]+) %`, 'm').exec(report)?.[1]);
}
