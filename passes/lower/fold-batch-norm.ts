/**
 * Graph -> Graph in which an inference BatchNormalization right after a layer is part of the layer:
 * y = scale (x - mean) / sqrt(var + epsilon) + shift multiplies a column's weights by scale / sqrt(var + epsilon).
 */

import { weightsNotFinite } from '../../src/diagnostics/all.ts';
import { type Diagnostic, raise } from '../../src/diagnostics/diagnostic.ts';
import { describeOrigin, type Graph, type MvmNode, type Node, type OnnxNode } from '../../src/ir/graph.ts';
import { countUses, dropUnusedConstants } from '../../src/ir/uses.ts';
import { sizeOf, toDoubles } from '../../src/math/tensor.ts';
import { floatOf, intOf } from '../../src/onnx/attribute-values.ts';
import { inferDims } from '../../src/onnx/dims.ts';

export const foldBatchNorm = { name: 'fold-batch-norm', run };

/** Raises weightsNotFinite where a norm's parameters give no finite factors. */
function run(graph: Graph): Graph {
  const uses = countUses(graph);
  const dims = inferDims(graph);
  const problems: Diagnostic[] = [];
  const layers = new Map<string, { node: MvmNode; at: number }>();
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const layer = isInferenceNorm(node) ? layers.get(node.inputs[0]!) : undefined;
    const channelsLast = layer?.node.geometry.kind === 'matmul';
    const fits =
      layer &&
      uses.get(layer.node.output) === 1 &&
      (!channelsLast || dims.get(layer.node.input)?.length === 2 || layer.node.origin.op === 'Gemm');
    const norm = fits && node.kind === 'onnx' ? parameters(node, graph, layer.node) : undefined;
    if (fits && norm && node.kind === 'onnx') {
      const bad = [...norm.factor, ...norm.shift].filter((v) => !Number.isFinite(v)).length;
      if (bad > 0) problems.push(weightsNotFinite(describeOrigin(node.origin), node.inputs[1]!, bad));
      const merged = {
        ...scaled(layer.node, norm),
        output: node.outputs[0]!,
        folded: [...layer.node.folded, node.origin],
      };
      nodes[layer.at] = merged;
      layers.set(merged.output, { node: merged, at: layer.at });
    } else {
      if (node.kind === 'mvm') layers.set(node.output, { node, at: nodes.length });
      nodes.push(node);
    }
  }
  raise(problems);
  return dropUnusedConstants({ ...graph, nodes });
}

/** Whether it normalizes by stored statistics, one per channel. */
function isInferenceNorm(node: Node): node is OnnxNode {
  if (node.kind !== 'onnx' || node.op !== 'BatchNormalization' || node.domain !== '') return false;
  const onlyOutput = node.outputs.slice(1).every((name) => name === '');
  return onlyOutput && intOf(node, 'training_mode', 0) === 0 && intOf(node, 'spatial', 1) === 1;
}

interface Norm {
  /** y = factor x + shift, per channel. */
  readonly factor: Float64Array;
  readonly shift: Float64Array;
}

function parameters(node: OnnxNode, graph: Graph, layer: MvmNode): Norm | undefined {
  const channels = layer.groups * layer.columns;
  const [scale, shift, mean, variance] = node.inputs.slice(1).map((name) => {
    const tensor = graph.constants.get(name);
    return tensor?.type === 'float32' && sizeOf(tensor.dims) === channels ? toDoubles(tensor) : undefined;
  });
  if (!scale || !shift || !mean || !variance) return undefined;
  const epsilon = floatOf(node, 'epsilon', Math.fround(1e-5));
  const factor = scale.map((s, c) => s / Math.sqrt(variance[c]! + epsilon));
  return { factor, shift: shift.map((b, c) => b - mean[c]! * factor[c]!) };
}

function scaled(layer: MvmNode, { factor, shift }: Norm): MvmNode {
  const { groups, rows, columns } = layer;
  return {
    ...layer,
    weights: () => {
      const weights = new Float64Array(layer.weights());
      for (let group = 0, at = 0; group < groups; group++) {
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++, at++)
            weights[at]! *= factor[group * columns + column]!;
        }
      }
      return weights;
    },
    bias: layer.bias.map((b, c) => b * factor[c]! + shift[c]!),
  };
}
