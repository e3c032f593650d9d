/** `crossloom targets new`: the file of a chip of one's own, from flags and from answers; and the session that docs/targets.md shows. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Questions } from '../../src/cli/ask.ts';
import { Interrupted } from '../../src/cli/interrupted.ts';
import { bundledTargets, loadTarget } from '../../src/target/load.ts';
import { fieldsOfTarget } from '../../src/target/schema.ts';
import { problemOf, runCli } from './run-cli.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-new-'));
});
afterEach(() => rm(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const small = ['--set', 'array.rows=128', '--set', 'array.columns=128'];
const make = (...flags: readonly string[]) => runCli(['targets', 'new', ...flags]);

describe('from flags', () => {
  test('a chip of 128 x 128 cells: complete, commented, and honest about every origin', async () => {
    const output = at('my-chip.yaml');
    const levels = ['--set', 'cell.levels=32 (datasheet, p. 4)'];
    const made = await make('--like', 'tetramem-256-6bit', ...small, ...levels, '-o', output);
    expect(made).toMatchObject({ exit: 0, err: '' });
    expect(made.out).toContain(`crossloom targets check ${output}\n`);
    expect(made.out).toContain(`crossloom compile model.onnx --target ${output} `);

    const { target, provenance } = await loadTarget(output);
    const like = await loadTarget('tetramem-256-6bit');
    const { rows, columns } = { rows: 128, columns: 128 };
    expect(target).toEqual({
      ...like.target,
      name: 'my-chip',
      title: 'my-chip, begun as tetramem-256-6bit',
      array: { ...like.target.array, rows, columns },
      cell: { ...like.target.cell, levels: 32 },
      driver: { ...like.target.driver, rowsAtOnce: 128 },
    });
    const origin = new Map(provenance.map((entry) => [entry.field, entry]));
    expect(origin.get('array.rows')).toMatchObject({ from: 'assumed', source: 'given on the command line' });
    expect(origin.get('cell.levels')).toMatchObject({ from: 'source', source: 'datasheet, p. 4' });
    expect(origin.get('driver.rowsAtOnce')).toMatchObject({ from: 'assumed', source: 'all of array.rows' });
    expect(origin.get('driver.vRead')).toMatchObject({
      from: 'assumed',
      source:
        'as of tetramem-256-6bit (paper: Rao et al. 2023, Fig. 1; the constant voltage at which the levels are read)',
    });
    expect(provenance.filter(({ from }) => from === 'paper')).toEqual([]);

    const text = await readFile(output, 'utf8');
    const comments = text.replaceAll(/\n\s*# ?/g, ' ');
    for (const { description, unit } of fieldsOfTarget(target))
      expect(comments).toContain(unit === '' ? description : `${description} (${unit})`);
  });

  test('begins as any target, itself one that was begun', async () => {
    for (const name of await bundledTargets()) {
      expect((await make('--like', name, '-o', at(`${name}-2.yaml`))).exit).toBe(0);
      const [made, like] = [await loadTarget(at(`${name}-2.yaml`)), await loadTarget(name)];
      expect(made.fingerprint).toBe(like.fingerprint);
      expect(made.provenance.map(({ field, text }) => [field, text])).toEqual(
        like.provenance.map(({ field, text }) => [field, text]),
      );
    }
    const first = at('ideal-2.yaml');
    expect((await make('--like', first, '--name', 'third', '-o', at('third.yaml'))).exit).toBe(0);
    expect((await loadTarget(at('third.yaml'))).provenance[0]!.source).toMatch(
      /^as of ideal-2 \(assumed: as of ideal/,
    );
  });

  test('that do not fit say all at once which, and leave nothing', async () => {
    const set = ['array.columns=127', 'adc.bits=3%', 'cell.gMax=2 KOhm', 'array.rows=0', 'adc.bit=1'];
    const flags = set.flatMap((text) => ['--set', text]);
    const { exit, err, out } = await make('--like', 'tetramem-256-6bit', ...flags, '-o', at('new.yaml'));
    expect({ exit, out }).toEqual({ exit: 25, out: '' });
    expect(err.match(/^error/gm)).toHaveLength(5);
    expect(err).toContain('at --set array.columns=127: differential pairs need an even number of columns');
    expect(err).toContain("at --set adc.bits=3%: this must be a number, and '3%' is a percentage");
    expect(err).toContain("at --set cell.gMax=2 KOhm: '2 KOhm' is not a quantity in S");
    expect(err).toContain('at --set array.rows=0: this must be at least 1');
    expect(err).toContain("Did you mean 'adc.bits'?");
    expect((await make('--like', 'ideal', '--name', 'My Chip', '-o', at('new.yaml'))).err).toContain(
      'at --name My Chip: a name consists of lower-case letters',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('name the target after the file, and print commands that a shell takes', async () => {
    const output = at("My chip's.yaml");
    const { exit, out } = await make('--like', 'ideal', '-o', output);
    expect(exit).toBe(0);
    expect((await loadTarget(output)).target.name).toBe('my-chip-s');
    expect(out).toContain(`crossloom targets check '${folder}/My chip'\\''s.yaml'\n`);
  });

  test('never replace a file without --force', async () => {
    const like = ['--like', 'ideal', '-o', at('new.yaml')];
    expect((await make(...like)).exit).toBe(0);
    const before = await readFile(at('new.yaml'), 'utf8');
    expect(problemOf(await make(...like, ...small))).toContain('package/exists');
    expect(await readFile(at('new.yaml'), 'utf8')).toBe(before);
    expect((await make(...like, ...small, '--force')).exit).toBe(0);
    expect((await loadTarget(at('new.yaml'))).target.array.rows).toBe(128);
  });

  test('without a target to begin with need a terminal', async () => {
    const { err } = await make('--name', 'x', '-o', at('x.yaml'));
    expect(err).toContain('no questions can be asked');
    expect((await make('--like', 'ideal')).err).toContain('the new target has no name');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('from answers', () => {
  /** Someone who answers in this order, and then presses Ctrl-C. */
  function answering(answers: readonly string[]) {
    const asked: string[] = [];
    const left = [...answers];
    const questions: Questions = {
      async ask(question) {
        asked.push(question);
        const answer = left.shift();
        if (answer === undefined) throw new Interrupted();
        return answer;
      },
      close: () => undefined,
    };
    return { asked, questions: () => questions };
  }

  test('each is checked at once, and empty ones keep what stands in brackets', async () => {
    const name = ['My Chip', 'mine', 'A chip of mine', 'write-verfy', 'write-verify'];
    const loop = ['10 us', '10 uS (datasheet, p. 4)', '', ''];
    const array = ['128', '127', '128'];
    const cells = ['', '5 mS', '', '6 mS'];
    const rest = ['', '2 kohms', ''];
    const { asked, questions } = answering([...name, ...loop, ...array, ...cells, ...rest]);
    const args = ['targets', 'new', '-o', at('mine.yaml')];
    const { exit, err, out } = await runCli(args, { questions });
    expect(exit).toBe(0);
    expect(out).toContain('crossloom targets check ');
    expect(err).toContain('  a name consists of lower-case letters, digits, dots and hyphens\n');
    expect(err).toContain("  Did you mean 'write-verify'?\n");
    expect(err).toContain("  '10 us' is not a quantity in S\n  Write it as '10 uS'.\n");
    expect(err).toContain('  differential pairs need an even number of columns\n');
    expect(err).toContain('  this must lie above cell.gUseMin, 5 mS\n');
    expect(asked).toContain('array.rows: Wordlines of one array: its inputs [256]: ');
    expect(asked.length).toBeLessThan(20);
    const { target, provenance } = await loadTarget(at('mine.yaml'));
    expect(target).toMatchObject({
      name: 'mine',
      title: 'A chip of mine',
      array: { rows: 128, columns: 128 },
      cell: { levels: 64, gMin: 5e-3, gMax: 6e-3, gUseMin: 5e-3, gUseMax: 6e-3 },
      wires: { rowSegment: 2000, columnSegment: 0.5 },
      programming: { tolerance: 10e-6 },
    });
    const origin = new Map(provenance.map((entry) => [entry.field, entry]));
    expect(origin.get('programming.tolerance')).toMatchObject({ from: 'source', source: 'datasheet, p. 4' });
    expect(origin.get('array.rows')?.source).toBe('answered when this file was made');
    expect(origin.get('adc.bits')?.source).toMatch(/^as of tetramem-256-6bit \(/);
  });

  test('that do not fit together lead to one more question', async () => {
    const head = ['mine', '', 'transfer', '', '', ''];
    const { asked, questions } = answering([...head, '', '64', '', '', '', '', '', '', '320']);
    const { exit } = await runCli(['targets', 'new', '-o', at('mine.yaml')], { questions });
    expect(asked.at(-1)).toBe('hidden.fecapsPerLine: FeCAPs on one transfer line [128]: ');
    expect(exit).toBe(0);
    expect((await loadTarget(at('mine.yaml'))).target.hidden?.fecapsPerLine).toBe(320);
  });

  test('may end at any time, and leave nothing', async () => {
    const outcome = await runCli(['targets', 'new', '-o', at('mine.yaml')], answering(['mine', '']));
    expect(outcome.exit).toBe(130);
    expect(outcome.err).toMatch(/\ninterrupted; nothing was written\n$/);
    expect(existsSync(at('mine.yaml'))).toBe(false);
  });
});

test('the session in docs/targets.md prints what stands there', async () => {
  const page = await readFile('docs/targets.md', 'utf8');
  const session = /```console\n([\s\S]*?)```/.exec(page)![1]!;
  const steps = session.replaceAll(' \\\n', ' ').split(/^\$ /m).slice(1);
  expect(steps.length).toBeGreaterThan(2);
  for (const step of steps) {
    const [line = '', ...printed] = step.trimEnd().split('\n');
    const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
    expect(words[0]).toBe('crossloom');
    const { out, err } = await runCli(
      words.slice(1).map((word) => word.replace('my-chip.yaml', at('my-chip.yaml'))),
    );
    expect(`${out}${err}`.replaceAll(`${folder}/`, '').trimEnd()).toBe(printed.join('\n'));
  }
});
