/** Whole runs: learning, resuming, stopping. */
import { describe, expect, test } from 'vitest';
import { tiledLayers } from '../../bench/tiled-places.ts';
import { openStream } from '../../src/math/random.ts';
import { trainingChip } from '../../src/schemes/transfer/synapses.ts';
import { misfitsOf } from '../../src/train/misfits.ts';
import { perceptron, type TrainedLayer } from '../../src/train/network.ts';
import { type HiddenLearner, type HiddenOptions, openHidden } from '../../src/train/rules/hidden/learner.ts';
import { mostCycles } from '../../src/train/rules/hidden/wear.ts';
import { finishRun } from '../../src/train/run.ts';
import { epochOrder, type Samples } from '../../src/train/samples.ts';
import { restore, snapshot } from '../../src/train/snapshot.ts';
import {
  evaluate,
  openTrainer,
  type Trainer,
  type TrainOptions,
  trainBatch,
} from '../../src/train/trainer.ts';
import { transferTarget } from '../chip/bench.ts';
import { raised } from '../data/files.ts';

const inputs = 24;
const classes = 4;

/** Noisy copies of one drawn pattern per class; half of the inputs are 0. */
function drawSamples(count: number, key: number): Samples {
  const patterns = openStream(1, 'patterns', 0);
  const centres = Float32Array.from({ length: classes * inputs }, () => Math.max(0, patterns.normal()));
  const stream = openStream(1, 'samples', key);
  const labels = Uint8Array.from({ length: count }, () => Math.floor(classes * stream.uniform()));
  const values = new Float32Array(count * inputs);
  for (let s = 0; s < count; s++)
    for (let i = 0; i < inputs; i++)
      values[s * inputs + i] = Math.max(0, centres[labels[s]! * inputs + i]! + 0.3 * stream.normal());
  return { count, inputs: values, scale: 1, labels };
}
const samples = drawSamples(300, 0);
const held = drawSamples(500, 1);

const options: TrainOptions = { seed: 5, batch: 1, rate: 0.02, gain: 1, lastGain: 1 };

function open(
  normalization: TrainedLayer['normalization'],
  change: Partial<TrainOptions> = {},
  onChip: Partial<HiddenOptions> | null = {},
): Trainer<HiddenLearner> {
  const network = perceptron([inputs, 20, classes], normalization);
  const chip = trainingChip(transferTarget, 3);
  const places = tiledLayers(chip, network.layers);
  const changed = { ...options, ...change };
  if (onChip === null) return openTrainer(network, changed);
  return openHidden(network, changed, {
    chip,
    places,
    transferEvery: 20,
    range: 255,
    rounding: 'stochastic',
    maskProbability: 0.5,
    learningRate: 20,
    biasRate: 0.02,
    ...onChip,
  });
}

function train(trainer: Trainer, batches: number): void {
  for (let n = 0; n < batches; n++) trainBatch(trainer, samples);
}

const kinds = [
  { name: 'online, layer normalization', normalization: 'layer', change: {}, onChip: {} },
  { name: 'mini-batches, batch normalization', normalization: 'batch', change: { batch: 7 }, onChip: {} },
  { name: 'floating point', normalization: 'layer', change: {}, onChip: null },
] as const;

describe.each(kinds)('$name', ({ normalization, change, onChip }) => {
  const opened = () => open(normalization, change, onChip);

  test('learns', () => {
    const trainer = opened();
    const before = evaluate(trainer, held).correct / held.count;
    train(trainer, 2000);
    expect(before).toBeLessThan(0.7);
    expect(evaluate(trainer, held).correct / held.count).toBeGreaterThan(0.9);
  });

  test.each([1, 37, 299, 300, 333])(
    'a run resumed after %i batches ends bit for bit as one that went through',
    (cut) => {
      const through = opened();
      train(through, 650);
      const first = opened();
      train(first, cut);
      const saved = structuredClone(snapshot(first));
      // What happens after the snapshot is lost.
      train(first, 10);
      const resumed = opened();
      restore(resumed, saved);
      train(resumed, 650 - cut);
      expect(snapshot(resumed)).toEqual(snapshot(through));
      expect(resumed.progress).toEqual(through.progress);
      expect(evaluate(resumed, held)).toEqual(evaluate(through, held));
    },
  );
});

test('a snapshot is a copy, and one of another network is refused', () => {
  const trainer = open('layer');
  const saved = snapshot(trainer);
  const kept = structuredClone(saved);
  train(trainer, 50);
  expect(saved).toEqual(kept);
  const inFloat = snapshot(open('layer', {}, null));
  expect(Object.keys(inFloat)).not.toContain('0.hidden');
  expect(() => restore(trainer, inFloat)).toThrow(/snapshot without/);
  expect(misfitsOf(trainer, saved)).toEqual([]);
  expect(misfitsOf(trainer, inFloat)[0]).toMatch(/^it has not the \d+ numbers 0\.hidden$/);
});

