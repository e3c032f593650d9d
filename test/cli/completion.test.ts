/** `crossloom completion`: the scripts as the shells themselves read them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemOf, runCli } from './run-cli.ts';

let folder = '';
const at = (shell: string) => join(folder, `completion.${shell}`);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-completion-'));
  for (const shell of ['bash', 'zsh', 'fish'])
    await writeFile(at(shell), (await runCli(['completion', shell])).out);
});
afterAll(() => rm(folder, { recursive: true }));

/** Lines as they are completed: the last word is begun. */
const lines: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['crossloom comp', ['compile', 'completion']],
  ['crossloom compile --targ', ['--target']],
  ['crossloom compile --target tio', ['tio2-feedforward']],
  ['crossloom compile --encoding ', ['auto', 'differential', 'offset']],
  ['crossloom targets che', ['check']],
  ['crossloom targets show ide', ['ideal']],
  ['crossloom verify net.xbar --compens', ['--compensate']],
  ['crossloom completion f', ['fish']],
  ['crossloom sweep completion.f', ['completion.fish']],
  ['crossloom sweep mer', ['merge']],
];

const isThere = (shell: string) => spawnSync(shell, ['--version']).error === undefined;
const shells = (['bash', 'zsh', 'fish'] as const).filter((shell) => {
  if (!isThere(shell)) process.stderr.write(`skipped: completion in ${shell}, which is not installed\n`);
  return isThere(shell);
});

test.each(shells)('%s takes its script', (shell) => {
  expect(execFileSync(shell, ['-n', at(shell)], { encoding: 'utf8' })).toBe('');
});

describe.runIf(shells.includes('bash'))('bash', () => {
  test.each(lines)('completes %j', (line, words) => {
    const script = `source ${at('bash')}; read -ra COMP_WORDS <<< "$1"; [[ $1 == *' ' ]] && COMP_WORDS+=(''); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _crossloom; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync('bash', ['-c', script, 'bash', line], { encoding: 'utf8', cwd: folder });
    expect(out.trim().split('\n').sort()).toEqual([...words].sort());
  });
});

describe.runIf(shells.includes('fish'))('fish', () => {
  test.each(lines)('completes %j', (line, words) => {
    const script = `source ${at('fish')}; complete -C ${JSON.stringify(line)}`;
    const out = execFileSync('fish', ['-c', script], { encoding: 'utf8', cwd: folder });
    const found = out
      .trim()
      .split('\n')
      .map((one) => one.split('\t')[0]);
    expect(found.sort()).toEqual([...words].sort());
  });
});

test('another shell is refused', async () => {
  expect(problemOf(await runCli(['completion', 'tcsh']))).toMatch(/^2 usage\//);
});
