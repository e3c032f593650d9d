/** Every command line that stands in a block of code of the docs is one: its verb, flags, values and arguments, without what it would do. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli.ts';
import { allCommandLines } from '../support/readme-lines.ts';
import { collectingIo } from './run-cli.ts';

const pages = [
  'README.md',
  ...readdirSync('docs').flatMap((file) => (file.endsWith('.md') ? [join('docs', file)] : [])),
];
const lines = pages.flatMap((page) =>
  allCommandLines(readFileSync(page, 'utf8')).flatMap((line) =>
    line.flatMap((words) => (words[0] === 'crossloom' ? [{ page, text: words.join(' '), words }] : [])),
  ),
);

/** Reads a command line, and stops before it runs. @returns the verb that it would have been */
async function read(words: readonly string[]): Promise<string | undefined> {
  const { io, err } = withErrors();
  const program = createProgram(io);
  let found: string | undefined;
  const prepare = (command: Command) => {
    command.exitOverride().configureOutput({ writeErr: (text) => err.push(text) });
    for (const inner of command.commands) prepare(inner);
    if (command.commands.length > 0 && command.registeredArguments.length === 0) return;
    command.action(() => {
      found = command.name();
    });
  };
  prepare(program);
  await program.parseAsync(words, { from: 'user' });
  return found;
}

function withErrors() {
  return { io: collectingIo().io, err: [] as string[] };
}

test('there are many', () => {
  expect(lines.length).toBeGreaterThan(35);
  expect(new Set(lines.map(({ page }) => page)).size).toBeGreaterThan(8);
});

test.each(lines)('$page: $text', async ({ words }) => {
  const [, ...own] = words;
  expect(await read(own)).toBeDefined();
});

test.each([
  ['compil net.onnx'],
  ['compile net.onnx --sample 3 -o a.xbar'],

  ['verify'],
  ['program a b -o c'],
])('%s is none', async (text) => {
  await expect(read(text.split(' '))).rejects.toThrow();
});
