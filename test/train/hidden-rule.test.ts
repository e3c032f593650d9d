import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tiledPlaces } from '../../bench/tiled-places.ts';
import { hiddenPattern } from '../../src/schemes/transfer/plane.ts';
import { openLayer, trainingChip } from '../../src/schemes/transfer/synapses.ts';
import { writeSynapse } from '../../src/schemes/transfer/wear.ts';
import type { LayerPass } from '../../src/train/pass.ts';
import { type HiddenRule, openStepper, stepHidden } from '../../src/train/rules/hidden/steps.ts';
import { transferTarget } from '../chip/bench.ts';
import { countTolerance } from '../statistics.ts';

const chip = trainingChip(transferTarget, 1);

/** A pass that holds these x and d, [row][...]. */
function passOf(x: readonly (readonly number[])[], d: readonly (readonly number[])[]): LayerPass {
  const inputs = x[0]!.length;
  const active = new Int32Array(x.length * inputs);
  const activeCount = Int32Array.from(x, (row, b) => {
    const found = [...row.keys()].filter((i) => row[i] !== 0);
    active.set(found, b * inputs);
    return found.length;
  });
  return {
    inputs,
    outputs: d[0]!.length,
    matrix: new Float32Array(0),
    x: Float32Array.from(x.flat()),
    active,
    activeCount,
    y: new Float32Array(0),
    addRows: () => 0,
    inverse: new Float32Array(0),
    d: Float32Array.from(d.flat()),
  };
}

/** How often each weight moves, and where to, over many batches from 0 on. */
function countSteps(pass: LayerPass, inputs: number, outputs: number, rule: HiddenRule, batches: number) {
  const layer = openLayer(chip, tiledPlaces(chip, inputs, outputs, 0), inputs, outputs);
  const stepper = openStepper(layer, rule, 9, 0);
  const count = inputs * outputs;
  const [up, down] = [new Float64Array(count), new Float64Array(count)];
  const rows = pass.activeCount.length;
  const { stepSize = 1 } = rule;
  let [together, others] = [0, 0];
  for (let n = 0; n < batches; n++) {
    layer.plane.values.fill(0);
    stepHidden(stepper, pass, rows, n);
    layer.plane.values.forEach((h, w) => {
      if (h === stepSize) up[w]!++;
      else if (h === -stepSize) down[w]!++;
      else if (h !== 0) others++;
    });
    if (layer.plane.values[0] !== 0 && layer.plane.values[1] !== 0) together++;
  }
  // Nothing moves by anything but one step.
  expect(others).toBe(0);
  return { up, down, together };
}

const x = [
  [0.5, 0, 1, -0.25, 0.1],
  [0.25, 0, 0.5, 0, 0.2],
];
const d = [
  [0.3, -0.6, 0, 0.05],
  [-0.2, 0.1, 0, 0.4],
];
const gradient = (rows: number, i: number, j: number) =>
  Array.from({ length: rows }, (_, b) => Math.fround(x[b]![i]!) * Math.fround(d[b]![j]!)).reduce(
    (a, b) => a + b,
  );

