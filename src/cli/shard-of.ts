/** Which share of a sweep a process has: by flag, or by the variables of a scheduler that starts many like it. */
import { InvalidArgumentError } from 'commander';
import { missingUsage, shardOutOfRange } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { Shard } from '../sweep/shard.ts';
import type { Io } from './io.ts';

export interface ShardFlags {
  readonly shard?: Shard;
  readonly shards?: number;
}

/** Reader of a shard such as `3/16`. */
export function shardText(text: string): Shard {
  const [, number, of] = /^\s*(\d{1,6})\s*\/\s*(\d{1,6})\s*$/.exec(text) ?? [];
  if (of === undefined)
    throw new InvalidArgumentError('Write the number of the shard and how many there are: 3/16.');
  return { number: Number(number), of: Number(of) };
}

export interface ChosenShard {
  readonly shard: Shard;
  /** The variable that says it; undefined where a flag does. */
  readonly by: string | undefined;
}

/**
 * The flag counts before a Slurm array, and that before an Indexed Job of Kubernetes, which does not say of how many.
 * @returns undefined for the whole sweep
 * @throws DiagnosticError usage/missing, sweep/shard
 */
export function shardOf(flags: ShardFlags, env: Io['env']): ChosenShard | undefined {
  const chosen = flags.shard
    ? { shard: flags.shard, by: undefined }
    : (slurmShard(env) ?? indexedShard(flags, env));
  if (!chosen) return undefined;
  const { number, of } = chosen.shard;
  if (number < 1 || number > of) raise([shardOutOfRange(chosen.by ?? '--shard', number, of)]);
  return chosen;
}

/** https://slurm.schedmd.com/job_array.html: ids from MIN on in steps, COUNT of them. */
function slurmShard(env: Io['env']): ChosenShard | undefined {
  const id = wholeIn(env, 'SLURM_ARRAY_TASK_ID');
  const of = wholeIn(env, 'SLURM_ARRAY_TASK_COUNT');
  if (id === undefined || of === undefined) return undefined;
  const first = wholeIn(env, 'SLURM_ARRAY_TASK_MIN') ?? 0;
  const step = wholeIn(env, 'SLURM_ARRAY_TASK_STEP') ?? 1;
  return { shard: { number: Math.floor((id - first) / step) + 1, of }, by: 'SLURM_ARRAY_TASK_ID' };
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/: an index from 0 on. */
function indexedShard({ shards }: ShardFlags, env: Io['env']): ChosenShard | undefined {
  const index = wholeIn(env, 'JOB_COMPLETION_INDEX');
  if (index === undefined) return undefined;
  const of = shards ?? wholeIn(env, 'CROSSLOOM_SHARDS');
  if (of === undefined)
    raise([
      missingUsage(
        'crossloom sweep',
        'JOB_COMPLETION_INDEX is set, and nothing says how many completions there are: give --shards or CROSSLOOM_SHARDS',
      ),
    ]);
  return { shard: { number: index + 1, of: of! }, by: 'JOB_COMPLETION_INDEX' };
}

function wholeIn(env: Io['env'], name: string): number | undefined {
  const text = env[name];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
