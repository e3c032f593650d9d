/** Learning by parallel updates: what it expects of every weight, and that its pulses are those of the instruction. */
import { expect, test } from 'vitest';
import { executeBitstream } from '../../../src/chip/execute.ts';
import { certainPulse, type Instruction } from '../../../src/ir/schedule.ts';
import { openStream } from '../../../src/math/random.ts';
import { headerOf } from '../../../src/package/header.ts';
import { loadTarget } from '../../../src/target/load.ts';
import { misfitsOf } from '../../../src/train/misfits.ts';
import { perceptron } from '../../../src/train/network.ts';
import { openParallelLearner } from '../../../src/train/rules/parallel/learner.ts';
import type { PulseCosts } from '../../../src/train/rules/pulse-costs.ts';
import { openPulsedLayers, type PulsedChip } from '../../../src/train/rules/pulsed-chip.ts';
import { pulseLayer, readLayer } from '../../../src/train/rules/pulsed-layer.ts';
import type { PulsedOptions } from '../../../src/train/rules/pulsed-options.ts';
import { codes } from '../../../src/train/rules/update-trains.ts';
import type { Samples } from '../../../src/train/samples.ts';
import { restore, snapshot } from '../../../src/train/snapshot.ts';
import { openTrainer, type Trainer, trainBatch } from '../../../src/train/trainer.ts';
import { cornerChip } from '../../support/pulsed-chip.ts';

const inputs = 7;
const outputs = 5;
const network = perceptron([inputs, outputs], 'none');
const loaded = await loadTarget('cmo-hfox-350nm');
const options = { seed: 4, batch: 1, rate: 0.1, gain: 1, lastGain: 1 };
const parallel: PulsedOptions = {
  ...{ learningRate: 0.1, biasRate: 0.1, longestTrain: 10, updateBias: 'half' },
};

const chipOf = (target: PulsedChip['target']) => cornerChip(target, inputs, outputs);

function drawSamples(count: number): Samples {
  const stream = openStream(1, 'samples', 0);
  const draws = Float32Array.from({ length: count * inputs }, () => Math.max(0, stream.normal()));
  const labels = Int32Array.from({ length: count }, () => Math.floor(outputs * stream.uniform()));
  return { count, inputs: draws, scale: 1, labels };
}
const samples = drawSamples(60);

const open = (chip: PulsedChip, change: Partial<PulsedOptions> = {}): Trainer =>
  openTrainer(network, options, openParallelLearner(network, options, { ...parallel, ...change }, chip));

test.each([
  ['one slot, fewer than one step', 0.0004, 1],
  ['several slots', 0.02, 10],
  ['as many slots as there are', 0.06, 32],
])('a weight moves by -rate x d on average: %s', async (_, learningRate, longestTrain) => {
  const even = ['stepSpread', 'upDownSpread', 'boundMaxSpread', 'boundMinSpread', 'cycleToCycle'];
  const overrides = [...even.map((name) => `${name}=0`), 'stepSize=0.002'].map(
    (o) => `programming.pulse.${o}`,
  );
  const { target } = await loadTarget('cmo-hfox-350nm', overrides);
  const chip = chipOf(target);
  const trainer = open(chip, { learningRate, longestTrain });
  const pass = trainer.pass.layers[0]!;
  const x = [0.9, 0, -0.4, 0.1, 1, 0.02, 0.7];
  const d = [0.5, -1, 0, 0.3, -0.05];
  pass.x.set(x);
  pass.d.set(d);
  const draws = 3000;
  const sums = new Float64Array(inputs * outputs);
  const start = trainer.learner!.arrays()['array 0.w']!.slice();
  for (let n = 0; n < draws; n++) {
    trainer.learner!.arrays()['array 0.w']!.set(start);
    pass.matrix.fill(0);
    trainer.learner!.step(0, pass, 1, n);
    for (let k = 0; k < sums.length; k++) sums[k]! += pass.matrix[k]!;
  }
  const step = 0.002;
  for (let k = 0; k < sums.length; k++) {
    const wanted = -learningRate * x[Math.floor(k / outputs)]! * d[k % outputs]!;
    // Steps of one size: their number has at most the variance of its mean where trains meet slot by slot, and shrinks towards the bound.
    const tolerance = 4.5 * Math.sqrt((step * Math.abs(wanted)) / draws) + 0.5 * wanted ** 2 + 1e-5;
    expect(Math.abs(sums[k]! / draws - wanted)).toBeLessThan(tolerance);
  }
});

