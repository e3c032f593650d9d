/** `crossloom worker`: executes tasks of sweeps that others submit to a queue, until it is told to stop. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { defined } from '../defined.ts';
import { dataUnreadable } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { codeHash } from '../files/code-hash.ts';
import { missing } from '../files/read-file.ts';
import { openCache } from '../queue/blob-cache.ts';
import { folderBlobs, redisBlobs } from '../queue/blobs.ts';
import { connect } from '../queue/connect.ts';
import { serve } from '../queue/serve.ts';
import { threadExecutor } from '../queue/thread-executor.ts';
import { counted } from '../report/number.ts';
import { availableThreads } from '../threads/pool.ts';
import { withExamples } from './help.ts';
import { interruptible } from './interrupt.ts';
import type { Io } from './io.ts';
import { duration, repeated, withDataLimit, withThreads } from './options.ts';
import { ownMember, type QueueFlags, queueUrl, withQueue } from './queue.ts';
import { resultsPlace } from './results.ts';
import { sweepWork } from './sweep-work.ts';
import { isOfData, job, type WorkerContext } from './worker-job.ts';

interface WorkerCommandLine extends QueueFlags {
  readonly data: readonly string[];
  readonly labels?: string;
  readonly cache?: string;
  readonly threads?: number;
  readonly lock: number;
  readonly limit: number;
  readonly idle?: number;
  readonly dataLimit?: number;
}

async function run(io: Io, args: WorkerCommandLine): Promise<void> {
  const url = queueUrl(io, args, 'crossloom worker');
  const lacking = args.data.filter((path) => !existsSync(path));
  raise(
    await Promise.all(
      lacking.map(async (path) => dataUnreadable(path, await missing(path, 'file or folder'))),
    ),
  );
  const queueing = await connect(url);
  const own = args.cache ?? resultsPlace(io);
  const cache = own ?? (await mkdtemp(join(tmpdir(), 'crossloom-worker-')));
  try {
    const folder = args.cache ?? join(cache, 'worker');
    const { done, failed } = await work(io, args, queueing, folder);
    io.stdout(`${counted(done, 'task')} done, ${failed} failed\n`);
  } finally {
    queueing.close();
    if (own === undefined) await rm(cache, { recursive: true, force: true });
  }
}

async function work(
  io: Io,
  { store, data, labels, dataLimit, threads = availableThreads(), lock, limit, idle }: WorkerCommandLine,
  queueing: Awaited<ReturnType<typeof connect>>,
  folder: string,
) {
  const stores = [...(store === undefined ? [] : [folderBlobs(store)]), redisBlobs(queueing.redis)];
  const cache = await openCache(join(folder, 'files'), stores);
  const self = await ownMember(threads);
  const kept = resultsPlace(io);
  const context: WorkerContext = {
    ...{ packages: join(folder, 'packages'), data },
    ...defined({ labels, dataLimit }),
    ...(kept !== undefined && { store: { folder: kept, code: await codeHash() } }),
  };
  const counts = { done: 0, failed: 0 };
  const told = new Set<string>();
  io.stderr(`${queueing.address.name}: ${counted(threads, 'task')} at once, until Ctrl-C or SIGTERM\n`);
  await untilStopped(io, (drain) =>
    serve({
      ...{ queueing, work: sweepWork, self, cache, drain, isOwn: isOfData },
      openExecutor: () => threadExecutor(job, context),
      ...{ lock: 1000 * lock, limit: 1000 * limit, ...(idle !== undefined && { idle: 1000 * idle }) },
      onTrouble(message) {
        if (!told.has(message)) io.stderr(`queue: ${message}\n`);
        told.add(message);
      },
      onTask(_, became) {
        counts[became]++;
        if (io.isTty) io.redraw(`${counted(counts.done, 'task')} done, ${counts.failed} failed`);
      },
    }),
  );
  if (io.isTty) io.redraw('');
  return counts;
}

/** Both Ctrl-C and SIGTERM let the tasks in hand end. */
function untilStopped<T>(io: Io, use: (drain: AbortSignal) => Promise<T>): Promise<T> {
  return interruptible(io, async (pressed) => {
    const told = new AbortController();
    const forget = io.onTerminate(() => {
      io.stderr('stopping after the tasks in hand\n');
      told.abort();
    });
    try {
      return await use(AbortSignal.any([pressed, told.signal]));
    } finally {
      forget();
    }
  });
}

export function declareWorker(command: Command, io: Io): void {
  command
    .requiredOption('--data <path>', 'the images of the study (repeatable, for studies of several)', repeated)
    .option('--labels <file>', 'their labels, where these are not found by name')
    .option('--cache <dir>', 'where packages and models are kept that came through the queue')
    .addOption(
      new Option('--lock <time>', 'a worker that is not heard for so long loses its tasks to others')
        .argParser(duration)
        .default(30, '30 s'),
    )
    .addOption(
      new Option('--limit <time>', 'a task that takes longer is ended, and tried again')
        .argParser(duration)
        .default(4 * 3600, '4 h'),
    )
    .option('--idle <time>', 'end after so long without a task (default: never)', duration);
  withExamples(
    withThreads(withDataLimit(withQueue(command))),
    'crossloom worker --queue redis://queue.example:6379 --data images/',
    'CROSSLOOM_QUEUE=rediss://queue.example:6380 crossloom worker --data images/ --idle 10min',
  ).action((args: WorkerCommandLine) => run(io, args));
}
