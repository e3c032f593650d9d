/** A Redis of one's own: on a free port of this machine, with its data in a temporary folder. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether Debian's redis-server is installed; says so where not. */
export function redisThere(): boolean {
  const there = spawnSync('redis-server', ['--version']).error === undefined;
  if (!there) process.stderr.write('skipped: tests of the queue, because redis-server is not installed\n');
  return there;
}

export interface OwnRedis {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again, with what its append-only file kept. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** @param more settings, as its command line takes them */
export async function startRedis(more: readonly string[] = []): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'crossloom-redis-'));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async () => {
    const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes'];
    server = spawn('redis-server', [...settings, '--appendfsync', 'always', '--save', '', ...more]);
    let said = '';
    server.stdout!.on('data', (text) => {
      said += text;
    });
    for (let i = 0; !said.includes('Ready to accept connections'); i++) {
      if (i > 500 || server.exitCode !== null) throw new Error(`redis-server does not start: ${said}`);
      await sleep(10);
    }
  };
  const kill = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    ...{ url: `redis://127.0.0.1:${port}`, port, folder, kill, start },
    async remove() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
