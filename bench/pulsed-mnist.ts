/**
 * `npm run reproduce -- pulsed`: learning by pulses on 10,000 images of MNIST beside what Choi et al. (Advanced Science 2025,
 * e04578) report, and a device whose steps down are larger than those up. `pulsed NAME` runs one row of the table alone.
 */

import { formatTable, numbers } from '../src/report/table.ts';
import { availableThreads, runJob } from '../src/threads/pool.ts';
import { meanOf } from './mean-of.ts';
import { job, type PulsedResult, type PulsedTask } from './pulsed-job.ts';

type Given = Omit<PulsedTask, 'data' | 'seed'>;

/** What was chosen on the last 5,000 training images, of which none are learnt from here. */
const plain: Given = {
  ...{ rule: 'parallel', widths: [784, 10], normalization: 'none', overrides: [] },
  ...{ learningRate: 0.003, weightRange: 0.5, longestTrain: 10 },
  ...{ epochs: 3, samples: 10_000, heldOut: 0 },
};
const tikiTaka: Given = {
  ...plain,
  ...{ rule: 'tiki-taka-4', widths: [784, 256, 10], learningRate: 0.03, weightRange: 1, epochs: 8 },
  fast: { chopEvery: 4, fastSteps: 3 },
};

const disturbed = (up: number, down: number) => ({
  ...plain,
  overrides: [`programming.update.disturbUp=${up}`, `programming.update.disturbDown=${down}`],
});
/** Steps down 1.6 times as large as those up, as the companion array has them. */
const skewed = (task: Given) => ({ ...task, overrides: ['programming.pulse.upDown=-0.375'] });

interface Row {
  readonly name: string;
  readonly published: string;
  readonly task: Given;
  readonly seeds: number;
}

const rows: readonly Row[] = [
  { name: 'plain, disturb 0', published: '90.6', task: disturbed(0, 0), seeds: 3 },
  { name: 'plain, disturb 0.005', published: '89.08', task: disturbed(0.005, 0.005), seeds: 3 },
  { name: 'plain, disturb 0.02', published: 'cliff', task: disturbed(0.02, 0.02), seeds: 1 },
  { name: 'plain, disturb 0.05', published: 'cliff', task: disturbed(0.05, 0.05), seeds: 1 },
  { name: 'plain, disturb up 0.005, down 0', published: 'worse', task: disturbed(0.005, 0), seeds: 1 },
  { name: 'plain, steps down 1.6 x', published: '15', task: skewed(plain), seeds: 1 },
  {
    name: 'floating point, 784-10',
    published: '',
    task: { ...plain, rule: 'float', learningRate: 0.01 },
    seeds: 1,
  },
  { name: 'version 4', published: '95.2', task: tikiTaka, seeds: 3 },
  { name: 'version 4, steps down 1.6 x', published: '97', task: skewed(tikiTaka), seeds: 2 },
  {
    name: 'version 2',
    published: '',
    task: { ...tikiTaka, rule: 'tiki-taka-2', fast: { fastSteps: 3 } },
    seeds: 1,
  },
  {
    name: 'floating point, 784-256-10',
    published: '',
    task: { ...tikiTaka, rule: 'float', learningRate: 0.01 },
    seeds: 1,
  },
];

export async function pulsedMnist(data: string, name: string | undefined): Promise<string> {
  const chosen = rows.filter((row) => name === undefined || row.name === name);
  const tasks = chosen.flatMap(({ task, seeds }, row) =>
    Array.from({ length: seeds }, (_, i) => ({ row, task: { ...task, data, seed: i + 1 } })),
  );
  const results: PulsedResult[] = [];
  await runJob(
    job,
    undefined,
    tasks.map(({ task }) => task),
    {
      threads: availableThreads(),
      count: tasks.length,
      onResult(result, index) {
        results[index] = result;
        const accuracies = result.accuracies.map((accuracy) => accuracy.toFixed(2));
        process.stderr.write(
          `${chosen[tasks[index]!.row]!.name}, seed ${result.task.seed}: ${accuracies.join(' ')}\n`,
        );
      },
    },
  );
  const measured = chosen.map((_, row) =>
    meanOf(results.filter((_, i) => tasks[i]!.row === row).map(({ accuracies }) => accuracies.at(-1)!)),
  );
  return `${tasks.length} runs\n\n${formatTable(
    numbers('rule and device', 'published %', 'measured %'),
    chosen.map(({ name: own, published }, row) => [own, published, measured[row]!]),
  )}`;
}
