/** docs/sweep.md has every field of a study, and its study is one. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { metricNames, studyJsonSchema, studySchema } from '../../src/sweep/study.ts';

const page = readFileSync('docs/sweep.md', 'utf8');

test('the fields of the table are those of the schema', () => {
  const [, table = ''] = page.split('| field | values | default |');
  const fields = [...table.split('\n\n')[0]!.matchAll(/^\| `([a-zA-Z]+)` \|/gm)].map(([, name]) => name);
  expect(fields.toSorted()).toEqual(Object.keys(studySchema.shape).toSorted());
  const models = Object.keys(studySchema.shape.models.element.shape);
  const row = /^\| `models` \|.*$/m.exec(table)![0];
  for (const name of models) expect(row).toContain(`\`${name}\``);
  for (const name of metricNames) expect(page).toContain(`\`${name}\``);
});

test('the study is one, and the schema for editors describes it', () => {
  const study = parse(/```yaml\n([\s\S]*?)```/.exec(page)![1]!);
  expect(studySchema.safeParse(study).error).toBeUndefined();
  const schema = studyJsonSchema() as { readonly properties: object; readonly required: readonly string[] };
  expect(schema.required).toEqual(['models']);
  for (const field of Object.keys(study)) expect(schema.properties).toHaveProperty(field);
});
