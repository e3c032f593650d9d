/** docs/cluster.md: the Slurm script is a shell script with options that sbatch has, the manifest a Job of batch/v1. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { shardOf } from '../../src/cli/shard-of.ts';

const page = readFileSync('docs/cluster.md', 'utf8');
const block = (language: string) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)![1]!;

const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
const quantity = z.string().regex(/^[0-9]+(\.[0-9]+)?(m|[kMGTPE]i?)?$/);
const resources = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() });

/**
 * The fields that the manifest uses, as the API of Kubernetes has them:
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/ and pod-v1.
 */
const job = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  metadata: z.strictObject({ name: name.max(63) }),
  spec: z
    .strictObject({
      completionMode: z.enum(['NonIndexed', 'Indexed']),
      completions: z.int().min(1),
      parallelism: z.int().min(0),
      backoffLimitPerIndex: z.int().min(0).optional(),
      maxFailedIndexes: z.int().min(0).optional(),
      template: z.strictObject({
        spec: z.strictObject({
          // A Job takes no Always, and a limit per index needs Never.
          restartPolicy: z.literal('Never'),
          containers: z
            .array(
              z.strictObject({
                name,
                image: z.string().min(1),
                command: z.array(z.string()),
                env: z.array(z.strictObject({ name: z.string().regex(/^[A-Z_]+$/), value: z.string() })),
                resources: z.strictObject({ requests: resources, limits: resources }),
                volumeMounts: z.array(z.strictObject({ name, mountPath: z.string().startsWith('/') })),
              }),
            )
            .min(1),
          volumes: z.array(
            z.strictObject({ name, persistentVolumeClaim: z.strictObject({ claimName: name }) }),
          ),
        }),
      }),
    })
    .refine(({ maxFailedIndexes = 0, completions }) => maxFailedIndexes <= completions),
});

test('the manifest is an Indexed Job whose completions are the shards', () => {
  const { spec } = job.parse(parse(block('yaml')));
  expect(spec.completionMode).toBe('Indexed');
  const [container] = spec.template.spec.containers;
  const env = Object.fromEntries(container!.env.map((one) => [one.name, one.value]));
  expect(env.CROSSLOOM_SHARDS).toBe(String(spec.completions));
  const mounted = container!.volumeMounts.map((mount) => mount.name);
  expect(spec.template.spec.volumes.map((volume) => volume.name)).toEqual(mounted);
  const last = shardOf({}, { ...env, JOB_COMPLETION_INDEX: String(spec.completions - 1) });
  expect(last?.shard).toEqual({ number: spec.completions, of: spec.completions });
});

test('the script is one of bash, and its options are those of sbatch', () => {
  const script = block('bash');
  execFileSync('bash', ['-n'], { input: script });
  const lines = script.split('\n');
  expect(lines[0]).toBe('#!/bin/bash');
  const options = lines
    .filter((line) => line.startsWith('#SBATCH'))
    .map((line) => /^#SBATCH --([a-z-]+)=(\S+)$/.exec(line)!.slice(1) as [string, string]);
  // https://slurm.schedmd.com/sbatch.html; options count up to the first command alone.
  const known: Readonly<Record<string, RegExp>> = {
    'job-name': /^[\w-]+$/,
    array: /^\d+-\d+(:\d+)?(%\d+)?$/,
    'cpus-per-task': /^\d+$/,
    mem: /^\d+[KMGT]?$/,
    time: /^(\d+-)?\d+:\d\d:\d\d$/,
    output: /^\S+$/,
  };
  expect(options.length).toBeGreaterThan(4);
  for (const [option, value] of options) expect(value, option).toMatch(known[option]!);
  const first = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
  expect(lines.slice(first).some((line) => line.startsWith('#SBATCH'))).toBe(false);
});

test('ids of an array are shards, whatever they begin with', () => {
  const shardWith = (id: string, min: string, count: string, step = '1') =>
    shardOf(
      {},
      {
        SLURM_ARRAY_TASK_ID: id,
        SLURM_ARRAY_TASK_MIN: min,
        SLURM_ARRAY_TASK_COUNT: count,
        SLURM_ARRAY_TASK_STEP: step,
      },
    )?.shard;
  expect(shardWith('1', '1', '16')).toEqual({ number: 1, of: 16 });
  expect(shardWith('0', '0', '16')).toEqual({ number: 1, of: 16 });
  expect(shardWith('8', '0', '5', '4')).toEqual({ number: 3, of: 5 });
  expect(
    shardOf({ shard: { number: 2, of: 3 } }, { SLURM_ARRAY_TASK_ID: '1', SLURM_ARRAY_TASK_COUNT: '9' }),
  ).toEqual({
    shard: { number: 2, of: 3 },
    by: undefined,
  });
  expect(shardOf({ shards: 4 }, { JOB_COMPLETION_INDEX: '3' })?.shard).toEqual({ number: 4, of: 4 });
  expect(shardOf({ shards: 4 }, {})).toBeUndefined();
  expect(() => shardOf({ shards: 3 }, { JOB_COMPLETION_INDEX: '3' })).toThrow('sweep/shard');
  expect(() => shardWith('17', '1', '16')).toThrow('sweep/shard');
});
