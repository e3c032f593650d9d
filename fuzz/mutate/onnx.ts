/** Mutations of ONNX files by their protobuf structure: nodes, attributes, tensors, types, names, operator sets, functions. */
import { type ModelProto, modelCodec } from '../../src/onnx/proto.ts';
import type { Random } from '../random.ts';
import { mutateBytes } from './bytes.ts';
import { mutateNumber, mutateWhole } from './numbers.ts';
import { type Fields, isFields, isLong, mutateNumbers, mutateTree } from './tree.ts';

/** Operators that map, that stand beside those, that have subgraphs, and that do not exist. */
const operators =
  `Abs Add And ArgMax AveragePool BatchNormalization BitShift Cast Ceil Clip Compress Concat Constant ConstantOfShape Conv
  ConvInteger ConvTranspose CumSum DepthToSpace DequantizeLinear Div Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp
  Expand EyeLike Flatten Floor FusedConv FusedMatMul GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool
  GroupNormalization HardSigmoid HardSwish Identity If InstanceNormalization LRN LSTM LayerNormalization LeakyRelu Log Loop
  LpNormalization MatMul MatMulInteger MatMulNBits Max MaxPool Mean Min Mod Mul Neg NonZero Not OneHot PRelu Pad Pow
  QLinearConv QLinearMatMul QuantizeLinear RNN RandomNormal Range Reciprocal ReduceMax ReduceMean ReduceProd ReduceSum Relu
  Reshape Resize Round Scan ScatterElements ScatterND SequenceConstruct Shape Sigmoid Sign Sin Size Slice Softmax SpaceToDepth
  Split SplitToSequence Sqrt Squeeze Sub Sum Tanh Tile TopK Transpose Trilu Unsqueeze Upsample Where Xor ZipMap __proto__
  constructor toString Foo`.split(/\s+/);
const attributes =
  `alpha auto_pad axes axis beta block_size blocksize body dilations direction else_branch ends epsilon equation group
  hidden_size kernel_shape keepdims layout linear_before_reset mode output_padding output_shape pads perm starts strides
  then_branch to transA transB value value_float value_floats value_ints activations clip __proto__`.split(
    /\s+/,
  );
const texts = [
  '',
  '__proto__',
  'constructor',
  '\x1b[31mred\r\n\x07',
  'é\u2028',
  '../outside',
  'a'.repeat(300),
  '*',
  '(a+)+$',
];
const domains = ['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft', 'crossloom', 'local', '__proto__'];
const equations = [
  'nk,km->nm',
  'nk,mk->nm',
  'kn,km->nm',
  'nk,km',
  'nkk,km->nm',
  '...k,km->...m',
  'nk->nk',
  '->',
  'n,n,n',
];
const modes = [
  'SAME_UPPER',
  'SAME_LOWER',
  'VALID',
  'NOTSET',
  'nearest',
  'linear',
  'cubic',
  'reflect',
  'bidirectional',
  'reverse',
];
const largeWhole = ['9223372036854775807', '-9223372036854775808', '4294967296', '1099511627776'];

/** Names of values in the model, so that a mutated name leads somewhere. */
function namesIn({ graph }: ModelProto): string[] {
  const nodes = graph?.node ?? [];
  return [...nodes.flatMap(({ input = [], output = [] }) => [...input, ...output]), ...texts];
}

/** @param donors other models, from which parts are taken */
export function mutateModel(random: Random, bytes: Uint8Array, donors: readonly unknown[]): Uint8Array {
  if (random.chance(0.04)) return mutateBytes(random, bytes);
  try {
    const model = modelCodec.decode(bytes);
    if (random.chance(0.02)) nest(random, model);
    else mutateTree(random, model, donors, (r, name, value) => mutateValue(r, name, value, namesIn(model)));
    return modelCodec.encode(model);
  } catch {
    // What cannot be read, or be written any more, is mutated as bytes.
    return mutateBytes(random, bytes);
  }
}

function mutateValue(random: Random, name: string, value: unknown, names: readonly string[]): unknown {
  if (typeof value === 'string') return mutateName(random, name, value, names);
  if (value instanceof Uint8Array)
    return name === 's' || name === 'strings' ? mutateString(random, value) : mutateBytes(random, value);
  if (isLong(value))
    return random.chance(0.1) ? random.pick(largeWhole) : lawless(mutateWhole(random, value.toNumber()));
  if (typeof value === 'number') return mutateScalar(random, name, value);
  if (Array.isArray(value)) return mutateNumbers(random, value as number[], (v) => mutateNumber(random, v));
  return value;
}

function mutateName(random: Random, name: string, value: string, names: readonly string[]): string {
  if (random.chance(0.1)) return random.pick(texts);
  if (name === 'opType') return random.pick(operators);
  if (name === 'domain') return random.pick(domains);
  if (name === 'input' || name === 'output') return random.pick(names);
  if (name === 'name' && random.chance(0.5)) return random.pick(random.chance(0.5) ? attributes : names);
  if (name === 'value' || name === 'key')
    return random.pick(['location', 'offset', 'length', '0', '-1', '1e9', '36', ...texts]);
  return `${value}${random.pick(['2', ' ', '\0', value])}`;
}

function mutateString(random: Random, value: Uint8Array): Uint8Array {
  if (random.chance(0.2)) return mutateBytes(random, value);
  return Buffer.from(random.pick(random.chance(0.4) ? equations : modes));
}

function mutateScalar(random: Random, name: string, value: number): number {
  if (name === 'dataType' || name === 'elemType') return random.below(27);
  if (name === 'type') return random.below(15);
  return Number.isInteger(value) && random.chance(0.8)
    ? mutateWhole(random, value)
    : mutateNumber(random, value);
}

/** Puts the whole graph into a branch of a node of itself, several times over. */
function nest(random: Random, model: ModelProto): void {
  const holder = model as Fields;
  const depth = random.pick([1, 2, 60, 300]);
  for (let i = 0; i < depth && isFields(holder.graph); i++) {
    const { output, ...inner } = holder.graph;
    const attribute = ['then_branch', 'else_branch'].map((name) => ({
      name,
      type: 5,
      g: { ...inner, name, output },
    }));
    const names =
      (output as readonly { readonly name?: string }[] | undefined)?.map((v) => v.name ?? '') ?? [];
    const node = {
      opType: 'If',
      name: `nested ${i}`,
      input: ['go'],
      output: names,
      attribute: attribute.slice(i % 2),
    };
    holder.graph = { ...inner, name: 'graph', node: [node], output };
  }
}

/** A stride of 65,536 is lawful, and takes what arithmetic on so many positions takes; one of 2^31 is not. */
function lawless(value: number): number {
  return Math.abs(value) === 65535 || Math.abs(value) === 65536 ? Math.sign(value) * 2 ** 31 : value;
}
