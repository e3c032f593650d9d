/**
 * Removes the mean error that rounding the weights and the inputs leaves on every output column, by moving it into
 * the bias: the mean over the calibration data of (real output - quantized output), which is linear in the mean input
 * (Nagel et al., "Data-free quantization through weight equalization and bias correction", ICCV 2019, section 4.2).
 */
import type { CalibrationRecord, LayerRecord } from '../src/calibration-record.ts';
import { InternalError } from '../src/diagnostic.ts';
import type { Graph, MvmNode, QuantizedMvmNode } from '../src/ir/graph.ts';

export interface CorrectBiasesContext {
  readonly record: CalibrationRecord;
  /** The graph before `quantize`, which holds the real weights. */
  readonly real: Graph;
}

export const correctBiases = {
  name: 'correct-biases',
  run(graph: Graph, context: CorrectBiasesContext): Graph {
    const real = new Map(
      context.real.nodes.flatMap((n) => (n.kind === 'mvm' ? [[n.output, n] as const] : [])),
    );
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
  const { groups, rows, columns } = node;
  const bias = Float64Array.from(node.bias);
  const weights = real.weights();
  for (let group = 0; group < groups; group++) {
    for (let row = 0; row < rows; row++) {
      const input = record.inputMean[group * rows + row]!;
      const quantized = record.quantizedMean[group * rows + row]!;
      const first = (group * rows + row) * columns;
      for (let column = 0; column < columns; column++) {
        const output = group * columns + column;
        bias[output]! +=
          weights[first + column]! * input -
          node.integers[first + column]! * node.scales[output]! * quantized;
      }
    }
  }
  return bias;
}
