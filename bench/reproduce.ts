/**
 * `npm run reproduce -- NAME`: what a paper reports beside what the simulated chip gives, as rows of docs/reproduction.md.
  precision,
 * Runs are spread over threads; all but those of devices alone are on shared data, without which there is nothing to reproduce.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installRoot } from '../src/files/install-root.ts';
import { formatTable } from '../src/report/table.ts';
import { defaults } from '../src/train/defaults.ts';
import { denoisedStaircase } from './denoised-staircase.ts';
import { fecapWrites } from './fecap-writes.ts';
import { learnAll } from './learn-all.ts';
import type { LearningTask, Learnt } from './learning-job.ts';
import { levelsAccuracy } from './levels-accuracy.ts';
import { meanOf } from './mean-of.ts';
import { paperEnergy } from './paper-costs.ts';
import { precision } from './precision.ts';
import { predictedStates } from './predicted-states.ts';
import { productErrors } from './product-errors.ts';
import { pulsedMnist } from './pulsed-mnist.ts';
import { statesAccuracy } from './states-accuracy.ts';
import { transferLearning } from './transfer-learning.ts';
import { updateDisturb } from './update-disturb.ts';

const shared = process.env.CROSSLOOM_DATA ?? join(installRoot(), '../shared/data');
const mnist = join(shared, 'mnist');
const fashion = join(shared, 'fashion-mnist');

const epoch = 60_000;
const online: LearningTask = {
  data: mnist,
  widths: [784, 200, 100, 10],
  normalization: 'layer',
  rule: 'hidden',
  batch: 1,
  transferEvery: defaults.transferEvery,
  spread: 1,
  seed: 1,
  inputs: 10 * epoch,
};

interface Check {
  readonly tasks: readonly LearningTask[];
  readonly print: (runs: readonly Learnt[]) => string;
}

const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const forSeeds = (count: number, task: LearningTask) => seeds(count).map((seed) => ({ ...task, seed }));

function accuracies(runs: readonly Learnt[], of: (task: LearningTask) => boolean): string {
  const own = runs.filter(({ task }) => of(task));
  return own.length === 0 ? '' : meanOf(own.map(({ accuracy }) => accuracy));
}

function accuracyTable(runs: readonly Learnt[], published: readonly [string, string]): string {
  return formatTable(
    [{ header: 'rule' }, { header: 'published' }, { header: 'measured %' }],
    [
      ['hidden weights', published[0], accuracies(runs, (t) => t.rule === 'hidden' && t.spread === 1)],
      ...(runs.some(({ task }) => task.spread === 0)
        ? [['the same without spread', '', accuracies(runs, (t) => t.rule === 'hidden' && t.spread === 0)]]
        : []),
      ['floating point', published[1], accuracies(runs, (t) => t.rule === 'float')],
    ],
  );
}

/** Endurance margins and energies of the runs on the chip as it is assumed. */
function costTable(runs: readonly Learnt[]): string {
  const run = runs.find(({ task }) => task.rule === 'hidden' && task.spread === 1)!;
  const { cycles, wakeUps, costs, synapses, task } = run;
  const fecap = cycles.fecap - wakeUps;
  const energy = paperEnergy(run);
  const own = costs.memristorEnergy + costs.fecapEnergy;
  const writes = costs.updateWrites + costs.restoreWrites;
  const rows = [
    [
      'memristor cycles of 1e5',
      '6,000, 17 times',
      `${cycles.memristor}, ${(1e5 / cycles.memristor).toFixed(1)} times`,
    ],
    ['FeCAP writes of 1e7', '133,333, 75 times', `${fecap}, ${(1e7 / fecap).toFixed(0)} times`],
    ['writes of that FeCAP per input', '0.22', (fecap / task.inputs).toFixed(3)],
    ['FeCAP writes per synapse and input', '0.4', (writes / synapses / task.inputs).toFixed(4)],
    ['energy per synapse, counted as in the paper', '38 nJ', `${((1e9 * energy) / synapses).toFixed(1)} nJ`],
    ['energy of the network, counted so', '', `${(1e3 * energy).toFixed(2)} mJ`],
    ['energy per synapse, every pulse', '', `${((1e9 * own) / synapses).toFixed(1)} nJ`],
  ];
  return formatTable([{ header: 'check' }, { header: 'published' }, { header: 'measured' }], rows);
}

