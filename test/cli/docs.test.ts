import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createProgram } from '../../src/cli.ts';
import { type Code, exitOf, kinds } from '../../src/diagnostics/kinds.ts';
import { installRoot } from '../../src/files/install-root.ts';
import { optionsSchema } from '../../src/ir/options.ts';
import { collectingIo } from './run-cli.ts';

const read = (path: string) => readFileSync(join(installRoot(), path), 'utf8');

/** Cells of the tables of a page, by what stands in back quotes in their first column. */
function rowsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      return [cells[1]!.replaceAll('`', ''), cells.slice(2)];
    }),
  );
}

interface Field {
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: { readonly properties?: Readonly<Record<string, Field>> };
}

describe('docs/options.md', () => {
  const page = read('docs/options.md');
  const [whole = '', layers = ''] = page.split('\n## Layers\n');
  const schema = z.toJSONSchema(optionsSchema, { io: 'input' }) as { properties: Record<string, Field> };

  function checkValues(
    rows: ReadonlyMap<string, readonly string[]>,
    fields: Readonly<Record<string, Field>>,
  ) {
    expect([...rows.keys()].sort()).toEqual(Object.keys(fields).sort());
    for (const [name, field] of Object.entries(fields)) {
      const [values = ''] = rows.get(name)!;
      for (const choice of field.enum ?? []) expect(values, name).toContain(`\`${choice}\``);
      const { minimum, maximum = Number.MAX_SAFE_INTEGER } = field;
      if (minimum === undefined) continue;
      expect(values, name).toBe(
        maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `${minimum} to ${maximum}`,
      );
    }
  }

  test('has every field, with its values and default, and no other', () => {
    const rows = rowsOf(whole);
    checkValues(rows, schema.properties);
    for (const [name, field] of Object.entries(schema.properties)) {
      if (field.default === undefined || Array.isArray(field.default)) continue;
      expect(rows.get(name)![1], name).toBe(`\`${field.default}\``);
    }
  });

  test('has every field of a layer, and no other', () => {
    checkValues(rowsOf(layers), schema.properties.layers!.items!.properties!);
  });

  test('names flags that exist', async () => {
    const compile = (await createProgram(collectingIo().io)).commands.find(
      (command) => command.name() === 'compile',
    )!;
    const flags = [...rowsOf(whole).values()].flatMap(([, , flag = '']) => flag.replaceAll('`', '') || []);
    expect(flags).toHaveLength(20);
    for (const flag of flags) expect(compile.options.map(({ long }) => long)).toContain(flag);
  });
});

describe('docs/cli.md', () => {
  const page = read('docs/cli.md');

  test('has every verb', async () => {
    for (const command of (await createProgram(collectingIo().io)).commands)
      expect(page, command.name()).toMatch(new RegExp(`^\\| \`${command.name()}[ \`]`, 'm'));
  });

  test('has every kind of problem with its exit code, and no other', () => {
    const listed = [...page.matchAll(/^\| (\d+ \| [a-z]+ \| .*) \|$/gm)].map((match) => match[1]);
    expect(listed).toEqual(
      Object.entries(kinds).map(([kind, { exit, what }]) => `${exit} | ${kind} | ${what}`),
    );
  });

  test('has every error with the exit code of its kind, and no other', () => {
    const sources = readdirSync(join(installRoot(), 'src/diagnostics'))
      .map((file) => read(join('src/diagnostics', file)))
      .join('');
    const made = [...sources.matchAll(/error\(\s*'([a-z/-]+)'/g)];
    const listed = [...page.matchAll(/^\| (\d+) \| `([a-z/-]+)` \|/gm)];
    expect(made.length).toBeGreaterThan(30);
    expect(listed.map(([, exit, code]) => `${code} ${exit}`).sort()).toEqual(
      made.map(([, code]) => `${code} ${exitOf(code as Code)}`).sort(),
    );
  });
});