test('its pulses leave what a chip makes of the instruction `update` with the same codes and keys', async () => {
  const updates: Instruction[] = [];
  const chip = chipOf(loaded.target);
  const trainer = open(chip);
  const { rows, columns } = loaded.target.array;
  const mask = new Uint8Array(Math.ceil(columns / 8)).fill(255);
  const all = Array.from({ length: rows }, (_, row) => row);
  const before: Instruction[] = [
    ...all.map((row): Instruction => ({ op: 'form', row, mask })),
    ...all.map((row): Instruction => ({ op: 'reset', row, mask })),
  ];
  const header = headerOf(loaded, 1);
  const execute = (instructions: Instruction[]) =>
    executeBitstream(header, [{ array: 0, instructions }], loaded, {
      ...{ seed: chip.seed, bitstream: '', keepHistory: true },
    });
  const reset = await execute(before);
  const programmed = { ...chip, arrays: [{ conductances: reset.conductances[0]!, ...reset.history![0]! }] };
  const learning = open(programmed);
  const layer = learning.pass.layers[0]!;
  const keys = openStream(options.seed, 'train-pulses', 0);
  const draws = openStream(1, 'gradients', 0);
  const [longest, rate] = [10, parallel.learningRate / chip.layers[0]!.stepUnits];
  const { vSet, vReset } = (loaded.target.programming as { update: { vSet: number; vReset: number } }).update;
  for (let n = 0; n < 40; n++) {
    layer.x.set(Float32Array.from({ length: inputs }, (_, i) => (i % 3 === 1 ? 0 : draws.normal())));
    layer.d.set(Float32Array.from({ length: outputs }, () => draws.normal()));
    const [x, d] = [layer.x.slice(0, inputs), layer.d.slice(0, outputs)];
    const most = (values: Float32Array) => Math.max(...values.map(Math.abs));
    const wanted = rate * most(x) * most(d);
    const length = Math.min(longest, Math.ceil(wanted));
    const share = Math.sqrt(wanted / length);
    keys.seek(n);
    updates.push({
      ...{ op: 'update', bias: 'half', length, vSet: Math.fround(vSet), vReset: Math.fround(vReset) },
      ...{ key: Math.floor(2 ** 32 * keys.uniform()), row: 2, column: 3 },
      ...{ x: codes(x, 0, inputs, share), d: codes(d, 0, outputs, -share) },
    });
    learning.learner!.step(0, layer, 1, n);
  }
  const largest = Math.max(...updates.flatMap((u) => (u.op === 'update' ? [...u.x, ...u.d] : [])));
  expect(largest).toBeLessThanOrEqual(certainPulse);
  const executed = await execute([...before, ...updates]);
  const { gMin, gMax } = loaded.target.cell;
  const w = (row: number, column: number) =>
    (2 * (executed.conductances[0]![row * columns + column]! - gMin)) / (gMax - gMin) - 1;
  for (let i = 0; i < inputs; i++)
    for (let j = 0; j < outputs; j++)
      expect(layer.matrix[i * outputs + j]!).toBeCloseTo(w(2 + i, 3 + j) - w(2 + i, 3 + outputs), 4);
  const { costs } = learning.learner!.spending() as { costs: PulseCosts };
  const pulses = (name: 'setPulses' | 'resetPulses') =>
    executed.counters[0]![name] - reset.counters[0]![name];
  expect([costs.setPulses, costs.resetPulses]).toEqual([pulses('setPulses'), pulses('resetPulses')]);
  const { energy, time } = executed.counters[0]!;
  expect(costs.stepEnergy + costs.halfSelectEnergy).toBeCloseTo(energy - reset.counters[0]!.energy, 12);
  expect(costs.time).toBeCloseTo(time - reset.counters[0]!.time, 12);
  expect(learning.learner!.cycles().memristor).toBe(executed.wear.memristor);
  expect(trainer.learner!.cycles().memristor).toBe(0);
});