test.each([
  ['0.hidden', 3, 512, 'number 3 of 0.hidden is 512'],
  ['0.matrix', 0, Number.NaN, 'number 0 of 0.matrix is NaN'],
  ['progress', 3, -1, 'number 3 of progress is -1'],
  ['progress', 0, 1.5, 'number 0 of progress is 1.5'],
] as const)('numbers that no run could have are told: %s', (name, at, value, reason) => {
  const trainer = open('layer');
  const saved = snapshot(trainer);
  saved[name]![at] = value;
  expect(misfitsOf(trainer, saved)).toEqual([reason]);
});

test('evaluation and the effect of a switched-off error leave the course of learning alone', () => {
  const [one, other] = [open('layer'), open('layer')];
  for (let n = 0; n < 200; n++) {
    trainBatch(one, samples);
    trainBatch(other, samples);
    if (n % 10 === 0) evaluate(other, held);
  }
  expect(snapshot(other)).toEqual(snapshot(one));
});

test('transfers come every so many inputs, whatever the batch', () => {
  const rounds = (change: Partial<TrainOptions>, transferEvery: number, batches: number) => {
    const trainer = open('layer', change, { transferEvery });
    train(trainer, batches);
    return trainer.learner!.synapses.map(({ counts }) => counts.rounds - 1);
  };
  expect(rounds({}, 20, 199)).toEqual([9, 9]);
  expect(rounds({}, 20, 200)).toEqual([10, 10]);
  expect(rounds({}, 1, 30)).toEqual([30, 30]);
  // Batches end at 7, 14, 21, ...: after 3, 6 and 9 of them another 20 inputs are done.
  expect(rounds({ batch: 7 }, 20, 9)).toEqual([3, 3]);
});

test('an epoch takes every sample once, each in another order', () => {
  const [first, second] = [epochOrder(1, 0, 1000), epochOrder(1, 1, 1000)];
  expect([...first].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
  expect(first).not.toEqual(second);
  expect(epochOrder(1, 0, 1000)).toEqual(first);
  expect(epochOrder(2, 0, 1000)).not.toEqual(first);
  const trainer = open('layer', { batch: 7 });
  train(trainer, 43);
  // 42 batches of 7 and one of 6 make 300.
  expect(trainer.progress).toMatchObject({ inputs: 300, epoch: 0, position: 300 });
  train(trainer, 1);
  expect(trainer.progress).toMatchObject({ inputs: 307, epoch: 1, position: 7 });
});

describe('endurance', () => {
  const until = (trainer: Trainer, most: number) => {
    for (let n = 0; n < most; n++) {
      const result = trainBatch(trainer, samples);
      if ('stop' in result) return result;
    }
    return undefined;
  };

  test('the run stops before the transfer that would exceed the memristors', () => {
    const endurance = { memristor: 8, fecap: 1e7 };
    const trainer = open('layer', {}, { endurance });
    // One RESET after forming and one transfer before learning: six more, after 20, 40, ... 120 inputs.
    expect(until(trainer, 1000)).toEqual({ stop: 'memristor', inputs: 139 });
    expect(mostCycles(trainer.learner!.synapses).memristor).toBe(8);
  });

  test('the run stops before a FeCAP can exceed its own', () => {
    const endurance = { memristor: 1e5, fecap: 1100 };
    const trainer = open('layer', {}, { endurance });
    const stop = until(trainer, 5000);
    expect(stop?.stop).toBe('fecap');
    const { fecap } = mostCycles(trainer.learner!.synapses);
    expect(fecap).toBeLessThanOrEqual(1100);
    expect(fecap).toBeGreaterThanOrEqual(1099);
    // It stays stopped, and a run without a limit goes on.
    expect(trainBatch(trainer, samples)).toEqual(stop);
    const free = open('layer');
    train(free, stop!.inputs + 40);
    expect(mostCycles(free.learner!.synapses).fecap).toBeGreaterThan(1100);
  });
});

test('learning that diverges is told apart from a result', async () => {
  const run = (biasRate: number) => ({
    chip: open('layer', {}, { biasRate }),
    float: open('layer', {}, null),
    training: drawSamples(20, 2),
    test: drawSamples(5, 3),
    epochs: 1,
  });
  expect(await raised(finishRun(run(1e300), []))).toContainEqual(
    expect.stringMatching(/^result\/not-a-number at epoch 1: the loss of testing the chip is NaN/),
  );
  expect((await finishRun(run(0.02), []))[0]!.loss).toBeGreaterThan(0);
});
