/**
 * The update of hidden integers (Martemucci et al., Nature Electronics 8, 921 (2025), whose mask probability and rounding
 * are not known): turns the x and d of a batch into single steps of single synapses. The gradient of a weight is
 * g = sum of x_i d_j over the batch. A synapse moves by one step against g, within the range of its bits, where
 *
 *   sign         the mask lets it
 *   threshold    the mask lets it and |learningRate g| >= 1/2
 *   stochastic   the mask lets it and a draw of probability min(1, |learningRate g|) does
 *
 * The mask is a Bernoulli draw for every synapse whose input and error are not zero; elsewhere g is 0. It is not drawn
 * synapse by synapse: the next synapse that it lets comes after a geometric gap. For stochastic rounding both draws are
 * one, of the probability q_ij = mask probability * min(1, |learningRate g_ij|). An exponential variable is used up along
 * the row, by a_i |d_j| >= -log(1 - q_ij) per synapse, and the synapse at which nothing is left moves with probability
 * q_ij / (1 - exp(-a_i |d_j|)), so that each moves with q_ij, independently (thinning). What a row leaves over serves the
 * next. Where gaps would be short, every synapse of a row gets a draw of its own.
 */
import { openRowDraws, type RowDraws } from '../kernels/row-draws.ts';
import { openStream, type Stream } from '../math/random.ts';
import type { LayerSynapses } from '../schemes/transfer/layer.ts';
import { largestHidden } from '../schemes/transfer/plane.ts';
import { stepSynapse } from '../schemes/transfer/wear.ts';
import type { LayerPass } from './pass.ts';
import { openRowBounds, type RowBounds, setBounds } from './rule-bounds.ts';

export const roundings = ['sign', 'stochastic', 'threshold'] as const;

export interface HiddenRule {
  /** Probability that the mask lets a synapse move at an input or mini-batch; above 0, at most 1. */
  readonly maskProbability: number;
  readonly rounding: (typeof roundings)[number];
  /** Steps of a hidden integer per unit of the gradient with respect to the real weight. */
  readonly learningRate: number;
}

/** What moves a layer's hidden integers, with space that every update uses again. */
export interface HiddenStepper {
  readonly layer: LayerSynapses;
  readonly rule: HiddenRule;
  readonly bounds: RowBounds;
  /** Largest magnitude of a hidden integer. */
  readonly limit: number;
  /** Of gaps, and of rows without: by batch. */
  readonly gaps: Stream;
  readonly dense: Stream;
}

/** @param number of the layer, which keys its draws */
export function openStepper(
  layer: LayerSynapses,
  rule: HiddenRule,
  seed: number,
  number: number,
): HiddenStepper {
  const outputs = layer.plane.pairs;
  return {
    layer,
    rule,
    bounds: openRowBounds(layer.plane.values.length / outputs, outputs),
    limit: largestHidden(layer.plane.bits),
    gaps: openStream(seed, 'train-gaps', number),
    dense: openStream(seed, 'train-mask', number),
  };
}

/** Share of a row's synapses that gaps may pick: finding one takes as long as drawing so many one by one. */
const fewEnough = 0.05;

/**
 * Moves the hidden integers of a layer.
 * @param rows of the batch
 * @param batch its number, which keys its draws
 */
