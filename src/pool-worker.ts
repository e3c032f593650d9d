/** A worker thread of pool.ts: opens the job that it is started with, and answers one task after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { DiagnosticError } from './diagnostic.ts';
import type { Answer, Handler, Job, Order, WorkerStart } from './pool.ts';

const { module, context }: WorkerStart = workerData;
let opened: Promise<Handler<unknown, unknown>> | undefined;

async function open(): Promise<Handler<unknown, unknown>> {
  const { job }: { readonly job: Job<unknown, unknown, unknown> } = await import(module);
  return job.open(context);
}

async function answer(task: unknown): Promise<Answer> {
  try {
    opened ??= open();
    const handler = await opened;
    return { kind: 'result', result: await handler.run(task) };
  } catch (error) {
    if (error instanceof DiagnosticError) return { kind: 'diagnostics', diagnostics: error.diagnostics };
    return { kind: 'error', error };
  }
}

parentPort?.on('message', async (order: Order) => {
  if (order.kind === 'task') {
    parentPort?.postMessage(await answer(order.task));
    return;
  }
  const handler = await opened?.catch(() => undefined);
  await handler?.close?.();
  parentPort?.close();
});
