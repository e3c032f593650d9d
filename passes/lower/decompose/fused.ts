/**
 * Products with an activation, a factor or a transposition inside, as onnxruntime's optimizer writes them (com.microsoft:
 * FusedConv, FusedGemm, FusedMatMul) -> Conv, Gemm or MatMul, and what follows it.
 */
import { type Attributes, float, ints, type OnnxNode } from '../../../src/ir/graph.ts';
import { derived, float32, type Tensor } from '../../../src/math/tensor.ts';
import { floatOf, floatsOf, intOf, isSet, stringOf } from '../../../src/onnx/attribute-values.ts';
import { transpose } from '../../../src/onnx/evaluate-movement.ts';
import type { Emitter } from './emitter.ts';
import type { Writer } from './writing.ts';

/** y = activation(conv(x) + z) */
export const writeFusedConv: Writer = (node, { constants }) => {
  const [x = '', w = '', b = '', z = ''] = node.inputs;
  const { activation: _, activation_params: __, ...attributes } = node.attributes;
  const name = stringOf(node, 'activation', '');
  if (!constants.has(w) || (name !== '' && !convActivations.has(name))) return undefined;
  const [y] = node.outputs;
  const params = floatsOf(node, 'activation_params') ?? [];
  return (emit) => {
    const last = { sum: name === '' ? y : undefined, conv: name === '' && z === '' ? y : undefined };
    const conv = emit.op('conv', 'Conv', b === '' ? [x, w] : [x, w, b], attributes, last.conv);
    const sum = z === '' ? conv : emit.op('sum', 'Add', [conv, z], {}, last.sum);
    if (name === 'Clip') emit.op('y', 'Clip', [sum, ...limitsOf(emit, params)], {}, y);
    else if (name !== '') emit.op('y', name, [sum], named(convActivations.get(name)!, params), y);
  };
};

/** Activations of FusedConv, with the names of their parameters. */
const convActivations = new Map<string, readonly string[]>([
  ['Relu', []],
  ['Tanh', []],
  ['Sigmoid', []],
  ['LeakyRelu', ['alpha']],
  ['HardSigmoid', ['alpha', 'beta']],
  ['Clip', ['min', 'max']],
]);

function named(names: readonly string[], values: readonly number[]): Attributes {
  return Object.fromEntries(
    names.flatMap((name, i) => (values[i] === undefined ? [] : [[name, float(values[i])]])),
  );
}

function limitsOf(
  emit: Emitter,
  [least = -3.4028234663852886e38, most = 3.4028234663852886e38]: readonly number[],
) {
  return [emit.constant('min', () => float32([], [least])), emit.constant('max', () => float32([], [most]))];
}

const gemmActivations = new Set(
  'Elu HardSigmoid LeakyRelu Relu Selu Sigmoid Softplus Softsign Tanh ThresholdedRelu'.split(' '),
);

/** y = activation(gemm(a, b, c)); the activation's own attributes have its prefix. */
export const writeFusedGemm: Writer = (node, { constants }) => {
  const name = stringOf(node, 'activation', '');
  if (!constants.has(node.inputs[1] ?? '') || !gemmActivations.has(name)) return undefined;
  const prefix = 'activation_';
  const entries = Object.entries(node.attributes).filter(([key]) => key !== 'activation');
  const own = entries.filter(([key]) => !key.startsWith(prefix));
  const ofActivation = entries.flatMap(([key, value]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
  );
  return (emit) => {
    const product = emit.op('gemm', 'Gemm', node.inputs, Object.fromEntries(own));
    emit.op('y', name, [product], Object.fromEntries(ofActivation), node.outputs[0]);
  };
};

/** y = alpha a' b', either side with its last two axes exchanged. */
export const writeFusedMatMul: Writer = (node, { constants, rank }) => {
  const [a = '', b = ''] = node.inputs;
  const left = constants.get(a);
  const right = constants.get(b);
  if ((left === undefined) === (right === undefined)) return undefined;
  if (intOf(node, 'transBatchA', 0) === 1 || intOf(node, 'transBatchB', 0) === 1) return undefined;
  const alpha = floatOf(node, 'alpha', 1);
  const sides = [
    sideOf(node, 'transA', a, left, alpha, rank(a)),
    sideOf(node, 'transB', b, right, alpha, rank(b)),
  ] as const;
  const [first, second] = sides;
  if (!first || !second) return undefined;
  return (emit) => void emit.op('y', 'MatMul', [first(emit), second(emit)], {}, node.outputs[0]);
};

/** @param constant is what the factor goes into, if the side is one */
function sideOf(
  node: OnnxNode,
  attribute: 'transA' | 'transB',
  name: string,
  constant: Tensor | undefined,
  alpha: number,
  rank: number | undefined,
): ((emit: Emitter) => string) | undefined {
  const exchanged = isSet(node, attribute);
  if (constant) {
    if (!exchanged && alpha === 1) return () => name;
    if (constant.type !== 'float32' || constant.dims.length < 2) return undefined;
    const make = () =>
      scaled(exchanged ? transpose(constant, lastExchanged(constant.dims.length))! : constant, alpha);
    return (emit) => emit.rearranged(name, `${exchanged ? 'transposed-' : ''}times-${alpha}`, make);
  }
  if (!exchanged) return () => name;
  if (rank === undefined || rank < 2) return undefined;
  return (emit) => emit.op(attribute, 'Transpose', [name], { perm: ints(lastExchanged(rank)) });
}

function lastExchanged(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
}

function scaled(tensor: Tensor, factor: number): Tensor {
  if (factor === 1) return tensor;
  return derived([tensor], 'float32', tensor.dims, () =>
    (tensor.data as Float32Array).map((v) => v * factor),
  );
}
