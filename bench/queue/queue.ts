/**
 * `npm run bench -- queue [TASKS]`: empty tasks through a Redis and eight workers of this machine: tasks per second, and the memory
 * that Redis and the submitter take at most.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { redisBlobs } from '../../src/queue/blobs.ts';
import { connect } from '../../src/queue/connect.ts';
import { memberId } from '../../src/queue/roll.ts';
import { submit } from '../../src/queue/submit.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import { startRedis } from './redis.ts';
import { trialMember, trialTasks, trialWork } from './work.ts';

const workers = 8;
const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

export async function benchQueue([count = '10000']: readonly string[]): Promise<void> {
  const redis = await startRedis(['--appendfsync', 'everysec']);
  const processes: ChildProcess[] = [];
  try {
    await withTemporaryFolder(async (cache) => {
      const script = fileURLToPath(new URL('./worker.js', import.meta.url));
      let workerTime = 0;
      for (let i = 0; i < workers; i++) {
        const worker = spawn(process.execPath, [script, redis.url, cache, '{"threads":4,"here":true}']);
        worker.stderr.pipe(process.stderr);
        worker.stdout.on('data', (said) => {
          workerTime += Number(String(said)) || 0;
        });
        processes.push(worker);
      }
      await Promise.all(processes.map((worker) => once(worker.stdout!, 'data')));
      const { text, tasks } = await measure(redis.url, Number(count));
      for (const worker of processes) worker.kill('SIGTERM');
      await Promise.all(processes.map((worker) => worker.exitCode ?? once(worker, 'exit')));
      const perTask = ((1000 * workerTime) / tasks).toFixed(2);
      process.stdout.write(`${text}workers: ${perTask} ms of a processor per task\n`);
    });
  } finally {
    for (const worker of processes) worker.kill('SIGKILL');
    await redis.remove();
  }
}

async function measure(
  url: string,
  count: number,
): Promise<{ readonly text: string; readonly tasks: number }> {
  const queueing = await connect(url);
  const asked = async (section: string, field: string) =>
    Number(new RegExp(`${field}:([0-9.]+)`).exec(await queueing.redis.info(section))?.[1]);
  const redisTime = async () => (await asked('cpu', 'used_cpu_user')) + (await asked('cpu', 'used_cpu_sys'));
  const peak = () => asked('memory', 'used_memory_peak');
  const before = { redis: await peak(), redisTime: await redisTime(), rss: process.memoryUsage().rss };
  const options = {
    ...{ queueing, work: trialWork, self: { ...trialMember, id: memberId() } },
    ...{ blobs: redisBlobs(queueing.redis), pathOf: () => Promise.reject(new Error('no files')) },
  };
  let [settled, half, most] = [0, 0, 0];
  const start = performance.now();
  const cpu = process.cpuUsage();
  for await (const one of submit(trialTasks(count), options)) {
    if ('failure' in one) throw new Error(JSON.stringify(one.failure));
    if (++settled === Math.floor(count / 2)) half = performance.now();
    if (settled % 500 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  const end = performance.now();
  const { user, system } = process.cpuUsage(cpu);
  const spent = (await redisTime()) - before.redisTime;
  const rate = (tasks: number, ms: number) => `${Math.round((1000 * tasks) / ms)} tasks/s`;
  const perTask = (seconds: number) =>
    `${((1000 * seconds) / settled).toFixed(2)} ms of a processor per task`;
  const text = `${settled} empty tasks, ${workers} workers: ${rate(settled, end - start)}, the second half ${rate(settled - Math.floor(count / 2), end - half)}
Redis: at most ${mebibytes(await peak())}, ${mebibytes(before.redis)} before; ${perTask(spent)}
submitter: at most ${mebibytes(most)} resident, ${mebibytes(before.rss)} before; ${perTask((user + system) / 1e6)}
`;
  queueing.close();
  return { text, tasks: settled };
}