const intervals = [10, 30, 100, 300, 1000, 3000, 10_000];
const short: LearningTask = { ...online, inputs: epoch };
/** Fewer intervals, because a mini-batch moves ten times as many synapses at once. */
const batchIntervals = [100, 1000, 10_000];
const miniBatch: LearningTask = { ...short, batch: 10, normalization: 'batch' };

const checks: Readonly<Record<string, Check>> = {
  mnist: {
    tasks: [...forSeeds(3, online), { ...online, spread: 0 }, ...forSeeds(3, { ...online, rule: 'float' })],
    print: (runs) => `${accuracyTable(runs, ['96.7', '98.1'])}\n${costTable(runs)}`,
  },
  interval: {
    tasks: [
      ...intervals.flatMap((transferEvery) => [
        { ...short, transferEvery },
        { ...short, transferEvery, spread: 0 },
      ]),
      ...batchIntervals.map((transferEvery) => ({ ...miniBatch, transferEvery })),
    ],
    print: (runs) =>
      formatTable(
        [
          { header: 'inputs between transfers', align: 'right' },
          { header: 'online %' },
          { header: 'without spread %' },
          { header: 'mini-batches of 10, batch norm %' },
        ],
        intervals.map((k) => [
          String(k),
          accuracies(runs, (t) => t.transferEvery === k && t.batch === 1 && t.spread === 1),
          accuracies(runs, (t) => t.transferEvery === k && t.batch === 1 && t.spread === 0),
          accuracies(runs, (t) => t.transferEvery === k && t.batch === 10),
        ]),
      ),
  },
  energy: {
    tasks: [1, 100].map((transferEvery) => ({ ...online, transferEvery, inputs: 6000 })),
    print: ([every, rarely]) => {
      const ratio = (of: (run: Learnt) => number) => (of(every!) / of(rarely!)).toFixed(1);
      return formatTable(
        [{ header: 'energy at an interval of 1 over 100' }, { header: 'published' }, { header: 'measured' }],
        [
          ['counted as in the paper', '38 times', `${ratio(paperEnergy)} times`],
          ['every pulse', '', `${ratio(({ costs }) => costs.memristorEnergy + costs.fecapEnergy)} times`],
        ],
      );
    },
  },
  fashion: {
    tasks: [
      { ...online, data: fashion, widths: [784, 200, 100, 100, 10] },
      { ...online, data: fashion, widths: [784, 200, 100, 100, 10], rule: 'float' },
    ],
    print: (runs) => accuracyTable(runs, ['no number known', 'no number known']),
  },
};

async function runChecks({ tasks, print }: Check): Promise<string> {
  return `${tasks.length} runs\n\n${print(await learnAll(tasks))}`;
}

/** Checks that are more than runs and a table of them. */
const studies: Readonly<Record<string, () => Promise<string>>> = {
  'fecap-writes': () => fecapWrites(online, process.argv.slice(3)),
  'transfer-learning': () => transferLearning(shared),
  pulsed: () => pulsedMnist(mnist, process.argv[3]),
  states: predictedStates,
  staircase: denoisedStaircase,
  precision,
  'states-accuracy': () => statesAccuracy(process.argv.slice(3)),
  levels: () => levelsAccuracy(process.argv.slice(3)),
  disturb: updateDisturb,
  mvm: () => productErrors(shared),
};

/** Those that need no data. */
const ofDevices = ['states', 'staircase', 'precision', 'disturb'];

const name = process.argv[2] ?? '';
const check = checks[name];
const study = studies[name] ?? (check && (() => runChecks(check)));
if (!study) {
  process.stderr.write(`name one of: ${[...Object.keys(checks), ...Object.keys(studies)].join(', ')}\n`);
  process.exitCode = 2;
} else if (!ofDevices.includes(name) && !existsSync(mnist)) {
  process.stdout.write(`skipped: there is no MNIST in ${mnist}\n`);
} else {
  process.stdout.write(`${name}: ${await study()}`);
}
