/**
 * Graph -> Graph in which an inference BatchNormalization right after a layer is part of the layer:
 * y = scale (x - mean) / sqrt(var + epsilon) + shift multiplies a column's weights by scale / sqrt(var + epsilon).
 */

import { weightsNotFinite } from '../../src/diagnostics/all.ts';
import { type Diagnostic, raise } from '../../src/diagnostics/diagnostic.ts';
import { describeOrigin, type Graph, type MvmNode, type OnnxNode } from '../../src/ir/graph.ts';
import { dropUnusedConstants } from '../../src/ir/uses.ts';
import { sizeOf, toDoubles } from '../../src/math/tensor.ts';
import { floatOf, intOf } from '../../src/onnx/attribute-values.ts';
import { inferDims } from '../../src/onnx/dims.ts';
import { absorbIntoLayers } from './absorb-into-layers.ts';

export const foldBatchNorm = { name: 'fold-batch-norm', run };

/** Raises weightsNotFinite where a norm's parameters give no finite factors. */
function run(graph: Graph): Graph {
  const dims = inferDims(graph);
  const problems: Diagnostic[] = [];
  const result = absorbIntoLayers(graph, (node, layerOf) => {
    const layer = isInferenceNorm(node) ? layerOf(node.inputs[0]!) : undefined;
    if (!layer) return undefined;
    const channelsLast = layer.geometry.kind === 'matmul';
    if (channelsLast && dims.get(layer.input)?.length !== 2 && layer.origin.op !== 'Gemm') return undefined;
    const norm = parameters(node, graph, layer);
    if (!norm) return undefined;
    const bad = [...norm.factor, ...norm.shift].filter((v) => !Number.isFinite(v)).length;
    if (bad > 0) problems.push(weightsNotFinite(describeOrigin(node.origin), node.inputs[1]!, bad));
    return { ...scaled(layer, norm), folded: [...layer.folded, node.origin] };
  });
  raise(problems);
  return dropUnusedConstants(result);
}

/** Whether it normalizes by stored statistics, one per channel. */
function isInferenceNorm(node: OnnxNode): boolean {
  if (node.op !== 'BatchNormalization' || node.domain !== '') return false;
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
