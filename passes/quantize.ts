/**
 * Quantizes crossbar layers: weights to integers per output column, inputs to the 8-bit codes of the calibration
 * record. Padding that depends on the input's size (auto_pad) becomes explicit, because a padded cell must be driven
 * with the input's zero point.
 */
import type { CalibrationRecord, LayerRecord } from '../src/calibration-record.ts';
import { raise } from '../src/diagnostic.ts';
import { noRanges } from '../src/diagnostics.ts';
import { describeOrigin, type Graph, type MvmNode, type QuantizedMvmNode } from '../src/ir/graph.ts';
import { resolvePadding } from '../src/ir/padding.ts';

export interface QuantizeContext {
  readonly record: CalibrationRecord;
  /** Largest integer weight of a layer. */
  readonly weightMaxOf: (node: MvmNode) => number;
}

export const quantize = {
  name: 'quantize',
  run(graph: Graph, context: QuantizeContext): Graph {
    const missing = graph.nodes.filter((n) => n.kind === 'mvm' && !context.record.layers.has(n.output));
    if (missing.length > 0) raise([noRanges(missing.map((n) => describeOrigin(n.origin)))]);
    return {
      ...graph,
      nodes: graph.nodes.map((node) =>
        node.kind === 'mvm'
          ? quantizeLayer(node, context.record.layers.get(node.output)!, context.weightMaxOf(node))
          : node,
      ),
    };
  },
};

function quantizeLayer(node: MvmNode, record: LayerRecord, weightMax: number): QuantizedMvmNode {
  const { groups, rows, columns } = node;
  const integers = new Int16Array(node.weights.length);
  const scales = new Float64Array(groups * columns);
  for (let group = 0; group < groups; group++) {
    const first = group * rows * columns;
    for (let column = 0; column < columns; column++) {
      let largest = 0;
      for (let row = 0; row < rows; row++) {
        largest = Math.max(largest, Math.abs(node.weights[first + row * columns + column]!));
      }
      // A column of zeros has no scale of its own; 1 keeps its (zero) output finite.
      const scale = largest > 0 ? Math.fround(largest / weightMax) : 1;
      scales[group * columns + column] = scale;
      for (let row = 0; row < rows; row++) {
        const at = first + row * columns + column;
        const integer = roundHalfEven(node.weights[at]! / scale);
        integers[at] = Math.max(-weightMax, Math.min(weightMax, integer));
      }
    }
  }
  const { weights: _, ...rest } = node;
  return {
    ...rest,
    kind: 'quantized-mvm',
    geometry: resolvePadding(node.geometry, record.space),
    quantization: record.quantization,
    integers,
    weightMax,
    scales,
  };
}

/** Rounds like ONNX's QuantizeLinear. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
