/** What a queue has to know of the tasks that go through it: the rest of them is plain data to it. */
import type { z } from 'zod';

export interface KindOfWork<Task, Result> {
  readonly task: z.ZodType<Task>;
  readonly result: z.ZodType<Result>;
  /** 64 hexadecimal digits, by which a task and its result are known everywhere. */
  readonly keyOf: (task: Task) => string;
  /** Files that a task is executed with, by their SHA-256. */
  readonly blobsOf: (task: Task) => readonly string[];
}

/** A program, as it tells others: results of other code may be others. */
export interface Identity {
  /** Of the package. */
  readonly version: string;
  /** SHA-256 of the code. */
  readonly code: string;
}
