/**
 * Tiki-Taka on 2 x 2 weights against the loops of the IBM Analog Hardware Acceleration Kit, transcribed line by line from
 * rpu_buffered_transfer_device.cpp, rpu_chopped_transfer_device.cpp and rpu_dynamic_transfer_device.cpp (commit 4545f11b), in
 * double precision and with its names.
 */
import { describe, expect, test } from 'vitest';
import { openStream } from '../../../src/math/random.ts';
import { pulsesOf } from '../../../src/schemes/parallel-update/trains.ts';
import { drawDevice, newDevice, openDeviceDraws } from '../../../src/schemes/pulse-verify/steps/device.ts';
import { pulseLawOf } from '../../../src/schemes/pulse-verify/steps/law-of.ts';
import { symmetryPoint } from '../../../src/schemes/pulse-verify/steps/soft-bounds.ts';
import { loadTarget } from '../../../src/target/load.ts';
import type { Target } from '../../../src/target/target.ts';
import { perceptron } from '../../../src/train/network.ts';
import { besides } from '../../../src/train/rules/program-layers.ts';
import { openTikiTaka, type TikiTakaOptions } from '../../../src/train/rules/tiki-taka/learner.ts';
import { updateTrains } from '../../../src/train/rules/update-trains.ts';
import type { Samples } from '../../../src/train/samples.ts';
import { restore, snapshot } from '../../../src/train/snapshot.ts';
import { evaluate, openTrainer, type Trainer, trainBatch } from '../../../src/train/trainer.ts';
import { cornerChip } from '../../support/pulsed-chip.ts';

const tikiTaka: TikiTakaOptions = {
  ...{ learningRate: 0.3, biasRate: 0.05, longestTrain: 10, updateBias: 'gate' },
  ...{ transferEvery: 2, fastSteps: 1, chopEvery: 4, symmetryPulses: 0 },
};
const base = { seed: 4, batch: 1, rate: 0.05, gain: 1, lastGain: 1 };

function open(target: Target, sizes: readonly [number, number], dynamic: boolean, change = {}): Trainer {
  const network = perceptron(sizes, 'none');
  const chip = cornerChip(target, ...sizes);
  const options = { ...tikiTaka, ...change };
  return openTrainer(network, base, openTikiTaka(network, base, options, chip, besides(chip), dynamic));
}

const step = 0.05;
const { target: even } = await loadTarget('cmo-hfox-350nm', [
  ...['stepSpread', 'upDownSpread', 'boundMaxSpread', 'boundMinSpread', 'cycleToCycle'].map(
    (name) => `programming.pulse.${name}=0`,
  ),
  `programming.pulse.stepSize=${step}`,
  'programming.readNoise=0 S',
]);

/** A device of the kit: soft bounds at 1 and -1. */
const pulsed = (w: number, pulses: number) => {
  let state = w;
  for (let n = 0; n < Math.abs(pulses); n++) state += pulses > 0 ? step * (1 - state) : -step * (1 + state);
  return state;
};

/** What the kit does with two devices of the same granularity: A first, C the weights; row i of [i][j] is read. */
class Kit {
  readonly A = [0, 0, 0, 0];
  readonly C = [0, 0, 0, 0];
  readonly transfer_buffer = [0, 0, 0, 0];
  readonly running_mean = [0, 0, 0, 0];
  readonly past_mean = [0, 0, 0, 0];
  readonly in_chopper = [false, false];
  readonly in_chopper_switched = [false, false];
  transfer_counter = 0;
  i_slice_start = 0;
  private readonly dynamic: boolean;
  constructor(dynamic: boolean) {
    this.dynamic = dynamic;
  }

  readAndUpdate(lr_scale: number): void {
    const { A, C, dynamic, i_slice_start } = this;
    const [momentum, n_samples, tail_weightening, max_steps] = [0.1, tikiTaka.chopEvery, 5, 1];
    const current_sample = (this.transfer_counter % n_samples) + 1;
    const sample_momentum = Math.min(tail_weightening / n_samples, 1);
    const previously_switched = this.in_chopper_switched[i_slice_start];
    this.in_chopper_switched[i_slice_start] = false;
    const in_chop = this.in_chopper[i_slice_start];
    const written = [0, 0];
    for (let j = 0; j < 2; j++) {
      const i_w = 2 * i_slice_start + j;
      const val = A[i_w]! / step;
      let omega = this.transfer_buffer[i_w]!;
      let n_steps = 0;
      if (dynamic) {
        let mu_past = this.past_mean[i_w]!;
        if (previously_switched) {
          mu_past = this.running_mean[i_w]!;
          this.past_mean[i_w] = mu_past;
        }
        let dw = val - mu_past;
        dw = in_chop ? -dw : dw;
        omega += dw * lr_scale;
      } else omega += val * lr_scale;
      if (Math.abs(omega) >= 1) {
        n_steps = Math.max(Math.min(Math.trunc(omega), max_steps), -max_steps);
        omega *= momentum;
      }
      this.transfer_buffer[i_w] = omega;
      written[j] = n_steps;
      this.running_mean[i_w] = this.running_mean[i_w]! * (1 - sample_momentum) + val * sample_momentum;
    }
    if (!dynamic || this.transfer_counter > n_samples)
      for (let j = 0; j < 2; j++) {
        const i_w = 2 * i_slice_start + j;
        C[i_w] = pulsed(C[i_w]!, written[j]!);
      }
    if (dynamic && current_sample === n_samples) {
      this.in_chopper[i_slice_start] = !this.in_chopper[i_slice_start];
      this.in_chopper_switched[i_slice_start] = true;
    }
    if (i_slice_start === 1) this.transfer_counter++;
    this.i_slice_start = 1 - i_slice_start;
  }
}

