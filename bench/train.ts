/**
 * `npm run bench -- train`: inputs per second of online learning on one core, for 784-200-100-10 on MNIST with a transfer
 * every 100 inputs: the hidden rule with its random numbers, and the same network in floating point in the same process.
 */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { formatTable } from '../src/report/table.ts';
import { trainingChip } from '../src/schemes/transfer/synapses.ts';
import { loadTarget } from '../src/target/load.ts';
import { defaults } from '../src/train/defaults.ts';
import { perceptron } from '../src/train/network.ts';
import { openHidden } from '../src/train/rules/hidden/learner.ts';
import { openTrainer, trainBatch } from '../src/train/trainer.ts';
import { time } from './clock.ts';
import { readPart } from './idx-part.ts';
import { tiledLayers } from './tiled-places.ts';

/** Inputs of one run, and runs of one stage: learning takes longest at first, while errors are large and much moves. */
const [inputs, runs, stages] = [1000, 10, 3];
const images = inputs * runs * stages;
const { transferEvery } = defaults;

export async function benchTrain(): Promise<void> {
  const folder = join(process.env.CROSSLOOM_DATA ?? '../shared/data', 'mnist');
  if (!existsSync(folder)) {
    process.stdout.write(`skipped: there is no MNIST in ${folder}\n`);
    return;
  }
  const samples = await readPart(folder, 'train', images);
  const network = perceptron([784, 200, 100, 10], 'layer');
  const { target } = await loadTarget('leti-fecap-130nm');
  const chip = trainingChip(target, 1);
  const places = tiledLayers(chip, network.layers);
  const options = { ...defaults, seed: 1, batch: 1 };
  const learner = openHidden(network, options, { ...defaults, chip, places });
  const float = openTrainer(network, options);
  const rows: string[][] = [];
  for (const [name, trainer] of [['hidden rule', learner] as const, ['floating point', float] as const]) {
    for (let stage = 0; stage < stages; stage++) {
      const seconds: number[] = [];
      for (let run = 0; run < runs; run++) {
        const start = performance.now();
        for (let i = 0; i < inputs; i++) trainBatch(trainer, samples);
        seconds.push((performance.now() - start) / 1000);
      }
      seconds.sort((a, b) => a - b);
      const perSecond = (time: number) => (inputs / time).toFixed(0);
      const from = stage * inputs * runs;
      const right = `${((100 * trainer.progress.correct) / trainer.progress.position).toFixed(1)} %`;
      rows.push([
        name,
        `${from} to ${from + inputs * runs}`,
        perSecond(seconds[runs >> 1]!),
        perSecond(seconds[0]!),
        right,
      ]);
    }
  }
  const transfers = await time(9, async () => learner.learner!.transfer());
  const synapses = learner.learner!.synapses.reduce((sum, { analogue }) => sum + analogue.length, 0);
  process.stdout.write(
    `784-200-100-10 on MNIST, batch 1, transfer every ${transferEvery}; ${cpus()[0]!.model}, Node ${process.version}\n\n`,
  );
  const headers = ['rule', 'inputs', 'inputs/s, median', 'best', 'right so far'].map((header) => ({
    header,
  }));
  process.stdout.write(`${formatTable(headers, rows)}\n\n`);
  process.stdout.write(
    `a transfer of ${synapses} synapses: ${(transfers.median * 1e3).toFixed(1)} ms, ${((1e9 * transfers.median) / synapses).toFixed(0)} ns each\n`,
  );
}
