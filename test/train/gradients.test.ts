/** Forward and backward passes against finite differences of the same network, written plainly in doubles. */
import { describe, expect, test } from 'vitest';
import { openStream } from '../../src/math/random.ts';
import type { LayerWeights, TrainableNetwork, TrainedLayer } from '../../src/train/network.ts';
import { backward, forward, openPass, score } from '../../src/train/pass.ts';

const draws = openStream(3, 'gradients', 0);

/** Widths that are no multiple of the four rows or columns that kernels take at once. */
function networkOf(
  normalization: TrainedLayer['normalization'],
  activation: TrainedLayer['activation'],
): TrainableNetwork {
  return {
    layers: [
      { name: 'a', inputs: 11, outputs: 9, normalization, activation },
      { name: 'b', inputs: 9, outputs: 6, normalization, activation },
      { name: 'c', inputs: 6, outputs: 5, normalization: 'none', activation: 'none' },
    ],
  };
}

function drawWeights(network: TrainableNetwork): LayerWeights[] {
  return network.layers.map(({ inputs, outputs }) => ({
    matrix: Float32Array.from({ length: inputs * outputs }, () => draws.normal()),
    scale: 0.37,
    bias: Float32Array.from({ length: outputs }, () => 0.3 * draws.normal()),
    runningMean: new Float32Array(outputs),
    runningVariance: new Float32Array(outputs).fill(1),
  }));
}

/** Loss of a batch in doubles: loops over single numbers, by the textbook. */
function lossOf(
  { layers }: TrainableNetwork,
  weights: readonly { matrix: ArrayLike<number>; scale: number; bias: ArrayLike<number> }[],
  inputs: readonly (readonly number[])[],
  labels: readonly number[],
): number {
  let rows = inputs.map((x) => [...x]);
  layers.forEach((layer, l) => {
    const { matrix, scale, bias } = weights[l]!;
    rows = rows.map((x) =>
      Array.from({ length: layer.outputs }, (_, j) =>
        x.reduce((sum, xi, i) => sum + scale * xi * matrix[i * layer.outputs + j]!, bias[j]!),
      ),
    );
    if (layer.normalization === 'layer') rows = rows.map(standardize);
    if (layer.normalization === 'batch') rows = transpose(transpose(rows).map(standardize));
    rows = rows.map((row) => row.map((z) => activated(layer.activation, z)));
  });
  return rows.reduce((loss, scores, b) => {
    const total = scores.reduce((sum, s) => sum + Math.exp(s), 0);
    return loss - Math.log(Math.exp(scores[labels[b]!]!) / total);
  }, 0);
}

function standardize(values: readonly number[]): number[] {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return values.map((v) => (v - mean) / Math.sqrt(variance + 1e-5));
}

function transpose(rows: readonly (readonly number[])[]): number[][] {
  return rows[0]!.map((_, j) => rows.map((row) => row[j]!));
}

function activated(kind: TrainedLayer['activation'], z: number): number {
  if (kind === 'none') return z;
  return kind === 'relu' ? Math.max(0, z) : 1 / (1 + Math.exp(-z));
}

const cases = (['none', 'layer', 'batch'] as const).flatMap((normalization) =>
  (['none', 'relu', 'sigmoid'] as const).map((activation) => ({ normalization, activation })),
);

describe.each(cases)(
  'normalization $normalization, activation $activation',
  ({ normalization, activation }) => {
    const rows = 4;
    const network = networkOf(normalization, activation);
    const weights = drawWeights(network);
    const inputs = Array.from({ length: rows }, () =>
      Array.from({ length: 11 }, () => (draws.uniform() < 0.4 ? 0 : Math.fround(draws.normal()))),
    );
    const labels = [2, 0, 4, 2];
    const pass = openPass(network, rows + 1);
    pass.layers[0]!.x.set(inputs.flat());
    forward(pass, weights, rows, true);
    const { loss } = score(pass, labels, rows);
    backward(pass, weights, rows);

    test('the loss is that of the formulas', () => {
      expect(loss).toBeCloseTo(lossOf(network, weights, inputs, labels), 4);
    });

    test('gradients of every weight and bias are finite differences of it', () => {
      network.layers.forEach(({ inputs: width, outputs }, l) => {
        const { x, d } = pass.layers[l]!;
        const slope = (change: (doubles: { matrix: number[]; bias: number[] }) => (by: number) => void) => {
          const doubles = weights.map((w) => ({ ...w, matrix: [...w.matrix], bias: [...w.bias] }));
          const move = change(doubles[l]!);
          const epsilon = 1e-5;
          move(epsilon);
          const above = lossOf(network, doubles, inputs, labels);
          move(-2 * epsilon);
          return (above - lossOf(network, doubles, inputs, labels)) / (2 * epsilon);
        };
        const sumOf = (of: (b: number) => number) =>
          Array.from({ length: rows }, (_, b) => of(b)).reduce((a, b) => a + b);
        for (let j = 0; j < outputs; j++) {
          const wanted = slope(({ bias }) => (by) => {
            bias[j]! += by;
          });
          expect(sumOf((b) => d[b * outputs + j]!)).toBeCloseTo(wanted, 4);
          for (let i = 0; i < width; i++) {
            const ofWeight = slope(({ matrix }) => (by) => {
              matrix[i * outputs + j]! += by;
            });
            const product = sumOf((b) => x[b * width + i]! * d[b * outputs + j]!);
            // A level of the matrix is `scale` of the real weight.
            expect(product * weights[l]!.scale).toBeCloseTo(ofWeight, 4);
          }
        }
      });
    });
  },
);

test('batch normalization is evaluated by the running mean and variance', () => {
  const network = networkOf('batch', 'relu');
  const weights = drawWeights(network);
  const rows = 50;
  const pass = openPass(network, rows);
  pass.layers[0]!.x.set(Float32Array.from({ length: 11 * rows }, () => draws.normal()));
  // The running values of one and the same batch converge to its own.
  for (let i = 0; i < 300; i++) forward(pass, weights, rows, true);
  const training = pass.scores.slice();
  forward(pass, weights, rows, false);
  // Variances are those of a sample: 50 / 49 of those that normalize the batch.
  pass.scores.forEach((value, i) => {
    expect(Math.abs(value - training[i]!)).toBeLessThan(0.05 * (1 + Math.abs(training[i]!)));
  });
  const first = weights[0]!;
  const z0 = Array.from({ length: rows }, (_, b) =>
    Array.from({ length: 11 }, (_, i) => pass.layers[0]!.x[b * 11 + i]! * first.matrix[i * 9]!).reduce(
      (a, v) => a + v,
    ),
  ).map((sum) => first.scale * sum + first.bias[0]!);
  const mean = z0.reduce((a, b) => a + b) / rows;
  const variance = z0.reduce((sum, z) => sum + (z - mean) ** 2, 0) / (rows - 1);
  expect(first.runningMean[0]).toBeCloseTo(mean, 4);
  expect(first.runningVariance[0]).toBeCloseTo(variance, 4);
});
