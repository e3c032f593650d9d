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
    const matrices = new Map<MvmNode['weights'], Map<number, QuantizedMatrix>>();
    return {
      ...graph,
      nodes: graph.nodes.map((node) => {
        if (node.kind !== 'mvm') return node;
        const weightMax = context.weightMaxOf(node);
        // One matrix in several layers is quantized once, so that they can share its cells.
        const ofWeights = matrices.get(node.weights) ?? new Map<number, QuantizedMatrix>();
        const matrix = ofWeights.get(weightMax) ?? quantizeMatrix(node, weightMax);
        matrices.set(node.weights, ofWeights.set(weightMax, matrix));
        return quantizeLayer(node, context.record.layers.get(node.output)!, matrix);
      }),
    };
  },
};

type QuantizedMatrix = Pick<QuantizedMvmNode, 'integers' | 'weightMax' | 'scales'>;

function quantizeLayer(node: MvmNode, record: LayerRecord, matrix: QuantizedMatrix): QuantizedMvmNode {
  const { weights: _, ...rest } = node;
  return {
    ...rest,
    ...matrix,
    kind: 'quantized-mvm',
    geometry: resolvePadding(node.geometry, record.space),
    quantization: record.quantization,
  };
}

function quantizeMatrix(node: MvmNode, weightMax: number): QuantizedMatrix {
  const { groups, rows, columns } = node;
  const weights = node.weights();
  const integers = new Int8Array(weights.length);
  const scales = new Float64Array(groups * columns);
  for (let group = 0; group < groups; group++) {
    const first = group * rows * columns;
    const largest = new Float64Array(columns);
    for (let row = 0, at = first; row < rows; row++) {
      for (let column = 0; column < columns; column++, at++)
        largest[column] = Math.max(largest[column]!, Math.abs(weights[at]!));
    }
    // A column of zeros has no scale of its own; 1 keeps its (zero) output finite.
    const steps = largest.map((most) => (most > 0 ? Math.fround(most / weightMax) : 1));
    scales.set(steps, group * columns);
    for (let row = 0, at = first; row < rows; row++) {
      for (let column = 0; column < columns; column++, at++) {
        const integer = roundHalfEven(weights[at]! / steps[column]!);
        integers[at] = Math.max(-weightMax, Math.min(weightMax, integer));
      }
    }
  }
  return { integers, weightMax, scales };
}

/** Rounds like ONNX's QuantizeLinear. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
