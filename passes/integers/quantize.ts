/**
 * Quantizes crossbar layers: weights to integers per output column, inputs to the codes of the calibration
 * record. Padding that depends on the input's size (auto_pad) becomes explicit, because a padded cell must be driven
 * with the input's zero point.
 */

import { defined } from '../../src/defined.ts';
import { noRanges } from '../../src/diagnostics/all.ts';
import { raise } from '../../src/diagnostics/diagnostic.ts';
import type { CalibrationRecord, LayerRecord } from '../../src/ir/calibration-record.ts';
import { describeOrigin, type Graph, type MvmNode, type QuantizedMvmNode } from '../../src/ir/graph.ts';
import { resolvePadding } from '../../src/ir/padding.ts';
import { alone, type Pool, runTasks } from '../../src/threads/pool.ts';
import { anything, type LineLimits } from '../map/line-limits.ts';
import { job, type QuantizedMatrix, type WeightRounding } from './quantize-matrix.ts';
import type { IntegerNoise } from './refit-column.ts';

interface QuantizeContext {
  readonly record: CalibrationRecord;
  /** Largest integer weight of a layer. */
  readonly weightMaxOf: (node: MvmNode) => number;
  readonly rounding: WeightRounding;
  /** What the integers of a layer's lines may add up to. Default: anything. */
  readonly limitsOf?: (node: MvmNode, weightMax: number) => LineLimits;
  /** What cells are expected to hold instead of a layer's integers, for the layers whose weights are refitted to it. */
  readonly noiseOf?: (node: MvmNode, weightMax: number) => IntegerNoise | undefined;
  /** Threads that round the matrices. Default: this one. */
  readonly pool?: Pool;
  /** Called after every matrix, with how many are done. */
  readonly onProgress?: ((stage: string, done: number, total: number) => void) | undefined;
}

export const quantize = {
  name: 'quantize',
  async run(graph: Graph, context: QuantizeContext): Promise<Graph> {
    const missing = graph.nodes.filter((n) => n.kind === 'mvm' && !context.record.layers.has(n.output));
    if (missing.length > 0) raise([noRanges(missing.map((n) => describeOrigin(n.origin)))]);
    const choices = distinctMatrices(graph, context);
    const tasks = function* () {
      for (const { node, uses, records, weightMax } of choices) {
        const { groups, rows, columns } = node;
        const { rounding, noiseOf, limitsOf } = context;
        const limits = uses.map((use) => limitsOf?.(use, weightMax) ?? anything).reduce(together);
        const noise = defined({ noise: noiseOf?.(node, weightMax) });
        yield {
          weights: node.weights(),
          groups,
          rows,
          columns,
          records,
          weightMax,
          rounding,
          limits,
          ...noise,
        };
      }
    };
    const onDone = (done: number) => context.onProgress?.('quantize', done, choices.length);
    const matrices = await runTasks(context.pool ?? alone, job, undefined, tasks(), onDone);
    return {
      ...graph,
      nodes: graph.nodes.map((node) => {
        if (node.kind !== 'mvm') return node;
        const weightMax = context.weightMaxOf(node);
        const index = choices.findIndex((c) => c.node.weights === node.weights && c.weightMax === weightMax);
        const record = context.record.layers.get(node.output)!;
        return quantizeLayer(node, record, matrices[index]!, weightMax);
      }),
    };
  },
};

interface MatrixChoice {
  /** The first that uses the matrix. */
  readonly node: MvmNode;
  readonly uses: readonly MvmNode[];
  /** Of all that use it. */
  readonly records: readonly LayerRecord[];
  readonly weightMax: number;
}

/** Both limits. */
const together = (one: LineLimits, other: LineLimits): LineLimits => ({
  columns: [...one.columns, ...other.columns],
  rows: [...one.rows, ...other.rows],
});

const weightsIn = ({ node }: MatrixChoice): number => node.groups * node.rows * node.columns;

/** One matrix in several layers is quantized once, so that they can share its cells. */
function distinctMatrices(graph: Graph, { record, weightMaxOf }: QuantizeContext): MatrixChoice[] {
  const choices: MatrixChoice[] = [];
  const layers = graph.nodes.filter((node) => node.kind === 'mvm');
  for (const node of layers) {
    const weightMax = weightMaxOf(node);
    if (choices.some((c) => c.node.weights === node.weights && c.weightMax === weightMax)) continue;
    const uses = layers.filter(({ weights }) => weights === node.weights);
    choices.push({ node, uses, records: uses.map(({ output }) => record.layers.get(output)!), weightMax });
  }
  // The largest first: what is left for one thread at the end is small.
  return choices.sort((a, b) => weightsIn(b) - weightsIn(a));
}

function quantizeLayer(
  node: MvmNode,
  record: LayerRecord,
  { integers, scales }: QuantizedMatrix,
  weightMax: number,
): QuantizedMvmNode {
  const { weights: _, ...rest } = node;
  return {
    ...rest,
    integers,
    scales,
    weightMax,
    kind: 'quantized-mvm',
    geometry: resolvePadding(node.geometry, record.space),
    quantization: record.quantization,
  };
}
