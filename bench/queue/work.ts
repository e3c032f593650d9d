/** Tasks that cost nothing, or as many milliseconds as they say, and some that do ill to workers: what a queue is tried with. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { optionInvalid } from '../../src/diagnostics/all.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { canonicalJson } from '../../src/files/canonical-json.ts';
import { sha256 } from '../../src/files/hash.ts';
import type { KindOfWork } from '../../src/queue/kind-of-work.ts';
import type { Call } from '../../src/queue/thread-executor.ts';
import type { Job } from '../../src/threads/pool.ts';

const taskSchema = z.strictObject({
  number: z.int(),
  /** How long it takes (ms). */
  ms: z.number().min(0),
  /** What it does instead of giving a result: a problem of its own, a passing one, the end of the process, an endless loop. */
  ill: z.enum(['refuse', 'stumble', 'die', 'hang']).optional(),
  /** SHA-256 of a file that it reads. */
  file: z.string().optional(),
});

export type TrialTask = z.infer<typeof taskSchema>;

const resultSchema = z.strictObject({ number: z.int(), answer: z.string().max(100), read: z.int().min(0) });

export type TrialResult = z.infer<typeof resultSchema>;

export const trialWork: KindOfWork<TrialTask, TrialResult> = {
  task: taskSchema,
  result: resultSchema,
  keyOf: (task) => sha256(canonicalJson(task)),
  blobsOf: ({ file }) => (file === undefined ? [] : [file]),
};

/** What a task gives, wherever. */
export async function answerTask({ task, files }: Call<TrialTask>): Promise<TrialResult> {
  const { number, ms, ill, file } = task;
  if (ms > 0) await sleep(ms);
  if (ill === 'refuse') throw new DiagnosticError([optionInvalid(`task ${number}`, 'nobody can do it')]);
  if (ill === 'stumble') throw new Error('stumbled');
  if (ill === 'die') process.kill(process.pid, 'SIGKILL');
  while (ill === 'hang');
  const read = file === undefined ? 0 : (await readFile(files[file]!)).length;
  return { number, answer: sha256(`answer ${number}`), read };
}

export const job: Job<undefined, Call<TrialTask>, TrialResult> = {
  module: import.meta.url,
  open: () => ({ run: answerTask }),
};

export const trialTasks = (count: number, ms = 0): readonly TrialTask[] =>
  Array.from({ length: count }, (_, number) => ({ number, ms }));

/** How trial programs tell who they are. */
export const trialMember = {
  ...{ host: 'here', processor: 'any', version: '1.0.0', code: 'c'.repeat(64), threads: 0 },
};
