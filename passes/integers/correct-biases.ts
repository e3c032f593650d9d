/**
 * Removes the mean error that rounding the weights and the inputs leaves on every output column, by moving it into
 * the bias: the mean over the calibration data of (real output - quantized output), which is linear in the mean input
 * (Nagel et al., "Data-free quantization through weight equalization and bias correction", ICCV 2019, section 4.2).
 */

import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import type { CalibrationRecord, LayerRecord } from '../../src/ir/calibration-record.ts';
import type { Graph, MvmNode, QuantizedMvmNode } from '../../src/ir/graph.ts';

export interface CorrectBiasesContext {
  readonly record: CalibrationRecord;
  /** The graph before `quantize`, which holds the real weights. */
  readonly real: Graph;
}

export const correctBiases = {
  name: 'correct-biases',
  run(graph: Graph, context: CorrectBiasesContext): Graph {
    const layers = context.real.nodes.filter((node) => node.kind === 'mvm');
    const real = new Map(layers.map((node) => [node.output, node]));
    return {
      ...graph,
      nodes: graph.nodes.map((node) => {
        if (node.kind !== 'quantized-mvm') return node;
        const original = real.get(node.output);
        const record = context.record.layers.get(node.output);
        if (!original || !record)
          throw new InternalError('correct-biases', `no real weights for ${node.output}`);
        return { ...node, bias: correctedBias(node, original, record) };
      }),
    };
  },
};

function correctedBias(node: QuantizedMvmNode, real: MvmNode, record: LayerRecord): Float64Array {
  const { groups, rows, columns, integers, scales } = node;
  const bias = Float64Array.from(node.bias);
  const weights = real.weights();
  for (let input = 0, at = 0; input < groups * rows; input++) {
    const mean = record.inputMean[input]!;
    const quantized = record.quantizedMean[input]!;
    const first = Math.floor(input / rows) * columns;
    for (let output = first; output < first + columns; output++, at++)
      bias[output]! += weights[at]! * mean - integers[at]! * scales[output]! * quantized;
  }
  return bias;
}
