/** docs/diagnostics.md has an entry for every code, with what it means, what to do and an example of its severity, and for no other. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kinds } from '../src/diagnostics/kinds.ts';

const sources = readdirSync('src/diagnostics').map((file) =>
  readFileSync(join('src/diagnostics', file), 'utf8'),
);
const made = sources
  .flatMap((text) => [...text.matchAll(/\b(error|warning)\(\s*'([a-z-]+\/[a-z-]+)'/g)])
  .map(([, severity, code]) => ({ severity: severity!, code: code! }));
/** Parts of a message that every diagnostic of this code has, where it is one text with names put into it. */
function fixedParts(code: string): readonly string[] {
  const source = sources.find((text) => text.includes(`'${code}'`))!;
  const after = source.slice(source.indexOf(`'${code}'`));
  const [, text = ''] = /^'[^']+',[^[]*\[\s*[`'"]([^`'"\n]+)[`'"],/.exec(after) ?? [];
  return text.split(/\$\{[^{}]*\}/).filter((part) => part.trim().length >= 8 && !/[{}]/.test(part));
}
const page = readFileSync('docs/diagnostics.md', 'utf8');
const sections = page.split(/^## /m).slice(1);
const entries = sections.flatMap((section) => section.split(/^### /m).slice(1));
const entryOf = new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('\n')), entry]));

describe('docs/diagnostics.md', () => {
  test('has the codes of the sources, each once, and no other', () => {
    expect(made.length).toBeGreaterThan(90);
    expect(entries.map((entry) => entry.slice(0, entry.indexOf('\n'))).toSorted()).toEqual(
      made.map(({ code }) => code).toSorted(),
    );
  });

  test('has a section for every kind, with its exit code and its codes', () => {
    for (const [index, { exit, stages }] of Object.values(kinds).entries()) {
      const section = sections[index]!;
      expect(section).toContain(`Exit code ${exit}.`);
      const found = [...section.matchAll(/^### ([a-z-]+)\//gm)].map(([, stage]) => stage);
      expect(found.filter((stage) => !(stages as readonly string[]).includes(stage!))).toEqual([]);
    }
  });

  test('examples are held to what the messages say', () => {
    expect(made.filter(({ code }) => fixedParts(code).length > 0).length).toBeGreaterThan(45);
  });

  test.each(made)('$code: meaning, remedy and example', ({ code, severity }) => {
    const entry = entryOf.get(code)!;
    const [, meaning, remedy, example] =
      /\n\n(.+?) \*\*What to do:\*\* (.+)\n\n```text\n([\s\S]+?)\n```/.exec(entry) ?? [];
    expect(meaning!.length).toBeGreaterThan(20);
    expect(remedy!.length).toBeGreaterThan(10);
    expect(example).toMatch(new RegExp(`^${severity}\\[${code}\\] at .+: .{8,}`));
    for (const part of fixedParts(code)) expect(example).toContain(part);
  });
});
