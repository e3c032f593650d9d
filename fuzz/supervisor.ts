/**
 * One worker under limits of time and memory: runs ranges of cases, and gives every one of them an outcome. Whatever a case
 * does to the process is its outcome; the others run in a new process.
 */
import type { FuzzClass } from './input.ts';
import type { Outcome } from './outcome.ts';
import type { Reply, Request } from './worker.ts';
import { hasEnded, memoryOf, startWorker, stopWorker, type WorkerProcess } from './worker-process.ts';

export interface Limits {
  /** Longest that one case may take (s). */
  readonly seconds: number;
  /** Most memory that cases may take beyond what the open class takes (bytes). */
  readonly bytes: number;
}

export interface Supervisor {
  /** Calls `onOutcome` once for each case, in order; gives the mutations of a case that is asked for alone. */
  run(
    request: Request,
    onOutcome: (index: number, outcome: Outcome) => void,
  ): Promise<readonly number[] | undefined>;
  close(): Promise<void>;
}

/** Milliseconds between two looks at a worker. */
const pollEvery = 20;

export function openSupervisor(fuzzClass: FuzzClass, seed: number, limits: Limits): Supervisor {
  let worker: WorkerProcess | undefined;
  const close = async (): Promise<void> => {
    const old = worker;
    worker = undefined;
    if (old) await stopWorker(old);
  };
  return {
    close,
    async run(request, onOutcome) {
      let steps: readonly number[] | undefined;
      for (let from = request.from; from < request.to; ) {
        if (worker && hasEnded(worker.child)) await close();
        worker ??= await startWorker(fuzzClass, seed, limits.bytes);
        const onReply = (reply: Reply): void => {
          if (reply.kind === 'made') steps = reply.steps;
          if (reply.kind !== 'ran') return;
          from = reply.index + 1;
          onOutcome(reply.index, reply.outcome);
        };
        const died = await converse(worker, { ...request, from }, onReply, limits);
        // What native libraries keep must not add up.
        const full = memoryOf(worker.child) > worker.baseline + limits.bytes / 2;
        if (died || full) await close();
        if (died) onOutcome(from++, died);
      }
      return steps;
    },
  };
}

/** @returns what stopped the process, where something did before the last case was over */
function converse(
  { child, baseline, said }: WorkerProcess,
  request: Request,
  onReply: (reply: Reply) => void,
  limits: Limits,
): Promise<Outcome | undefined> {
  return new Promise((resolve) => {
    let since = performance.now();
    const settle = (outcome: Outcome | undefined) => {
      clearInterval(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(outcome);
    };
    const die = (what: string) => settle({ kind: 'finding', what, message: `${what}\n${said()}` });
    const onMessage = (reply: Reply) => {
      since = performance.now();
      onReply(reply);
      if (reply.kind === 'ran' && reply.index === request.to - 1) settle(undefined);
    };
    const onExit = (code: number | null, signal: string | null) =>
      die(`the process ended (${signal ?? `exit ${code}`})`);
    const timer = setInterval(() => {
      if (performance.now() - since > 1000 * limits.seconds) die(`longer than ${limits.seconds} s`);
      else if (memoryOf(child) > baseline + limits.bytes) die('too much memory');
    }, pollEvery);
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.send(request);
  });
}
