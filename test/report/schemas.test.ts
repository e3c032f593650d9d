/** Schemas of reports: closed, published by name, and held against what verbs print by every test that runs one with --json. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installRoot } from '../../src/files/install-root.ts';
import { reportJsonSchema, reportNames } from '../../src/report/schemas/all.ts';
import { problemsOfReport } from './published.ts';

const check = {
  schema: 'crossloom/targets-check/1',
  ok: true,
  name: 'chip',
  fingerprint: 'ab',
  values: 40,
  assumed: 3,
};

describe('a schema of a report', () => {
  test('takes what it describes, and no other field, type or name', () => {
    const problems = (value: object) => problemsOfReport(JSON.stringify(value));
    expect(problems(check)).toEqual([]);
    expect(problems({ ...check, more: 1 })).toHaveLength(1);
    expect(problems({ ...check, values: '40' })).toHaveLength(1);
    expect(problems({ ...check, schema: 'crossloom/targets-check/2' })).toEqual([
      'no schema is called crossloom/targets-check/2',
    ]);
    const { assumed: _, ...less } = check;
    expect(problems(less)).toHaveLength(1);
  });

  test.each(reportNames)('%s names itself, and is closed', (name) => {
    const schema = JSON.parse(JSON.stringify(reportJsonSchema(name))) as Record<string, unknown>;
    expect(schema).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: { schema: { const: `crossloom/${name}/1` } },
    });
    expect(schema.required).toContain('schema');
  });

  test('is one of every object that a verb prints', () => {
    const printed = readdirSync(join(installRoot(), 'src/cli'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        [
          ...readFileSync(join(installRoot(), 'src/cli', file), 'utf8').matchAll(
            /(?:printJson\(io|named\(), '?([a-z-]+)'/g,
          ),
        ].map(([, name]) => name!),
      );
    expect([...new Set([...printed, 'errors'])].sort()).toEqual([...reportNames].sort());
  });
});
