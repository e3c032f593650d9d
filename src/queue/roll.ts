/**
 * Who is there: workers and submitters say so again and again, and are forgotten soon after they do not. The server's clock alone
 * tells how long ago that was.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { sha256Schema } from '../files/sha256-schema.ts';
import type { Identity } from './kind-of-work.ts';
import { type Role, rollKey } from './names.ts';

/** A worker or a submitter, as it tells others. */
export interface Member extends Identity {
  readonly id: string;
  /** Name of the machine. */
  readonly host: string;
  /** Model of its processor, whose float sums may differ from those of others in their last bits. */
  readonly processor: string;
  /** Tasks at once; 0 for a submitter. */
  readonly threads: number;
}

/** A name on the roll that nobody else has. */
export const memberId = () => randomUUID();

const word = z.string().max(200);
const memberSchema = z.strictObject({
  id: word,
  host: word,
  processor: word,
  version: word,
  code: sha256Schema,
  threads: z.int().min(0).max(1024),
});

/** Time between two words of a member (ms). */
export const beat = 2000;
/** Time after which a member that said nothing is gone (ms). */
export const gone = 15_000;
/** Members that are looked at. */
const mostMembers = 10_000;
/** Characters of a member's word. */
const longestWord = 2000;

/** KEYS: roll, ARGV: member or '', ms until it is forgotten, most members -> members that are there. */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] ~= '' then redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('PEXPIRE', KEYS[1], 10 * ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, ARGV[3] - 1)`;

/**
 * @param self says that it is there; absent: only looks
 * @returns all of that role that are there, itself included
 */
export async function callRoll(redis: Redis, role: Role, self?: Member): Promise<readonly Member[]> {
  const own = self ? JSON.stringify(self) : '';
  const found = (await redis.eval(script, 1, rollKey(role), own, gone, mostMembers)) as readonly string[];
  return found.flatMap((text) => {
    if (text.length > longestWord) return [];
    const read = memberSchema.safeParse(parsed(text));
    return read.success ? [read.data] : [];
  });
}

export async function leaveRoll(redis: Redis, role: Role, self: Member): Promise<void> {
  await redis.zrem(rollKey(role), JSON.stringify(self));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
