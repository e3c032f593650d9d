/** The JSON Schemas of reports, as they are published: a text of JSON has to fit the one that it names. */
import { z } from 'zod';
import { type ReportName, reportJsonSchema, reportNames } from '../../src/report/schemas/all.ts';

/** Reads the published form alone: what is lost on the way from zod to JSON Schema is not checked by either. */
const readers = new Map<string, z.ZodType>();
function readerOf(name: ReportName): z.ZodType {
  const known = readers.get(name);
  if (known) return known;
  const published = JSON.parse(JSON.stringify(reportJsonSchema(name))) as Parameters<
    typeof z.fromJSONSchema
  >[0];
  const reader = z.fromJSONSchema(published);
  readers.set(name, reader);
  return reader;
}

/** What is wrong with a report; the schema that it names comes first. */
export function problemsOfReport(json: string): readonly string[] {
  const value = JSON.parse(json) as { readonly schema?: unknown };
  const name = reportNames.find((one) => value.schema === `crossloom/${one}/1`);
  if (!name) return [`no schema is called ${String(value.schema)}`];
  const read = readerOf(name).safeParse(value);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

export function checkReport(json: string): void {
  const problems = problemsOfReport(json);
  if (problems.length > 0) throw new Error(`a report does not fit its schema: ${problems.join('; ')}`);
}
