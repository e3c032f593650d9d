/** What became of jobs so far, many in one question. */
import type { Redis } from 'ioredis';
import { limits } from './messages.ts';

export type JobState =
  /** Redis does not know it, or no longer. */
  | { readonly kind: 'missing' }
  /** It waits, or a worker is at it; so many before were not heard of any more. */
  | { readonly kind: 'open'; readonly deaths: number }
  | { readonly kind: 'completed'; readonly text: string }
  /** After so many tries. */
  | { readonly kind: 'failed'; readonly text: string; readonly tries: number };

/** ARGV: before the keys, limits of result and failure, keys -> state, text, and tries or deaths of each. What is too long is left there. */
const script = `
local out = {}
local function text(job, field, most)
  if redis.call('HSTRLEN', job, field) > tonumber(most) then return '' end
  return redis.call('HGET', job, field) or ''
end
for i = 4, #ARGV do
  local id = ARGV[i]
  local job = ARGV[1] .. id
  if redis.call('EXISTS', job) == 0 then out[#out + 1] = { 'missing', '', '0' }
  elseif redis.call('ZSCORE', ARGV[1] .. 'completed', id) then out[#out + 1] = { 'completed', text(job, 'returnvalue', ARGV[2]), '0' }
  elseif redis.call('ZSCORE', ARGV[1] .. 'failed', id) then
    out[#out + 1] = { 'failed', text(job, 'failedReason', ARGV[3]), redis.call('HGET', job, 'atm') or '0' }
  else out[#out + 1] = { 'open', '', redis.call('HGET', job, 'stc') or '0' } end
end
return out`;

/** @param jobs what stands before their keys */
export async function look(
  redis: Redis,
  jobs: string,
  keys: readonly string[],
): Promise<readonly JobState[]> {
  if (keys.length === 0) return [];
  const found = await redis.eval(script, 0, jobs, limits.result, limits.failure, ...keys);
  return (found as readonly (readonly [string, string, string])[]).map(([kind, text, count]) => {
    if (kind === 'completed') return { kind, text };
    if (kind === 'failed') return { kind, text, tries: Number(count) || 1 };
    return kind === 'open' ? { kind, deaths: Number(count) || 0 } : { kind: 'missing' };
  });
}
