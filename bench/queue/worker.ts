/**
 * A worker of trial tasks, as a process: `worker.js URL CACHE OPTIONS`, options as JSON. Ends by SIGTERM, or when idle, and
 * says how many seconds of a processor it took.
 */

import { openCache } from '../../src/queue/blob-cache.ts';
import { redisBlobs } from '../../src/queue/blobs.ts';
import { connect } from '../../src/queue/connect.ts';
import { memberId } from '../../src/queue/roll.ts';
import { type Executor, serve } from '../../src/queue/serve.ts';
import { threadExecutor } from '../../src/queue/thread-executor.ts';
import { answerTask, job, type TrialResult, type TrialTask, trialMember, trialWork } from './work.ts';

const [url = '', cache = '', options = '{}'] = process.argv.slice(2);
/** `here`: in the thread that talks to Redis, where tasks cost nothing. */
const { threads = 1, here = false, ...more } = JSON.parse(options);
const executeHere: Executor<TrialTask, TrialResult> = {
  run: (task, files) => answerTask({ task, files }),
  kill: async () => undefined,
};
const queueing = await connect(url);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.stdout.write('ready\n');
const before = process.cpuUsage();
await serve({
  ...{ queueing, work: trialWork, self: { ...trialMember, id: memberId(), threads }, drain: stop.signal },
  cache: await openCache(cache, [redisBlobs(queueing.redis)]),
  openExecutor: () => (here ? executeHere : threadExecutor(job, undefined)),
  isOwn: () => false,
  ...more,
});
queueing.close();
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${(user + system) / 1e6}\n`);
