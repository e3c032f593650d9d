/**
 * `npm run bench -- pulsed`: inputs per second of processor time, learnt online by parallel updates, for 784-256-128-10 on MNIST
 * with device spread, cycle noise and trains of up to 31 slots: on one array per layer and on arrays of 64 x 64, and the same
 * network in floating point in the same process, in turns.
 */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { formatTable, numbers } from '../src/report/table.ts';
import { trainBatch } from '../src/train/trainer.ts';
import { readPart } from './idx-part.ts';
import { openPulsed } from './pulsed-job.ts';

const [inputs, runs] = [250, 9];

export async function benchPulsed(): Promise<void> {
  const folder = join(process.env.CROSSLOOM_DATA ?? '../shared/data', 'mnist');
  if (!existsSync(folder)) {
    process.stdout.write(`skipped: there is no MNIST in ${folder}\n`);
    return;
  }
  const samples = await readPart(folder, 'train', inputs * (runs + 1));
  const task: Omit<Parameters<typeof openPulsed>[0], 'rule'> = {
    ...{ widths: [784, 256, 128, 10], overrides: [], learningRate: 0.01 },
    ...{ weightRange: 1, longestTrain: 31, seed: 1 },
    normalization: 'none',
  };
  const whole = ['array.rows=784', 'array.columns=258', 'driver.rowsAtOnce=784'];
  const trainers = await Promise.all([
    openPulsed({ ...task, rule: 'parallel', overrides: whole }),
    openPulsed({ ...task, rule: 'parallel' }),
    openPulsed({ ...task, rule: 'float' }),
  ]);
  const seconds = trainers.map((): number[] => []);
  for (let run = 0; run <= runs; run++)
    for (const [t, trainer] of trainers.entries()) {
      const start = process.cpuUsage();
      for (let i = 0; i < inputs; i++) trainBatch(trainer, samples);
      const { user, system } = process.cpuUsage(start);
      // The first run warms up.
      if (run > 0) seconds[t]!.push((user + system) / 1e6);
    }
  const sorted = seconds.map((times) => times.sort((a, b) => a - b));
  const median = sorted.map((times) => times[runs >> 1]!);
  const names = [
    'parallel updates, an array per layer',
    'parallel updates, arrays of 64 x 64',
    'floating point',
  ];
  process.stdout.write(
    `784-256-128-10 on MNIST, batch 1, ${runs} runs of ${inputs} inputs, processor time; ${cpus()[0]!.model}, Node ${process.version}\n\n`,
  );
  const rows = names.map((name, t) => [
    name,
    (inputs / median[t]!).toFixed(0),
    (inputs / sorted[t]![0]!).toFixed(0),
    (median[t]! / median[2]!).toFixed(1),
  ]);
  const headers = numbers('', 'inputs/s, median', 'best', 'time of floating point');
  process.stdout.write(`${formatTable(headers, rows)}\n`);
}
