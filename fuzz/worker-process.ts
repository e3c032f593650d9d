/** Starts and stops the process of a worker, and tells how much memory it takes. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FuzzClass } from './input.ts';

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Memory that it took when its class was open (bytes). */
  readonly baseline: number;
  /** The end of what it wrote to stderr. */
  readonly said: () => string;
  /** Folder for its files, which goes with it. */
  readonly scratch: string;
}

/** Longest that opening a class may take (s). */
const openSeconds = 120;
/** What the heap of a process holds besides cases (MiB). */
const ownHeap = 256;

/** @param bytes that cases may take */
export async function startWorker(
  { name, module }: FuzzClass,
  seed: number,
  bytes: number,
): Promise<WorkerProcess> {
  const scratch = await mkdtemp(join(tmpdir(), 'crossloom-fuzz-'));
  const heap = Math.ceil(bytes / 2 ** 20) + ownHeap;
  const file = fileURLToPath(new URL('./worker.js', import.meta.url));
  const child = fork(file, [module, String(seed), scratch], {
    execArgv: [`--max-old-space-size=${heap}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  let said = '';
  child.stderr!.on('data', (text: Buffer) => {
    said = (said + text).slice(-2000);
  });
  // Of a process that has ended, `exit` tells.
  child.on('error', () => undefined);
  const opened = await isOpen(child);
  const worker = { child, scratch, baseline: memoryOf(child), said: () => said };
  if (opened) return worker;
  await stopWorker(worker);
  throw new Error(`class ${name} does not open: ${said}`);
}

function isOpen(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 1000 * openSeconds);
    const settle = (value: boolean) => () => {
      clearTimeout(timer);
      resolve(value);
    };
    child.once('message', settle(true));
    child.once('exit', settle(false));
  });
}

export async function stopWorker({ child, scratch }: WorkerProcess): Promise<void> {
  if (!hasEnded(child)) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  await rm(scratch, { recursive: true, force: true });
}

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Resident memory of a process (bytes); 0 where the system does not tell: its limit is then that of the heap alone. */
export function memoryOf({ pid }: ChildProcess): number {
  const file = `/proc/${pid}/statm`;
  if (!existsSync(file)) return 0;
  try {
    return 4096 * Number(readFileSync(file, 'utf8').split(' ')[1]);
  } catch {
    return 0;
  }
}
