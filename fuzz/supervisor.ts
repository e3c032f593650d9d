/**
 * One worker process under limits of time and memory: runs ranges of cases, and gives every one of them an outcome. Whatever
 * a case does to the process is its outcome; the others run in a new process.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './outcome.ts';
import type { Reply, Request } from './worker.ts';

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

/** A process and what was measured when its class was open. */
interface Worker {
  readonly child: ChildProcess;
  /** Memory that it took then (bytes). */
  readonly baseline: number;
  readonly scratch: string;
}

/** Milliseconds between two looks at a worker. */
const pollEvery = 20;
/** Longest that opening a class may take (s). */
const openSeconds = 120;

export function openSupervisor(name: string, seed: number, limits: Limits): Supervisor {
  let worker: Worker | undefined;
  const close = async (): Promise<void> => {
    const old = worker;
    worker = undefined;
    if (old) await stop(old);
  };
  return {
    close,
    async run(request, onOutcome) {
      let steps: readonly number[] | undefined;
      for (let from = request.from; from < request.to; ) {
        worker ??= await start(name, seed, limits);
        const { child, baseline } = worker;
        const died = await converse(
          child,
          { ...request, from },
          (reply) => {
            if (reply.kind === 'made') steps = reply.steps;
            if (reply.kind !== 'ran') return;
            from = reply.index + 1;
            onOutcome(reply.index, reply.outcome);
          },
          { ...limits, bytes: baseline + limits.bytes },
        );
        if (died) {
          await close();
          onOutcome(from++, died);
        } else if (memoryOf(child) > baseline + limits.bytes / 2) await close();
      }
      return steps;
    },
  };
}

async function start(name: string, seed: number, limits: Limits): Promise<Worker> {
  const scratch = await mkdtemp(join(tmpdir(), 'crossloom-fuzz-'));
  const heap = Math.ceil(limits.bytes / 2 ** 20) + 256;
  const child = fork(fileURLToPath(new URL('./worker.js', import.meta.url)), [name, String(seed), scratch], {
    execArgv: [`--max-old-space-size=${heap}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  let said = '';
  child.stderr!.on('data', (text: Buffer) => {
    said = (said + text).slice(-2000);
  });
  const opened = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), 1000 * openSeconds);
    const settle = (value: boolean) => () => {
      clearTimeout(timer);
      resolve(value);
    };
    child.once('message', settle(true));
    child.once('exit', settle(false));
  });
  const worker = { child, scratch, baseline: memoryOf(child) };
  if (opened) return worker;
  await stop(worker);
  throw new Error(`class ${name} does not open: ${said}`);
}

async function stop({ child, scratch }: Worker): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  await rm(scratch, { recursive: true, force: true });
}

/** @returns what stopped the process, where something did before the last case was over */
function converse(
  child: ChildProcess,
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
    const onMessage = (reply: Reply) => {
      since = performance.now();
      onReply(reply);
      if (reply.kind === 'ran' && reply.index === request.to - 1) settle(undefined);
    };
    const onExit = (code: number | null, signal: string | null) =>
      settle(death(`the process ended (${signal ?? `exit ${code}`})`));
    const timer = setInterval(() => {
      if (performance.now() - since > 1000 * limits.seconds) settle(death(`longer than ${limits.seconds} s`));
      else if (memoryOf(child) > limits.bytes) settle(death('too much memory'));
    }, pollEvery);
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.send(request);
  });
}

const death = (what: string): Outcome => ({ kind: 'finding', what, message: what });

/** Resident memory of a process (bytes); 0 where the system does not tell: its limit is then that of the heap alone. */
function memoryOf({ pid }: ChildProcess): number {
  const file = `/proc/${pid}/statm`;
  if (!existsSync(file)) return 0;
  try {
    return 4096 * Number(readFileSync(file, 'utf8').split(' ')[1]);
  } catch {
    return 0;
  }
}
