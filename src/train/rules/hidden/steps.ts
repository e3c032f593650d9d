/**
 * The update of hidden integers (Martemucci et al., Nature Electronics 8, 921 (2025), whose mask probability and rounding
 * are not known): turns the x and d of a batch into single steps of single synapses. The gradient of a weight is
 * g = sum of x_i d_j over the batch. A synapse moves by one step against g, within the range of its bits, where
 *
 *   sign         the mask lets it
 *   threshold    the mask lets it and |learningRate g| >= stepSize / 2
 *   stochastic   the mask lets it and a draw of probability min(1, |learningRate g| / stepSize) does
 *
 * The mask is a Bernoulli draw for every synapse whose input and error are not zero; elsewhere g is 0. With a wider reach it
 * is one for every synapse, and those that it lets and that would stay move as well, up or down with equal probability:
 * the rounding then has no 0. Where c is the share of the mask that a law above takes, a synapse moves against g with
 * maskProbability (1 + c) / 2, the other way with maskProbability (1 - c) / 2.
 *
 * The mask is not drawn synapse by synapse: the next synapse that it lets comes after a geometric gap. For stochastic
 * rounding under a mask that reaches gradients alone both draws are one, of the probability q_ij = maskProbability * min(1, |learningRate g_ij| / stepSize). An exponential variable is used up along
 * the row, by a_i |d_j| >= -log(1 - q_ij) per synapse, and the synapse at which nothing is left moves with probability
 * q_ij / (1 - exp(-a_i |d_j|)), so that each moves with q_ij, independently (thinning). What a row leaves over serves the
 * next. Where gaps would be short, every synapse of a row gets a draw of its own.
 */
import { openRowDraws, type RowDraws } from '../../../kernels/row-draws.ts';
import { openStream, type Stream } from '../../../math/random.ts';
import type { LayerSynapses } from '../../../schemes/transfer/layer.ts';
import { largestHidden } from '../../../schemes/transfer/plane.ts';
import { stepSynapse, writeSynapse } from '../../../schemes/transfer/wear.ts';
import type { LayerPass } from '../../pass.ts';
import { boundAll, openRowBounds, type RowBounds, setBounds } from './bounds.ts';

export const roundings = ['sign', 'stochastic', 'threshold'] as const;

/** Which synapses the mask reaches, and moves where the gradient does not: none, those of gradient 0, or all. */
export const maskReaches = ['gradient', 'zeros', 'all'] as const;

export interface HiddenRule {
  /** Probability that the mask lets a synapse move at an input or mini-batch; above 0, at most 1. */
  readonly maskProbability: number;
  readonly rounding: (typeof roundings)[number];
  /** Steps of a hidden integer per unit of the gradient with respect to the real weight. */
  readonly learningRate: number;
  /** `gradient` where it is left out. */
  readonly maskReach?: (typeof maskReaches)[number];
  /** What a hidden integer moves by, a whole number; 1 where it is left out. */
  readonly stepSize?: number;
}

/** What moves a layer's hidden integers, with space that every update uses again. */
export interface HiddenStepper {
  readonly layer: LayerSynapses;
  readonly rule: Required<HiddenRule>;
  /** Moves per unit of the gradient. */
  readonly rate: number;
  /** Whether the gradient bounds how probably a synapse moves. */
  readonly thinned: boolean;
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
  const { maskReach = 'gradient', stepSize = 1 } = rule;
  return {
    layer,
    rule: { ...rule, maskReach, stepSize },
    rate: rule.learningRate / stepSize,
    thinned: rule.rounding === 'stochastic' && maskReach === 'gradient',
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
  const { bounds, gaps, thinned, rate: perGradient } = stepper;
  const { maskProbability, maskReach } = stepper.rule;
  if (maskReach === 'gradient') setBounds(bounds, pass, rows, thinned);
  else boundAll(bounds);
  const draws = placeErrors(bounds);
  const { inputCount, errorCount, inputs, errors, reach, sums } = bounds;
  gaps.seek(batch);
  let left = -Math.log(gaps.uniform());
  for (let n = 0; n < inputCount; n++) {
    const i = inputs[n]!;
    const most = maskProbability * (thinned ? Math.min(1, perGradient * reach[i]! * bounds.largest) : 1);
    if (most === 0) continue;
    // -log(1 - q) is at most q times its ratio to q at the largest q.
    const slope = -Math.log1p(-most) / most;
    const rate = slope * maskProbability * (thinned ? perGradient * reach[i]! : 1);
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
  const { bounds, dense, rule, rate, thinned } = stepper;
  const { errorCount, size, reach } = bounds;
  const most = slack * rule.maskProbability * 2 ** 31;
  const perSize = thinned ? most * rate * reach[input]! : most;
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
  { layer, rule, rate, limit, bounds }: HiddenStepper,
  { x, d }: LayerPass,
  rows: number,
  i: number,
  j: number,
  draw: number,
): void {
  const { maskProbability, maskReach, rounding, stepSize } = rule;
  const inputs = bounds.reach.length;
  const outputs = layer.plane.pairs;
  let gradient = 0;
  for (let b = 0; b < rows; b++) gradient += x[b * inputs + i]! * d[b * outputs + j]!;
  const against = maskProbability * (gradient === 0 ? 0 : shareOf(rounding, Math.abs(rate * gradient)));
  let down = Number(gradient > 0);
  if (draw >= against) {
    const strays = maskReach === 'all' || (maskReach === 'zeros' && gradient === 0);
    if (!strays || draw >= maskProbability) return;
    down = Number(2 * draw < against + maskProbability);
  }
  const weight = i * outputs + j;
  // Without a branch, because a processor cannot guess the sign of a gradient.
  const to = (layer.plane.values[weight]! + stepSize - 2 * stepSize * down) | 0;
  if (Math.abs(to) > limit) return;
  if (stepSize === 1) stepSynapse(layer, weight, to);
  else writeSynapse(layer, weight, to);
}

/** Probability that a synapse which the mask lets is rounded to a step, where its gradient asks for so many and is not 0. */
function shareOf(rounding: HiddenRule['rounding'], steps: number): number {
  if (rounding === 'stochastic') return Math.min(1, steps);
  return Number(rounding === 'sign' || steps >= 0.5);
}
