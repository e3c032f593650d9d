/**
 * A submitter of trial tasks, as a process: `submitter.js URL COUNT MS FILE`. Appends results to a file, a line each, and goes on
 * from what an earlier one has left there, whatever ended it.
 */
import { open, readFile } from 'node:fs/promises';
import { redisBlobs } from '../../src/queue/blobs.ts';
import { connect } from '../../src/queue/connect.ts';
import { memberId } from '../../src/queue/roll.ts';
import { submit } from '../../src/queue/submit.ts';
import { trialMember, trialTasks, trialWork } from './work.ts';

const [url = '', count = '', ms = '', file = ''] = process.argv.slice(2);
const text = await readFile(file, 'utf8').catch(() => '');
// A line without an end was torn.
const whole = text.slice(0, text.lastIndexOf('\n') + 1);
const done = new Set(whole.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line).number)));
const results = await open(file, 'a');
await results.truncate(Buffer.byteLength(whole));
const queueing = await connect(url);
const options = {
  ...{ queueing, work: trialWork, self: { ...trialMember, id: memberId() } },
  ...{ blobs: redisBlobs(queueing.redis), pathOf: () => Promise.reject(new Error('no files')) },
};
try {
  const missing = trialTasks(Number(count), Number(ms)).filter(({ number }) => !done.has(number));
  for await (const one of submit(missing, options)) {
    if ('failure' in one) throw new Error(JSON.stringify(one.failure));
    await results.appendFile(`${JSON.stringify(one.result)}\n`);
    process.stdout.write('.');
  }
} finally {
  queueing.close();
}
