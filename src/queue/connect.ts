/** Opens connections to Redis. The two packages that this takes are there where somebody installed them. */
import type { QueueOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { queueNotInstalled, queueUnreachable } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { type Address, parseAddress } from './address.ts';
import { prefix } from './names.ts';

/** The libraries, and how they are to connect. */
export interface Queueing {
  readonly address: Address;
  readonly bullmq: typeof import('bullmq');
  /** For the connections that BullMQ opens. */
  readonly base: Pick<QueueOptions, 'connection' | 'prefix'>;
  /** Answered by Redis once; from then on what is asked waits until the network is back. */
  readonly redis: Redis;
  /** When Redis was last there, where it is not (ms of `performance.now()`). */
  readonly lostSince: () => number | undefined;
  /** From then on nothing connects again. */
  close(): void;
}

/** A first connection that takes longer is none (ms). */
const connectTime = 10_000;
/** A connection that answers nothing for so long, though it was asked, is dead (ms): longer than Redis is ever asked to wait. */
const usualSilence = 20_000;
const shortestPause = 50;
const longestPause = 2000;

const pauseBefore = (attempt: number) => Math.min(shortestPause * 2 ** Math.min(attempt, 10), longestPause);

/**
 * @param url as `parseAddress` takes it
 * @param silence after which a connection that was asked is dead (ms)
 * @throws DiagnosticError queue/not-installed, queue/address, queue/unreachable
 */
export async function connect(url: string, { silence = usualSilence } = {}): Promise<Queueing> {
  const address = parseAddress(url);
  const { bullmq, ioredis } = await libraries();
  const { host, port, db, username, password, tls } = address;
  const options = {
    ...{ host, port, db },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls }),
    connectTimeout: connectTime,
    socketTimeout: silence,
    keepAlive: silence,
    maxRetriesPerRequest: null,
  };
  let [answered, closed] = [false, false];
  let lost: number | undefined;
  let why: Error | undefined;
  const redis = new ioredis.Redis({
    ...options,
    lazyConnect: true,
    retryStrategy: (attempt: number) => (answered ? pauseBefore(attempt) : null),
  });
  redis.on('error', (error) => {
    why ??= error;
  });
  redis.on('close', () => {
    lost ??= performance.now();
  });
  redis.on('ready', () => {
    lost = undefined;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    const { message } = why ?? (error as Error);
    throw new DiagnosticError([queueUnreachable(address.name, message)]);
  }
  answered = true;
  return {
    ...{ address, bullmq, redis },
    base: {
      connection: { ...options, retryStrategy: (attempt: number) => (closed ? null : pauseBefore(attempt)) },
      prefix,
    },
    lostSince: () => lost,
    close() {
      closed = true;
      redis.disconnect();
    },
  };
}

async function libraries() {
  try {
    const [bullmq, ioredis] = await Promise.all([import('bullmq'), import('ioredis')]);
    return { bullmq, ioredis };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
      throw new DiagnosticError([queueNotInstalled()]);
    throw error;
  }
}
