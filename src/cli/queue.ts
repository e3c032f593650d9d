/** What the verbs that use a queue have in common: its flags, and who this program is to others. */
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { missingUsage } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { processorName, programHash } from '../files/code-hash.ts';
import { version } from '../files/version.ts';
import { type BlobStore, folderBlobs, redisBlobs } from '../queue/blobs.ts';
import type { Queueing } from '../queue/connect.ts';
import { type Member, memberId } from '../queue/roll.ts';
import type { Io } from './io.ts';

export interface QueueFlags {
  /** True where the flag stands without a URL. */
  readonly queue?: string | true;
  readonly store?: string;
}

/** The variable that has the URL, where no list of processes is to show it. */
const variable = 'CROSSLOOM_QUEUE';

export function withQueue(command: Command): Command {
  return command
    .option(
      '--queue [url]',
      `Redis with live workers, such as redis://host:6379, or rediss:// through TLS (default: ${variable}; docs/workers.md)`,
    )
    .option('--store <dir>', 'a folder that all machines see, in which packages and models travel');
}

/** @throws DiagnosticError usage/missing */
export function queueUrl({ env }: Pick<Io, 'env'>, { queue }: QueueFlags, verb: string): string {
  const url = typeof queue === 'string' ? queue : env[variable];
  if (url) return url;
  throw new DiagnosticError([missingUsage(verb, `no queue is named: give --queue URL, or set ${variable}`)]);
}

/** @param threads tasks at once; 0 for a submitter */
export async function ownMember(threads: number): Promise<Member> {
  return {
    id: memberId(),
    host: hostname().slice(0, 200),
    processor: (processorName() ?? 'unknown').slice(0, 200),
    version,
    code: await programHash(),
    threads,
  };
}

/** Where the submitter puts files. */
export function blobsFor({ redis }: Queueing, { store }: QueueFlags): BlobStore {
  return store === undefined ? redisBlobs(redis) : folderBlobs(store);
}
