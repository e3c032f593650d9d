/** A file that `--json` was printed to -> the report in it. */
import { z } from 'zod';
import { reportUnreadable } from '../../diagnostics/all.ts';
import { DiagnosticError } from '../../diagnostics/diagnostic.ts';
import { mostGenerated, readText } from '../../files/read-file.ts';
import { type Report, type ReportName, readReportAs } from './all.ts';
import { schemaOf } from './name.ts';

/**
 * @param path of the file
 * @throws DiagnosticError report/unreadable: no JSON, another report, or one of another form
 */
export async function readReport<Name extends ReportName>(path: string, name: Name): Promise<Report<Name>> {
  const refuse = (why: Parameters<typeof reportUnreadable>[2]) =>
    new DiagnosticError([reportUnreadable(path, name, why)]);
  const read = await readText(path, mostGenerated);
  if (!('text' in read)) throw refuse(read);
  let value: unknown;
  try {
    value = JSON.parse(read.text);
  } catch {
    throw refuse('it is no JSON');
  }
  const schema = schemaIn(value);
  if (schema !== schemaOf(name))
    throw refuse(schema === undefined ? 'it names no schema' : `it is ${schema}, and not ${schemaOf(name)}`);
  const parsed = readReportAs(name, value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw refuse(`${z.core.toDotPath(first!.path) || 'the report'}: ${first!.message}`);
}

function schemaIn(value: unknown): string | undefined {
  const schema: unknown = value && typeof value === 'object' && 'schema' in value ? value.schema : undefined;
  return typeof schema === 'string' ? schema : undefined;
}