describe.each([1, 2])('batches of %i', (rows) => {
  const pass = passOf(x.slice(0, rows), d.slice(0, rows));
  test.each<HiddenRule>([
    { rounding: 'sign', maskProbability: 0.3, learningRate: 1 },
    { rounding: 'sign', maskProbability: 1, learningRate: 1 },
    { rounding: 'threshold', maskProbability: 0.3, learningRate: 4 },
    // Gaps, and a draw for every synapse.
    { rounding: 'sign', maskProbability: 0.02, learningRate: 1 },
    { rounding: 'threshold', maskProbability: 0.02, learningRate: 4 },
    { rounding: 'stochastic', maskProbability: 0.3, learningRate: 0.2 },
    { rounding: 'stochastic', maskProbability: 1, learningRate: 0.1 },
    { rounding: 'stochastic', maskProbability: 0.3, learningRate: 2 },
    // Some probabilities reach 1.
    { rounding: 'stochastic', maskProbability: 0.5, learningRate: 8 },
    { rounding: 'stochastic', maskProbability: 1, learningRate: 8 },
    // Steps of more than one unit, by draws and by gaps.
    { rounding: 'threshold', maskProbability: 0.3, learningRate: 12, stepSize: 3 },
    { rounding: 'stochastic', maskProbability: 0.5, learningRate: 4, stepSize: 2 },
    { rounding: 'stochastic', maskProbability: 0.02, learningRate: 16, stepSize: 8 },
    // Synapses that no gradient moves, by draws and by gaps.
    { rounding: 'sign', maskProbability: 0.3, learningRate: 1, maskReach: 'zeros' },
    { rounding: 'stochastic', maskProbability: 0.3, learningRate: 2, maskReach: 'zeros' },
    { rounding: 'stochastic', maskProbability: 0.02, learningRate: 2, maskReach: 'zeros' },
    { rounding: 'sign', maskProbability: 0.3, learningRate: 1, maskReach: 'all' },
    { rounding: 'threshold', maskProbability: 0.3, learningRate: 4, maskReach: 'all' },
    { rounding: 'stochastic', maskProbability: 0.3, learningRate: 2, maskReach: 'all' },
    { rounding: 'stochastic', maskProbability: 1, learningRate: 8, maskReach: 'all' },
    { rounding: 'stochastic', maskProbability: 0.02, learningRate: 4, maskReach: 'all', stepSize: 2 },
  ])(
    '$rounding, mask $maskProbability, rate $learningRate, step $stepSize, reach $maskReach: every weight moves as often as its law says',
    (rule) => {
      const batches = 100_000;
      const { up, down, together } = countSteps(pass, 5, 4, rule, batches);
      const { maskReach = 'gradient', stepSize = 1, maskProbability: mask } = rule;
      /** Probabilities of a step against the gradient, or up where it is 0, and of one the other way. */
      const law = (i: number, j: number) => {
        const g = gradient(rows, i, j);
        const wanted = Math.abs(rule.learningRate * g) / stepSize;
        const chance = {
          sign: g === 0 ? 0 : 1,
          threshold: wanted >= 0.5 ? 1 : 0,
          stochastic: Math.min(1, wanted),
        }[rule.rounding];
        const strays = { gradient: 0, zeros: g === 0 ? 1 : 0, all: 1 }[maskReach];
        const against = (mask * strays * (1 - chance)) / 2;
        return { along: mask * chance + against, against };
      };
      const holds = (count: number, p: number) =>
        expect(Math.abs(count - batches * p)).toBeLessThanOrEqual(
          p === 0 || p === 1 ? 0 : countTolerance(batches, p),
        );
      for (let i = 0; i < 5; i++) {
        for (let j = 0; j < 4; j++) {
          const [along, against] = gradient(rows, i, j) > 0 ? [down, up] : [up, down];
          holds(along[4 * i + j]!, law(i, j).along);
          holds(against[4 * i + j]!, law(i, j).against);
        }
      }
      // Neighbours are independent of each other.
      const moves = [0, 1].map((j) => law(0, j).along + law(0, j).against);
      const both = moves[0]! * moves[1]!;
      expect(Math.abs(together - batches * both)).toBeLessThanOrEqual(countTolerance(batches, both));
    },
  );
});

test.each([1, 2, 5])(
  'steps of %i stop at the ends of the range, and switch only FeCAPs whose bit changes',
  (stepSize) => {
    const rule: HiddenRule = { rounding: 'sign', maskProbability: 1, learningRate: 1, stepSize };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -511, max: 511 }), { minLength: 6, maxLength: 6 }), (start) => {
        const layer = openLayer(chip, tiledPlaces(chip, 2, 3, 0), 2, 3);
        start.forEach((h, w) => {
          writeSynapse(layer, w, h);
        });
        const before = layer.counts.updateWrites;
        const pass = passOf([[1, -1]], [[1, -1, 0]]);
        stepHidden(openStepper(layer, rule, 1, 0), pass, 1, 0);
        const moves = [-1, 1, 0, 1, -1, 0];
        const wanted = start.map((h, w) => {
          const to = h + stepSize * moves[w]!;
          return Math.abs(to) > 511 ? h : to;
        });
        expect([...layer.plane.values]).toEqual(wanted);
        const switched = start.reduce((sum, h, w) => {
          const changed = hiddenPattern(h, 10) ^ hiddenPattern(wanted[w]!, 10);
          return sum + changed.toString(2).replaceAll('0', '').length;
        }, 0);
        expect(layer.counts.updateWrites - before).toBe(switched);
      }),
      { examples: [[[511, 511, 0, -511, -511, 0]], [[-511, 0, 1, -1, 63, 64]]] },
    );
  },
);