test.each([0, 0.005])(
  'a run resumed ends bit for bit as one that went through, at a disturb of %f',
  async (ratio) => {
    const { target } = await loadTarget('cmo-hfox-350nm', [
      `programming.update.disturbUp=${ratio}`,
      `programming.update.disturbDown=${ratio}`,
    ]);
    const opened = () => open(chipOf(target));
    const train = (trainer: Trainer, batches: number) => {
      for (let n = 0; n < batches; n++) trainBatch(trainer, samples);
    };
    const through = opened();
    train(through, 150);
    const first = opened();
    train(first, 67);
    const saved = structuredClone(snapshot(first));
    train(first, 10);
    const resumed = opened();
    restore(resumed, saved);
    expect(misfitsOf(resumed, saved)).toEqual([]);
    train(resumed, 83);
    expect(snapshot(resumed)).toEqual(snapshot(through));
    saved['array 0.stepsUp']![3] = 1;
    expect(misfitsOf(resumed, { ...saved, '0.work': Float64Array.of(-1, 0, 0, 0, 0) })).toEqual([
      'number 0 of 0.work is -1',
    ]);
  },
);

test('half-selected cells drift with a disturb, and not with gates', async () => {
  const { target } = await loadTarget('cmo-hfox-350nm', [
    'programming.update.disturbUp=0.02',
    'programming.update.disturbDown=0',
  ]);
  const meanOf = (change: Partial<PulsedOptions>) => {
    const trainer = open(chipOf(target), change);
    for (let n = 0; n < 300; n++) trainBatch(trainer, samples);
    const w = trainer.learner!.arrays()['array 0.w']!;
    const first = open(chipOf(target), change).learner!.arrays()['array 0.w']!;
    // Cells of the layer's rows beyond its columns.
    const beside = Array.from(
      { length: inputs },
      (_, i) => w[(2 + i) * 64 + 40]! - first[(2 + i) * 64 + 40]!,
    );
    return beside.reduce((a, b) => a + b) / inputs;
  };
  expect(meanOf({ updateBias: 'half' })).toBeGreaterThan(0.1);
  expect(meanOf({ updateBias: 'gate' })).toBe(0);
});

test('a run stops before a cell can exceed its endurance', () => {
  const trainer = open(chipOf(loaded.target), { endurance: { memristor: 30 } });
  const until = () => {
    for (let n = 0; n < 500; n++) {
      const result = trainBatch(trainer, samples);
      if ('stop' in result) return result;
    }
    return undefined;
  };
  expect(until()?.stop).toBe('memristor');
  const { memristor } = trainer.learner!.cycles();
  expect(memristor).toBeLessThanOrEqual(30);
  expect(memristor).toBeGreaterThan(20);
});

test('what disturbs an array is seen by all layers that lie in it', async () => {
  const { target } = await loadTarget('cmo-hfox-350nm', [
    'programming.update.disturbUp=0.02',
    'programming.update.disturbDown=0',
  ]);
  const one = chipOf(target);
  const [layer] = one.layers;
  const [block] = layer!.blocks;
  // The same rows, beside the first layer.
  const beside = { ...block!, column: 20, reference: 20 + outputs };
  const chip = { ...one, layers: [layer!, { ...layer!, blocks: [beside] }] };
  const shape = network.layers[0]!;
  const matrices = [0, 1].map(() => new Float32Array(inputs * outputs));
  const { pulsed } = openPulsedLayers(chip, [shape, shape], matrices);
  const every = (count: number) => ({
    words: new Uint32Array(count).fill(1023),
    signs: new Int8Array(count).fill(1),
  });
  for (const own of pulsed) readLayer(own);
  const before = matrices[1]!.slice();
  for (let n = 0; n < 20; n++)
    pulseLayer(pulsed[0]!, { length: 10, rows: every(inputs), columns: every(outputs) }, 'half');
  const seen = matrices[1]!.slice();
  readLayer(pulsed[1]!);
  expect(seen).toEqual(matrices[1]);
  expect(seen).not.toEqual(before);
});
