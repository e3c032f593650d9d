/**
 * A batch on its way through the network and back: turns inputs and labels into the loss, and into what an update needs
 * of every layer, its inputs x and the gradients d of the loss with respect to the outputs of its matrix. The gradient of
 * a weight is the sum of x_i d_j over the batch.
 */

import { openProducts } from '../kernels/matrix-rows.ts';
import { argmax } from '../math/argmax.ts';
import { activate, crossEntropy, deactivate } from './activate.ts';
import { type LayerProducts, listActive, multiply, multiplyTransposed } from './matrix.ts';
import type { LayerWeights, TrainableNetwork, TrainedLayer } from './network.ts';
import { denormalize, normalize, normalizeByRunning, updateRunning } from './normalize.ts';

/**
 * A layer's products: weights that lie in `matrix` are multiplied in their place, others are copied to it before; `y` is
 * normalized in place, and not yet activated.
 */
export interface LayerPass extends LayerProducts {
  /** 1 / sigma of the normalization, by row or by output. */
  readonly inverse: Float32Array;
}

/** Space for batches of up to `capacity` rows. */
export interface Pass {
  readonly network: TrainableNetwork;
  readonly capacity: number;
  readonly layers: readonly LayerPass[];
  /** What the last layer gives, [row of the batch][class]: logarithms of probabilities, up to a constant. */
  readonly scores: Float32Array;
}

export function openPass(network: TrainableNetwork, capacity: number): Pass {
  const products = openProducts(network.layers, capacity);
  const layers = network.layers.map(
    ({ inputs, outputs }, l): LayerPass => ({
      inputs,
      outputs,
      ...products[l]!,
      activeCount: new Int32Array(capacity),
      inverse: new Float32Array(Math.max(capacity, outputs)),
      d: new Float32Array(capacity * outputs),
    }),
  );
  return { network, capacity, layers, scores: new Float32Array(capacity * classesOf(network)) };
}

function classesOf(network: TrainableNetwork): number {
  return network.layers.at(-1)!.outputs;
}

/**
 * Runs the first `rows` rows of the first layer's x through the network, into `scores`.
 * @param training whether batch normalization takes the mean and variance of this batch, and remembers them
 */
export function forward(pass: Pass, weights: readonly LayerWeights[], rows: number, training: boolean): void {
  const { layers } = pass.network;
  layers.forEach((layer, l) => {
    const { inputs, outputs } = layer;
    const products = pass.layers[l]!;
    const { matrix, x, active, activeCount, y } = products;
    if (weights[l]!.matrix !== matrix) matrix.set(weights[l]!.matrix);
    const sparse = l === 0 || layers[l - 1]!.activation === 'relu';
    for (let b = 0; b < rows; b++) {
      const from = b * inputs;
      activeCount[b] = sparse ? listActive(x, from, inputs, active) : listAll(from, inputs, active);
      multiply(products, weights[l]!, b);
    }
    normalizeRows(layer, products, weights[l]!, rows, training);
    const out = pass.layers[l + 1]?.x ?? pass.scores;
    for (let i = 0; i < rows * outputs; i++) out[i] = y[i]!;
    activate(layer.activation, out, 0, rows * outputs);
  });
}

/** An input that is zero by chance still has a gradient, where no ReLU made it zero. */
function listAll(from: number, length: number, active: Int32Array): number {
  for (let i = 0; i < length; i++) active[from + i] = i;
  return length;
}

function normalizeRows(
  { normalization, outputs }: TrainedLayer,
  { y, inverse }: LayerPass,
  weights: LayerWeights,
  rows: number,
  training: boolean,
): void {
  if (normalization === 'none') return;
  if (normalization === 'layer') {
    for (let b = 0; b < rows; b++) inverse[b] = normalize(y, b * outputs, 1, outputs);
  } else if (training) {
    for (let j = 0; j < outputs; j++) {
      updateRunning(weights, y, rows, j);
      inverse[j] = normalize(y, j, outputs, rows);
    }
  } else {
    for (let b = 0; b < rows; b++) normalizeByRunning(weights, y, b * outputs);
  }
}

/** What a batch came to. */
export interface BatchResult {
  /** Sum of the losses of its rows (nats). */
  readonly loss: number;
  /** Rows whose largest score is that of their label. */
  readonly correct: number;
}

/** Compares the scores with labels: the loss, and its gradients with respect to the scores, in the last layer's `d`. */
export function score(pass: Pass, labels: ArrayLike<number>, rows: number): BatchResult {
  const classes = classesOf(pass.network);
  const last = pass.layers.at(-1)!;
  let loss = 0;
  let correct = 0;
  for (let b = 0; b < rows; b++) {
    const label = labels[b]!;
    if (argmax(pass.scores, b * classes, classes) === label) correct++;
    loss += crossEntropy(pass.scores, b * classes, classes, label, last.d);
  }
  return { loss, correct };
}

/** Gradients of the summed loss, after `forward` in training and `score`: fills the `d` of every layer. */
export function backward(pass: Pass, weights: readonly LayerWeights[], rows: number): void {
  const { layers } = pass.network;
  for (let l = layers.length - 1; l >= 0; l--) {
    const layer = layers[l]!;
    const activated = pass.layers[l + 1]?.x ?? pass.scores;
    deactivate(layer.activation, pass.layers[l]!.d, activated, 0, rows * layer.outputs);
    denormalizeRows(layer, pass.layers[l]!, rows);
    if (l === 0) continue;
    const before = pass.layers[l - 1]!.d;
    // An input that takes no part is the 0 of a ReLU, which passes nothing on.
    before.fill(0, 0, rows * layer.inputs);
    for (let b = 0; b < rows; b++) multiplyTransposed(pass.layers[l]!, weights[l]!, b, before);
  }
}

function denormalizeRows(
  { normalization, outputs }: TrainedLayer,
  { y, inverse, d }: LayerPass,
  rows: number,
): void {
  if (normalization === 'layer') {
    for (let b = 0; b < rows; b++) denormalize(d, y, b * outputs, 1, outputs, inverse[b]!);
  } else if (normalization === 'batch') {
    for (let j = 0; j < outputs; j++) denormalize(d, y, j, outputs, rows, inverse[j]!);
  }
}
