/**
 * The networks that are trained: a chain of layers, each a matrix, a digital bias, a normalization and an activation,
 * with softmax cross-entropy after the last; and what a layer's matrix is made of when it multiplies. Matrices are
 * row-major, [input][output]: a row of the matrix is a wordline of the crossbar.
 */

export interface TrainedLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /**
   * Between matrix and activation, over the outputs of one input (`layer`) or over the inputs of one batch (`batch`).
   * Neither has a learnt gain or bias.
   */
  readonly normalization: 'none' | 'layer' | 'batch';
  readonly activation: 'none' | 'relu' | 'sigmoid';
}

export interface TrainableNetwork {
  readonly layers: readonly TrainedLayer[];
}

/** Numbers that a layer multiplies with: outputs = scale * inputs x matrix + bias. */
export interface LayerWeights {
  /** [input][output]. Levels on a chip, where `scale` is the real weight of one; else real weights, and scale is 1. */
  readonly matrix: Float32Array;
  readonly scale: number;
  readonly bias: Float32Array;
  /** Of batch normalization: what evaluation takes for the mean and variance of a batch; empty for other layers. */
  readonly runningMean: Float32Array;
  readonly runningVariance: Float32Array;
}

/** Added to every variance that is divided by. */
export const normalizationEpsilon = 1e-5;
/** Share of a batch in the running mean and variance. */
export const runningShare = 0.1;

/**
 * The hidden layers of a perceptron with ReLU, and its last layer.
 * @param widths of the input and of every layer, such as 784, 200, 100, 10
 */
export function perceptron(
  widths: readonly number[],
  normalization: TrainedLayer['normalization'],
): TrainableNetwork {
  const layers = widths.slice(1).map((outputs, i): TrainedLayer => {
    const last = i === widths.length - 2;
    return {
      name: `layer${i + 1}`,
      inputs: widths[i]!,
      outputs,
      normalization: last ? 'none' : normalization,
      activation: last ? 'none' : 'relu',
    };
  });
  return { layers };
}

/** Number of weights of a layer. */
export function weightsOf(layer: TrainedLayer): number {
  return layer.inputs * layer.outputs;
}
