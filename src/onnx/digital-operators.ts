/** Why an operator that is no layer with a weight matrix stays digital, by its family. */
const families: readonly (readonly [reason: string, operators: readonly string[]])[] = [
  [
    'an elementwise operator',
    'Add Sub Mul Div Pow Sum Min Max Mean Neg Abs Exp Log Sqrt Reciprocal Erf Relu LeakyRelu PRelu Clip Sigmoid HardSigmoid HardSwish Tanh Elu Selu Gelu Softplus Mish Cast Where Equal Greater Less Not And Or Floor Ceil Round'.split(
      ' ',
    ),
  ],
  ['a pooling operator', 'MaxPool AveragePool GlobalAveragePool GlobalMaxPool LpPool'.split(' ')],
  [
    'a normalization that is not folded into a layer',
    'BatchNormalization InstanceNormalization LayerNormalization GroupNormalization LRN LpNormalization'.split(
      ' ',
    ),
  ],
  ['a normalization of the outputs', ['Softmax', 'LogSoftmax', 'Hardmax']],
  [
    'a reduction',
    'ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL2 ArgMax ArgMin TopK'.split(' '),
  ],
  [
    'it moves data',
    'Reshape Flatten Transpose Squeeze Unsqueeze Concat Split Slice Gather GatherND Pad Expand Tile Shape Identity Dropout DepthToSpace SpaceToDepth Resize Upsample Constant ConstantOfShape Range'.split(
      ' ',
    ),
  ],
  ['the model quantizes its activations here', ['QuantizeLinear', 'DequantizeLinear']],
  [
    'it finds its range anew at every run (layers behind it take its input, and have codes of their own)',
    ['DynamicQuantizeLinear'],
  ],
  ['control flow', ['If', 'Loop', 'Scan']],
  [
    'its weights, or the steps and zero points of its integers, are computed at run time',
    ['QLinearConv', 'QLinearMatMul', 'ConvInteger', 'MatMulInteger'],
  ],
];

const reasons = new Map(
  families.flatMap(([reason, operators]) => operators.map((op) => [op, reason] as const)),
);

export function whyDigital(op: string): string {
  const reason = reasons.get(op);
  return reason
    ? `${reason}; onnxruntime runs it as it is`
    : `${op} is not a layer that maps; onnxruntime runs it as it is`;
}
