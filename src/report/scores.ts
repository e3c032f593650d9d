/** Outputs of a model -> scores of classes: which output holds them, and whether they are probabilities. */
import { type Graph, outputsOf } from '../ir/graph.ts';
import { axesOfSample } from '../math/axes-of-sample.ts';
import { type Tensor, toDoubles } from '../math/tensor.ts';

/** Operators that pass values on as they are. */
const passing = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Cast']);

/** Whether `output` of the graph comes out of a Softmax. */
export function isSoftmax(graph: Graph, output: string): boolean {
  const producer = graph.nodes.find((node) => outputsOf(node).includes(output));
  if (producer?.kind !== 'onnx' || producer.domain !== '') return false;
  if (producer.op === 'Softmax') return true;
  return passing.has(producer.op) && isSoftmax(graph, producer.inputs[0]!);
}

/**
 * The scores of the first sample of a batch.
 * @param samples in the batch
 * @returns `undefined` where the output is no list with one number per class: [batch, classes], or with axes of length 1
 */
export function classScores(output: Tensor, samples: number): Float64Array | undefined {
  const axes = axesOfSample(output.dims, samples);
  if (axes?.filter((length) => length !== 1).length !== 1) return undefined;
  const values = toDoubles(output);
  return values && Float64Array.from(values.slice(0, values.length / samples));
}

/** Indices of the `count` highest scores, highest first; of equal ones the first. */
export function topClasses(scores: Float64Array, count: number): readonly number[] {
  return [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, count);
}
