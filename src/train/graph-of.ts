/** A network that is trained, as an ONNX graph: what is compiled before the first step, and once more after the last. */
import { type Graph, type OnnxNode, onnxNode, type ValueInfo } from '../ir/graph.ts';
import { float32, type Tensor } from '../math/tensor.ts';
import {
  type LayerWeights,
  normalizationEpsilon,
  type TrainableNetwork,
  type TrainedLayer,
} from './network.ts';

/** Name of the graph's input and of its output, which are logits. */
const inputName = 'input';
const outputName = 'logits';

const floatType = 1;

/** @param weights by layer */
export function graphOf(network: TrainableNetwork, weights: readonly LayerWeights[]): Graph {
  const constants = new Map<string, Tensor>();
  const nodes: OnnxNode[] = [];
  let value = inputName;
  for (const [index, layer] of network.layers.entries()) {
    const last = index === network.layers.length - 1;
    const steps = stepsOf(layer, weights[index]!);
    for (const [i, { op, tables, attributes = {} }] of steps.entries()) {
      const output = last && i === steps.length - 1 ? outputName : `${layer.name}/${op}`;
      const names = tables.map((tensor, t) => {
        const name = `${layer.name}/${op}/${t}`;
        constants.set(name, tensor);
        return name;
      });
      const origin = { name: i === 0 ? layer.name : output, op, index: nodes.length };
      nodes.push(onnxNode(op, [value, ...names], [output], origin, attributes));
      value = output;
    }
  }
  const { inputs } = network.layers[0]!;
  const { outputs } = network.layers.at(-1)!;
  return {
    name: 'network',
    irVersion: 8,
    opsets: { '': 17 },
    inputs: [info(inputName, inputs)],
    outputs: [info(outputName, outputs)],
    nodes,
    constants,
    functions: [],
  };
}

function info(name: string, width: number): ValueInfo {
  return { name, elementType: floatType, dims: ['N', width] };
}

const activations = { none: [], relu: ['Relu'], sigmoid: ['Sigmoid'] } as const;

interface Step {
  readonly op: string;
  readonly tables: readonly Tensor[];
  readonly attributes?: OnnxNode['attributes'];
}

function stepsOf(
  { inputs, outputs, normalization, activation }: TrainedLayer,
  { matrix, scale, bias, runningMean, runningVariance }: LayerWeights,
): Step[] {
  const vector = (values: Float32Array) => float32([outputs], values);
  const ones = vector(new Float32Array(outputs).fill(1));
  const zeros = vector(new Float32Array(outputs));
  const epsilon = { type: 'float', value: normalizationEpsilon } as const;
  const real = matrix.map((level) => level * scale);
  const normalizations: Readonly<Record<typeof normalization, () => Step[]>> = {
    none: () => [],
    layer() {
      const attributes = { axis: { type: 'int', value: -1 } as const, epsilon };
      return [{ op: 'LayerNormalization', tables: [ones, zeros], attributes }];
    },
    batch() {
      const tables = [ones, zeros, vector(runningMean), vector(runningVariance)];
      return [{ op: 'BatchNormalization', tables, attributes: { epsilon } }];
    },
  };
  return [
    { op: 'Gemm', tables: [float32([inputs, outputs], real), vector(bias)] },
    ...normalizations[normalization](),
    ...activations[activation].map((op) => ({ op, tables: [] })),
  ];
}
