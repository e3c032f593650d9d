/**
 * What stands in Redis as JSON, and how it is read back: anybody who can write there may have changed it, so that each text has a
 * limit and a schema, and belongs to one task.
 */
import { z } from 'zod';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { diagnosticSchema } from '../diagnostics/schema.ts';
import { sha256Schema } from '../files/sha256-schema.ts';
import type { KindOfWork } from './kind-of-work.ts';

/** Characters of a task, of a result, and of what failed. */
export const limits = { task: 2 ** 20, result: 2 ** 26, failure: 2 ** 16 };

const line = z.string().max(10_000);

const bounded = diagnosticSchema.extend({
  code: z.string().regex(/^[a-z-]{1,30}\/[a-z-]{1,60}$/),
  message: line,
  at: line,
  notes: z.array(line).max(20),
  exit: z.int().min(1).max(255),
});

/** Why a task has no result. */
export interface Failure {
  /** Whether another try, elsewhere or later, may have one. */
  readonly again: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

const failureSchema = z.strictObject({
  key: sha256Schema,
  again: z.boolean(),
  diagnostics: z.array(bounded).min(1).max(20),
});

/** The task of a job. @returns undefined where it is none, or another one's */
export function readTask<Task>(
  { task, keyOf }: Pick<KindOfWork<Task, unknown>, 'task' | 'keyOf'>,
  data: unknown,
  key: string,
): Task | undefined {
  if (JSON.stringify(data)?.length > limits.task) return undefined;
  const read = z.strictObject({ task }).safeParse(data);
  return read.success && keyOf(read.data.task) === key ? read.data.task : undefined;
}

/** What a worker leaves of a task that it has executed. */
export const resultMessage = <Result>(key: string, result: Result) => ({ key, result });

/** @returns undefined where it is no result, or another task's */
export function readResult<Result>(
  { result }: Pick<KindOfWork<never, Result>, 'result'>,
  text: string,
  key: string,
): Result | undefined {
  if (text.length > limits.result) return undefined;
  const read = z.strictObject({ key: z.literal(key), result }).safeParse(parsed(text));
  return read.success ? read.data.result : undefined;
}

/** Shortened until it fits: only the first problems are worth the room. */
export function failureMessage(key: string, { again, diagnostics }: Failure): string {
  const cut = (text: string) => text.slice(0, 1000);
  const told = diagnostics
    .slice(0, 10)
    .map((d) => ({ ...d, message: cut(d.message), at: cut(d.at), notes: d.notes.slice(0, 4).map(cut) }));
  return JSON.stringify({ key, again, diagnostics: told });
}

/** @returns undefined where BullMQ said it in its own words, such as that a job stalled too often */
export function readFailure(text: string, key: string): Failure | undefined {
  if (text.length > limits.failure) return undefined;
  const read = failureSchema.safeParse(parsed(text));
  return read.success && read.data.key === key ? read.data : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