export function stepHidden(stepper: HiddenStepper, pass: LayerPass, rows: number, batch: number): void {
  const { bounds, gaps, rule } = stepper;
  const { maskProbability, learningRate, rounding } = rule;
  const thinned = rounding === 'stochastic';
  setBounds(bounds, pass, rows, thinned);
  const draws = placeErrors(bounds);
  const { inputCount, errorCount, inputs, errors, reach, sums } = bounds;
  gaps.seek(batch);
  let left = -Math.log(gaps.uniform());
  for (let n = 0; n < inputCount; n++) {
    const i = inputs[n]!;
    const most = maskProbability * (thinned ? Math.min(1, learningRate * reach[i]! * bounds.largest) : 1);
    if (most === 0) continue;
    // -log(1 - q) is at most q times its ratio to q at the largest q.
    const slope = -Math.log1p(-most) / most;
    const rate = slope * maskProbability * (thinned ? learningRate * reach[i]! : 1);
    if (!(rate * sums[errorCount]! <= fewEnough * errorCount)) {
      stepRow(stepper, draws, pass, rows, i, batch);
      continue;
    }
    let at = 0;
    while (at < errorCount) {
      const wanted = sums[at]! + left / rate;
      if (wanted >= sums[errorCount]!) {
        // Rounding must not leave less than nothing.
        left = Math.max(0, left - (sums[errorCount]! - sums[at]!) * rate);
        break;
      }
      const hit = lastNotAbove(sums, wanted, at, errorCount);
      at = hit + 1;
      left = -Math.log(gaps.uniform());
      const drawn = -Math.expm1(-rate * (sums[at]! - sums[hit]!));
      tryStep(stepper, pass, rows, i, errors[hit]!, gaps.uniform() * drawn);
    }
  }
}

/** More than what rounding to 32-bit floats can take from a bound or add to a draw. */
const slack = 1.0001;

/** Moves the synapses of one row, each by a draw of its own: those are tried whose draw is within the bound of their probability. */
function stepRow(
  stepper: HiddenStepper,
  draws: RowDraws,
  pass: LayerPass,
  rows: number,
  input: number,
  batch: number,
): void {
  const { bounds, dense, rule } = stepper;
  const { errorCount, size, reach } = bounds;
  const most = slack * rule.maskProbability * 2 ** 31;
  const perSize = rule.rounding === 'stochastic' ? most * rule.learningRate * reach[input]! : most;
  // Two words to an event, of as many as a row can take.
  const first = input * ((size.length + 1) >> 1);
  const count = draws.pick(dense, batch, first, (errorCount + 1) >> 1, perSize, most);
  const { picked, words, targets } = draws;
  for (let k = 0; k < count; k++) {
    const place = picked[k]!;
    tryStep(stepper, pass, rows, input, targets[place]!, ((words[place]! >>> 0) + 0.5) / 2 ** 32);
  }
}

/** Gives every error its draw in a row: the first half of them get the first words of events. */
function placeErrors({ errors, errorCount, size }: RowBounds): RowDraws {
  const half = (errorCount + 1) >> 1;
  const draws = openRowDraws(half);
  draws.sizes.fill(0);
  for (let e = 0; e < errorCount; e++) {
    const place = e < half ? e : draws.room + e - half;
    draws.targets[place] = errors[e]!;
    draws.sizes[place] = size[errors[e]!]!;
  }
  return draws;
}

/** Index of the last of rising sums, from `low` to before `high`, that is not above a value. */
function lastNotAbove(sums: Float64Array, value: number, low: number, high: number): number {
  let [from, to] = [low, high];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (sums[middle]! <= value) from = middle;
    else to = middle;
  }
  return from;
}

/** Moves one synapse by its law, where its probability is above `draw`. */
function tryStep(
  { layer, rule, limit, bounds }: HiddenStepper,
  { x, d }: LayerPass,
  rows: number,
  i: number,
  j: number,
  draw: number,
): void {
  const { maskProbability, learningRate, rounding } = rule;
  const inputs = bounds.reach.length;
  const outputs = layer.plane.pairs;
  let gradient = 0;
  for (let b = 0; b < rows; b++) gradient += x[b * inputs + i]! * d[b * outputs + j]!;
  if (gradient === 0) return;
  const steps = Math.abs(learningRate * gradient);
  if (rounding === 'threshold' && steps < 0.5) return;
  const chance = rounding === 'stochastic' ? maskProbability * Math.min(1, steps) : maskProbability;
  if (draw >= chance) return;
  const weight = i * outputs + j;
  // Without a branch, because a processor cannot guess the sign of a gradient.
  const to = (layer.plane.values[weight]! + 1 - 2 * Number(gradient > 0)) | 0;
  if (Math.abs(to) <= limit) stepSynapse(layer, weight, to);
}
