/**
 * Results of tasks in a file, a line each, as they come. A line is appended in one write and is on the disk before the next task is
 * taken for done; what a killed process left of one is recognised, and its task is executed again.
 */
import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { otherVersion, resultsOfOther, sweepDamaged } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { canonicalJson } from '../files/canonical-json.ts';
import { sha256 } from '../files/hash.ts';
import { sha256Schema } from '../files/sha256-schema.ts';
import { version } from '../files/version.ts';
import { type SweepResult, sweepResult } from './task.ts';

const lineSchema = z.strictObject({
  crossloom: z.string(),
  study: sha256Schema,
  result: sweepResult,
  sha256: sha256Schema.describe('of the result, as canonical JSON'),
});

/** A result as a line; the same result is always the same line. */
export function lineOf(study: string, result: SweepResult): string {
  const text = canonicalJson(result);
  return `{"crossloom":${JSON.stringify(version)},"study":"${study}","result":${text},"sha256":"${sha256(text)}"}\n`;
}

export interface Journal {
  readonly append: (result: SweepResult) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens a file for more results, and makes it where there is none. */
export async function openJournal(path: string, study: string): Promise<Journal> {
  const file = await open(path, 'a+');
  let torn = await endsInLine(file);
  return {
    async append(result) {
      // Behind what is left of a line a new one begins.
      const bytes = Buffer.from(`${torn ? '\n' : ''}${lineOf(study, result)}`);
      torn = true;
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten < bytes.length)
        throw new Error(`${path}: the disk took ${bytesWritten} of ${bytes.length} bytes`);
      await file.sync();
      torn = false;
    },
    close: () => file.close(),
  };
}

/** Whether the last line has no end. */
async function endsInLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== '\n'.charCodeAt(0);
}

/** How every whole line ends. */
const lineEnd = '"}';
/** Damaged lines of a file that are told. */
const linesTold = 20;

/**
 * Results in a file, in its order; none where there is no file. What is left of a line that was not written to its end is passed over.
 * @throws DiagnosticError sweep/damaged, sweep/other-version, sweep/other-results
 */
export async function readJournal(path: string, study: string): Promise<readonly SweepResult[]> {
  if (!existsSync(path)) return [];
  const results: SweepResult[] = [];
  const problems: Diagnostic[] = [];
  let number = 0;
  const lines = createInterface({
    input: createReadStream(path, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    number++;
    if (!line.endsWith(lineEnd)) continue;
    const read = parseLine(line, `${path}:${number}`, study);
    if ('result' in read) results.push(read.result);
    else problems.push(read.problem);
    if (problems.length === linesTold) break;
  }
  raise(problems);
  return results;
}

function parseLine(
  text: string,
  place: string,
  study: string,
): { readonly result: SweepResult } | { readonly problem: Diagnostic } {
  const damaged = (reason: string) => ({ problem: sweepDamaged(place, reason) });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return damaged('the line is not JSON');
  }
  const made = (value as { readonly crossloom?: unknown } | null)?.crossloom;
  if (typeof made === 'string' && made !== version) return { problem: otherVersion(place, made, version) };
  const line = lineSchema.safeParse(value);
  if (!line.success) {
    const [issue] = line.error.issues;
    return damaged(`${issue!.path.join('.') || 'the line'}: ${issue!.message}`);
  }
  const { result, study: own, sha256: sum } = line.data;
  if (sha256(canonicalJson(result)) !== sum)
    return damaged('the result does not have the SHA-256 that stands beside it');
  return own === study ? { result } : { problem: resultsOfOther(place, own, study) };
}
