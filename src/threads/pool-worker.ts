/** A worker thread of pool.ts: opens one job after the other, and answers the tasks of each. */
import { parentPort } from 'node:worker_threads';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Answer, Handler, Job, Order } from './pool.ts';

let opened: Promise<Handler<unknown, unknown>> | undefined;

async function open(module: string, context: unknown): Promise<Handler<unknown, unknown>> {
  const { job }: { readonly job: Job<unknown, unknown, unknown> } = await import(module);
  return job.open(context);
}

async function close(): Promise<void> {
  const handler = await opened?.catch(() => undefined);
  await handler?.close?.();
}

async function answerOf(work: () => Promise<unknown>): Promise<Answer> {
  try {
    return { kind: 'result', result: await work() };
  } catch (error) {
    if (error instanceof DiagnosticError) return { kind: 'diagnostics', diagnostics: error.diagnostics };
    return { kind: 'error', error };
  }
}

/** Tasks follow each other, though the next may be here already. */
let last: Promise<unknown> = Promise.resolve();

function answer(work: () => Promise<unknown>): void {
  last = last.then(async () => parentPort?.postMessage(await answerOf(work)));
}

parentPort?.on('message', (order: Order) => {
  if (order.kind === 'open') {
    opened = open(order.module, order.context);
    // The first task meets the error.
    opened.catch(() => undefined);
  } else if (order.kind === 'task') answer(async () => (await opened)?.run(order.task));
  else if (order.kind === 'close') answer(close);
  else parentPort?.close();
});