describe.each([
  ['version 2', false],
  ['version 4', true],
] as const)('%s', (_, dynamic) => {
  test('does on 2 x 2 weights what the kit does', () => {
    const trainer = open(even, [2, 2], dynamic);
    const kit = new Kit(dynamic);
    const { learner, pass } = trainer;
    const layer = pass.layers[0]!;
    const keys = openStream(base.seed, 'train-pulses', 0);
    const draws = openStream(7, 'gradients', 0);
    // C steps by its mean step in the middle of the window: scale 1.
    const [scales, share] = [[0, 0], 0.01];
    let moved = 0;
    for (let n = 0; n < 400; n++) {
      layer.x.set([draws.normal(), 0.5 + draws.uniform()]);
      layer.d.set([draws.normal() - 0.4, 0.3 * draws.normal() + 0.2]);
      for (const [at, values] of [layer.x, layer.d].entries()) {
        const most = Math.max(Math.abs(values[0]!), Math.abs(values[1]!));
        scales[at] = n === 0 ? most : (1 - share) * scales[at]! + share * most;
      }
      const rate = tikiTaka.fastSteps / (scales[0]! * scales[1]!);
      keys.seek(n);
      const key = Math.floor(2 ** 32 * keys.uniform());
      const { rows, columns } = updateTrains(layer.x, 0, 2, layer.d, 0, 2, rate, 10, key)!;
      for (let i = 0; i < 2; i++)
        for (let j = 0; j < 2; j++) {
          const meetings = pulsesOf(rows.words[i]! & columns.words[j]!);
          const chop = kit.in_chopper[i] ? -1 : 1;
          kit.A[2 * i + j] = pulsed(kit.A[2 * i + j]!, meetings * rows.signs[i]! * columns.signs[j]! * chop);
        }
      if (n % 2 === 1) kit.readAndUpdate(tikiTaka.learningRate / rate / step);
      learner!.step(0, layer, 1, n);
      const arrays = learner!.arrays();
      for (let k = 0; k < 4; k++) {
        expect(arrays['0.fast']![k]!).toBeCloseTo(kit.A[k]!, 4);
        expect(arrays['0.h']![k]!).toBeCloseTo(kit.transfer_buffer[k]!, 3);
        expect(layer.matrix[k]!).toBeCloseTo(kit.C[k]!, 4);
        if (layer.matrix[k] !== 0) moved++;
      }
    }
    expect(moved).toBeGreaterThan(400);
    expect(Math.max(...kit.C.map(Math.abs))).toBeGreaterThan(4 * step);
  });

  const stream = openStream(1, 'samples', 0);
  const inputs = Float32Array.from({ length: 6 * 200 }, () => stream.normal());
  const labels = Int32Array.from({ length: 200 }, (_, s) =>
    Number(inputs[6 * s]! + inputs[6 * s + 1]! - inputs[6 * s + 2]! > 0),
  );
  const samples: Samples = { count: 200, inputs, scale: 1, labels };
  const train = (trainer: Trainer, batches: number) => {
    for (let n = 0; n < batches; n++) trainBatch(trainer, samples);
    return trainer;
  };

  test('a run resumed ends bit for bit as one that went through', async () => {
    const { target } = await loadTarget('cmo-hfox-350nm');
    const opened = () => open(target, [6, 2], dynamic, { symmetryPulses: 20 });
    const through = train(opened(), 300);
    const first = train(opened(), 131);
    const saved = structuredClone(snapshot(first));
    train(first, 9);
    const resumed = opened();
    restore(resumed, saved);
    expect(snapshot(train(resumed, 169))).toEqual(snapshot(through));
  });

  test('learns what a line parts, on devices of 18 % spread', async () => {
    const { target } = await loadTarget('cmo-hfox-350nm');
    const trainer = open(target, [6, 2], dynamic, { symmetryPulses: dynamic ? 0 : 100, learningRate: 0.05 });
    const before = evaluate(trainer, samples).correct / samples.count;
    train(trainer, 2000);
    expect(before).toBeLessThan(0.75);
    expect(evaluate(trainer, samples).correct / samples.count).toBeGreaterThan(0.9);
    const { costs } = trainer.learner!.spending() as { costs: { reads: number } };
    expect(costs.reads).toBe(1000);
  });
});

test('fast cells are taken to where pulses up and down balance', async () => {
  const pulses = 'programming.pulse';
  const { target } = await loadTarget('cmo-hfox-350nm', [
    `${pulses}.cycleToCycle=0`,
    `${pulses}.upDown=0.3`,
    `${pulses}.stepSize=0.01`,
  ]);
  const trainer = open(target, [6, 2], false, { symmetryPulses: 1500 });
  const fast = trainer.learner!.arrays()['0.fast']!;
  const law = pulseLawOf((target.programming as { pulse: Parameters<typeof pulseLawOf>[0] }).pulse);
  const draws = openDeviceDraws(9, 1);
  const device = newDevice();
  for (let i = 0; i < 6; i++)
    for (let j = 0; j < 2; j++) {
      drawDevice(law, draws, (2 + i) * target.array.columns + 3 + j, device);
      expect(Math.abs(fast[2 * i + j]! - symmetryPoint(device))).toBeLessThan(0.01);
    }
});
