/**
 * Quantizes crossbar layers: weights to integers per output column, inputs to the 8-bit codes of the calibration
 * record. Padding that depends on the input's size (auto_pad) becomes explicit, because a padded cell must be driven
 * with the input's zero point.
 */
import type { CalibrationRecord, LayerRecord } from '../src/calibration-record.ts';
import { raise } from '../src/diagnostic.ts';
import { noRanges } from '../src/diagnostics.ts';
import {
  describeOrigin,
  type Graph,
  type MvmNode,
  type QuantizedMvmNode,
  type Reals,
} from '../src/ir/graph.ts';
import { resolvePadding } from '../src/ir/padding.ts';
import { roundNearest, roundWithFeedback } from './round-weights.ts';

/** `nearest`: every weight by itself; `error-feedback`: later rows make up for the rounding of earlier ones. */
export type WeightRounding = 'nearest' | 'error-feedback';

export interface QuantizeContext {
  readonly record: CalibrationRecord;
  /** Largest integer weight of a layer. */
  readonly weightMaxOf: (node: MvmNode) => number;
  readonly rounding: WeightRounding;
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
        const record = context.record.layers.get(node.output)!;
        // One matrix in several layers is quantized once, so that they can share its cells.
        const ofWeights = matrices.get(node.weights) ?? new Map<number, QuantizedMatrix>();
        const matrix =
          ofWeights.get(weightMax) ??
          quantizeMatrix(node, recordsOf(graph, node, context.record), weightMax, context.rounding);
        matrices.set(node.weights, ofWeights.set(weightMax, matrix));
        return quantizeLayer(node, record, matrix);
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

/** The records of all layers that use a layer's matrix. */
function recordsOf(graph: Graph, node: MvmNode, record: CalibrationRecord): LayerRecord[] {
  return graph.nodes.flatMap((n) =>
    n.kind === 'mvm' && n.weights === node.weights ? record.layers.get(n.output)! : [],
  );
}

/** @param records of every layer that uses the matrix */
function quantizeMatrix(
  node: MvmNode,
  records: readonly LayerRecord[],
  weightMax: number,
  rounding: WeightRounding,
): QuantizedMatrix {
  const { groups, rows, columns } = node;
  const weights = node.weights();
  const size = rows * columns;
  const integers = new Int8Array(weights.length);
  const scales = new Float64Array(groups * columns);
  for (let group = 0; group < groups; group++) {
    const ofGroup = weights.subarray(group * size, (group + 1) * size);
    const steps = chooseSteps(ofGroup, columns, weightMax);
    scales.set(steps, group * columns);
    const matrix = { weights: ofGroup, rows, columns, steps, weightMax };
    const rounded = integers.subarray(group * size, (group + 1) * size);
    if (rounding === 'nearest') roundNearest(matrix, rounded);
    else roundWithFeedback(matrix, records, group, rounded);
  }
  return { integers, weightMax, scales };
}

/**
 * The step of every column's integers: the largest weight becomes weightMax, unless the column lies on a grid already,
 * as the weights of a quantized model do; then that grid is kept. A column of zeros gets step 0, and gives its bias and
 * nothing else: the errors of its cells stay out of the output.
 */
export function chooseSteps(weights: Reals, columns: number, weightMax: number): Float64Array {
  const largest = new Float64Array(columns);
  for (let at = 0; at < weights.length; at += columns) {
    for (let c = 0; c < columns; c++) largest[c] = Math.max(largest[c]!, Math.abs(weights[at + c]!));
  }
  return largest.map((most, column) =>
    most === 0 ? 0 : Math.fround(most / (gridOf(weights, columns, column, most, weightMax) ?? weightMax)),
  );
}

/** How many steps of a grid that holds all weights of the column the largest weight has; undefined without such a grid. */
function gridOf(
  weights: Reals,
  columns: number,
  column: number,
  largest: number,
  weightMax: number,
): number | undefined {
  for (let steps = weightMax; steps > 1; steps--) {
    let fits = true;
    for (let at = column; fits && at < weights.length; at += columns) {
      const value = (weights[at]! / largest) * steps;
      fits = Math.abs(value - Math.round(value)) < gridTolerance;
    }
    if (fits) return steps;
  }
  return undefined;
}

/** Of a step: weights that were stored as 32-bit floats lie this close to their grid. */
const gridTolerance = 1e-4;
