/** The element types of a graph's values, as ONNX numbers them, as far as they follow from those of inputs and constants. */
import type { Graph, OnnxNode } from '../ir/graph.ts';
import { intOf } from './attribute-values.ts';
import { elementNumber } from './element-types.ts';

type TypeOf = (name: string | undefined) => number | undefined;
/** @returns of every output its type; undefined where it is not known */
type TypeRule = (node: OnnxNode, typeOf: TypeOf) => readonly (number | undefined)[];

const words = (...lines: string[]) => lines.flatMap((line) => line.split(' '));
const rulesOf = (operators: readonly string[], rule: TypeRule) =>
  Object.fromEntries(operators.map((op) => [op, rule]));
const always = (type: Parameters<typeof elementNumber>[0]): TypeRule => {
  const number = elementNumber(type);
  return (node) => node.outputs.map(() => number);
};
const asInput =
  (input: number): TypeRule =>
  (node, typeOf) =>
    node.outputs.map(() => typeOf(node.inputs[input]));

const float = elementNumber('float32');
const uint8 = elementNumber('uint8');
const int64 = elementNumber('int64');

const rules: Readonly<Record<string, TypeRule>> = {
  ...rulesOf(
    words(
      'Abs Add And AveragePool BatchNormalization Ceil Celu Clip Compress Concat Conv ConvTranspose Cos CumSum DepthToSpace',
      'Div Einsum Elu Erf Exp Expand Flatten Floor Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool',
      'GlobalMaxPool GridSample GroupNormalization GRU HardSigmoid HardSwish Hardmax Identity InstanceNormalization',
      'LayerNormalization LeakyRelu Log LogSoftmax LpNormalization LpPool LRN LSTM MatMul Max Mean Min Mish Mod Mul Neg Not Or',
      'Pad Pow PRelu Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd',
      'ReduceSum ReduceSumSquare Relu Reshape Resize ReverseSequence RNN Round ScatterElements ScatterND Selu Sigmoid Sign Sin',
      'Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu Tile Transpose Trilu',
      'Unsqueeze Xor',
    ),
    asInput(0),
  ),
  ...rulesOf(words('Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual'), always('bool')),
  ...rulesOf(words('ArgMax ArgMin NonMaxSuppression NonZero Shape Size'), always('int64')),
  ...rulesOf(words('ConvInteger MatMulInteger'), always('int32')),
  ...rulesOf(words('QLinearConv QLinearMatMul'), asInput(7)),
  ...rulesOf(words('CastLike DequantizeLinear Where'), asInput(1)),
  ...rulesOf(words('MaxPool TopK'), (node, typeOf) => [typeOf(node.inputs[0]), int64]),
  Dropout: (node, typeOf) => [typeOf(node.inputs[0]), elementNumber('bool')],
  OneHot: asInput(2),
  Cast: (node) => [intOf(node, 'to', 0) || undefined],
  QuantizeLinear: (node, typeOf) => [
    intOf(node, 'output_dtype', 0) || (node.inputs[2] ? typeOf(node.inputs[2]) : uint8),
  ],
  DynamicQuantizeLinear: () => [uint8, float, uint8],
  ConstantOfShape: ({ attributes: { value } }) => [
    value?.type === 'tensor' ? elementNumber(value.value.type) : float,
  ],
};

export function inferTypes(graph: Graph): ReadonlyMap<string, number> {
  const types = new Map<string, number>();
  for (const [name, { type }] of graph.constants) types.set(name, elementNumber(type));
  for (const { name, elementType } of graph.inputs) if (elementType !== 0) types.set(name, elementType);
  const typeOf: TypeOf = (name = '') => types.get(name);
  for (const node of graph.nodes) {
    if (node.kind !== 'onnx') types.set(node.output, float);
    else {
      const rule = node.domain === '' && Object.hasOwn(rules, node.op) ? rules[node.op] : undefined;
      rule?.(node, typeOf).forEach((type, i) => {
        if (type !== undefined && node.outputs[i]) types.set(node.outputs[i], type);
      });
    }
  }
  return types;
}
