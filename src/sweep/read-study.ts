/** Reads a study: every problem of the file at once, each with its line. */
import { dirname, isAbsolute, join } from 'node:path';
import type { z } from 'zod';
import { studyInvalid, studyUnreadable } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { mostWritten, readText } from '../files/read-file.ts';
import { didYouMean } from '../text/near-names.ts';
import { parseYaml } from '../text/yaml.ts';
import { type Study, studySchema } from './study.ts';

/** A study, and how its parts are found in its file. */
export interface StudyFile {
  readonly study: Study;
  /** `study.yaml:12: set.adc.bits`. */
  readonly placeOf: (path: readonly string[]) => string;
  /** Paths in a study are relative to the folder of its file. */
  readonly resolve: (path: string) => string;
}

/** @throws DiagnosticError sweep/unreadable, sweep/invalid */
export async function readStudy(file: string): Promise<StudyFile> {
  const read = await readText(file, mostWritten);
  if ('reason' in read) throw new DiagnosticError([studyUnreadable(file, read)]);
  const { value, problems, lineOf } = parseYaml(read.text);
  const unclear = problems.map(({ line, reason }) => studyInvalid(`${file}:${line}`, reason));
  if (value === undefined || value === null) {
    raise(unclear);
    throw new DiagnosticError([studyInvalid(file, 'there is nothing in it')]);
  }
  const placeOf = (path: readonly string[]) => {
    const lines = path
      .map((_, i) => lineOf(path.slice(0, path.length - i)))
      .find((line) => line !== undefined);
    return `${file}${lines === undefined ? '' : `:${lines}`}${path.length > 0 ? `: ${path.join('.')}` : ''}`;
  };
  const result = studySchema.safeParse(value);
  raise([
    ...unclear,
    ...(result.success ? [] : result.error.issues.flatMap((issue) => describe(issue, placeOf))),
  ]);
  const folder = dirname(file);
  return {
    study: result.data!,
    placeOf,
    resolve: (path) => (isAbsolute(path) ? path : join(folder, path)),
  };
}

function describe(issue: z.core.$ZodIssue, placeOf: StudyFile['placeOf']): Diagnostic[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, keysNamed).map((key) => {
      const known = path.length === 0 ? Object.keys(studySchema.shape) : [];
      return studyInvalid(placeOf([...path, key]), 'there is no such field', ...didYouMean(key, known));
    });
  if (issue.code !== 'invalid_union') return [studyInvalid(placeOf(path), issue.message)];
  // Of a union, what is wrong with one form in particular says more than that none fits.
  const inner = issue.errors.flat().find(({ code }) => code === 'custom');
  const message =
    inner?.message ?? (issue.message === 'Invalid input' ? formsOf(issue.errors) : issue.message);
  return [studyInvalid(placeOf([...path, ...(inner?.path ?? []).map(String)]), message)];
}

const formsOf = (errors: readonly (readonly z.core.$ZodIssue[])[]) =>
  [...new Set(errors.flatMap(([first]) => first?.message ?? []))].join('; or: ');

/** Unknown fields that are reported. */
const keysNamed = 20;
