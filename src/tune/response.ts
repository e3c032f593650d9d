/**
 * What floating point makes of the images -> what errors of its scores would do to the results: the outputs' error as measurements
 * tell it, and points of accuracy lost. Errors are drawn as normals, the same on all scores: what many cells err by adds up so.
 * Where a softmax ends the network, the scores are what goes into it, known but for a constant that changes no result.
 */
import type { Graph } from '../ir/graph.ts';
import { argmax } from '../math/argmax.ts';
import { openNormals } from '../math/random.ts';
import { scoreOf } from '../record/integer-losses.ts';
import type { Part } from './setup.ts';

export interface Scores {
  /** The network's outputs in floating point, [image][value]. */
  readonly outputs: Float32Array;
  /** Values per image. */
  readonly values: number;
  /** Whether a softmax makes them. */
  readonly softmax: boolean;
  /** Right class of every image. */
  readonly targets: Int32Array;
}

/** Of the images whose outputs are kept. */
export function responseOf(real: Graph, { images, references }: Part): Response {
  const { plan } = images;
  const { data, stride, values } = references.floatOutputs;
  const targets = plan.targets!.filter((_, image) => image % stride === 0);
  return openResponse({
    outputs: data,
    values,
    softmax: scoreOf(real, plan.output) !== plan.output,
    targets,
  });
}

export interface Response {
  /** Points lost on average where scores err by that energy per image. */
  readonly lossAt: (energy: number) => number;
  /** Error energy of the outputs then, as a share of that of the outputs. */
  readonly noiseAt: (energy: number) => number;
  /** The energy per image that scores err by where the outputs err by that share. */
  readonly energyOf: (noise: number) => number;
}

interface Outcome {
  readonly loss: number;
  readonly noise: number;
}

/** Draws per image: with few classes there are more. */
const drawnValues = 4096;
const mostDraws = 64;

/** Error energies per score that are looked for, in units of the scores' variance. */
const [least, most] = [1e-9, 1e4];
/** Halvings of the logarithm of that range: to 0.1 %. */
const halvings = 15;

export function openResponse({ outputs, values, softmax, targets }: Scores): Response {
  const images = targets.length;
  const scores = softmax ? outputs.map((p) => Math.log(Math.max(p, Number.MIN_VALUE))) : outputs;
  const draws = Math.max(1, Math.min(mostDraws, Math.floor(drawnValues / values)));
  const normals = openNormals(0, 'tune-response', 0);
  const errors = Float32Array.from({ length: draws * scores.length }, (_, i) => normals(i));
  const signal = outputs.reduce((sum, value) => sum + value ** 2, 0) / images;
  const known = new Map<number, Outcome>();
  const at = (energy: number): Outcome => {
    const earlier = known.get(energy);
    if (earlier) return earlier;
    const sigma = Math.sqrt(energy / values);
    const noisy = new Float32Array(values);
    let [lost, noise] = [0, 0];
    for (let image = 0; image < images; image++) {
      const first = image * values;
      const right = argmax(scores, first, values) === targets[image] ? 1 : 0;
      for (let draw = 0; draw < draws; draw++) {
        const from = draw * scores.length + first;
        for (let v = 0; v < values; v++) noisy[v] = scores[first + v]! + sigma * errors[from + v]!;
        lost += right - (argmax(noisy, 0, values) === targets[image] ? 1 : 0);
        if (softmax) toShares(noisy);
        for (let v = 0; v < values; v++) noise += (noisy[v]! - outputs[first + v]!) ** 2;
      }
    }
    const count = images * draws;
    const outcome = { loss: (100 * lost) / count, noise: noise / count / signal };
    known.set(energy, outcome);
    return outcome;
  };
  const unit = values * varianceOf(scores, values);
  return {
    lossAt: (energy) => at(energy).loss,
    noiseAt: (energy) => at(energy).noise,
    energyOf(noise) {
      let [low, high] = [Math.log(least * unit), Math.log(most * unit)];
      for (let i = 0; i < halvings; i++) {
        const middle = (low + high) / 2;
        if (at(Math.exp(middle)).noise < noise) low = middle;
        else high = middle;
      }
      return Math.exp((low + high) / 2);
    },
  };
}

/** Softmax, in place. */
function toShares(values: Float32Array): void {
  const largest = values.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (let v = 0; v < values.length; v++) {
    values[v] = Math.exp(values[v]! - largest);
    sum += values[v]!;
  }
  for (let v = 0; v < values.length; v++) values[v]! /= sum;
}

/** Mean variance of the scores of an image; 1 where they are all the same. */
function varianceOf(scores: Float32Array, values: number): number {
  let [sum, images] = [0, 0];
  for (let first = 0; first < scores.length; first += values, images++) {
    const own = scores.subarray(first, first + values);
    const mean = own.reduce((a, b) => a + b, 0) / values;
    sum += own.reduce((a, b) => a + (b - mean) ** 2, 0) / values;
  }
  return sum / images || 1;
}
