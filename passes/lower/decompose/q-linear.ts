/**
 * Layers on integer codes with one step per tensor, as onnxruntime writes quantized models (QLinearConv, QLinearMatMul,
 * QGemm) -> DequantizeLinear, the layer with real weights on the model's own grid, QuantizeLinear. onnxruntime's own
 * arithmetic rounds once, to the codes of the output, and so does this.
 */
import { ints } from '../../../src/ir/graph.ts';
import { floatOf, intOf, isSet } from '../../../src/onnx/attribute-values.ts';
import { emitCodes, emitReal, gridOf, realBias, realWeights } from './codes.ts';
import type { Writer } from './writing.ts';

/** Of the ONNX domain; of com.microsoft, where `channels_last` says that channels are the last axis of x and y. */
export const writeQLinearConv: Writer = (node, { constants }) => {
  const [x = '', xs = '', xz = '', w = '', ws = '', wz = '', ys = '', yz = '', b = ''] = node.inputs;
  const [input, output] = [gridOf(constants, xs, xz), gridOf(constants, ys, yz)];
  const weights = realWeights(constants, w, ws, wz, 0);
  if (!input || !output || !weights) return undefined;
  const bias = b === '' ? undefined : realBias(constants, b, input.scale, weights.steps);
  if (b !== '' && !bias) return undefined;
  const { channels_last: _, ...attributes } = node.attributes;
  const rank = weights.dims.length;
  const space = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  const isLast = intOf(node, 'channels_last', 0) === 1;
  return (emit) => {
    const real = emitReal(emit, 'x', x, input);
    const first = isLast ? emit.op('x', 'Transpose', [real], { perm: ints([0, rank - 1, ...space]) }) : real;
    const inputs = [first, weights.emit(emit), ...(bias ? [emit.constant('bias', bias)] : [])];
    const conv = emit.op('conv', 'Conv', inputs, attributes);
    const perm = { perm: ints([0, ...space.map((axis) => axis + 1), 1]) };
    emitCodes(emit, isLast ? emit.op('conv', 'Transpose', [conv], perm) : conv, output, node.outputs[0]!);
  };
};

/** One side is constant: the right one with one step or one per column, the left one with one step. */
export const writeQLinearMatMul: Writer = (node, { constants }) => {
  const [a = '', as = '', az = '', b = '', bs = '', bz = '', ys = '', yz = ''] = node.inputs;
  const output = gridOf(constants, ys, yz);
  const isLeft = constants.has(a);
  if (!output || isLeft === constants.has(b)) return undefined;
  const input = isLeft ? gridOf(constants, bs, bz) : gridOf(constants, as, az);
  const weights = isLeft ? realWeights(constants, a, as, az, -2) : realWeights(constants, b, bs, bz, -1);
  if (!input || !weights) return undefined;
  return (emit) => {
    const real = emitReal(emit, 'x', isLeft ? b : a, input);
    const matrix = weights.emit(emit);
    const product = emit.op('product', 'MatMul', isLeft ? [matrix, real] : [real, matrix]);
    emitCodes(emit, product, output, node.outputs[0]!);
  };
};

/** y = alpha a' b' + c, in codes or, where y has no step, in real numbers. The steps of c are alpha times a's times b's. */
export const writeQGemm: Writer = (node, { constants }) => {
  const [a = '', as = '', az = '', b = '', bs = '', bz = '', c = '', ys = '', yz = ''] = node.inputs;
  const input = gridOf(constants, as, az);
  const weights = realWeights(constants, b, bs, bz, isSet(node, 'transB') ? 0 : 1);
  const output = gridOf(constants, ys, yz);
  if (!input || !weights || (ys !== '' && !output)) return undefined;
  const bias =
    c === '' ? undefined : realBias(constants, c, input.scale, weights.steps, floatOf(node, 'alpha', 1));
  if (c !== '' && !bias) return undefined;
  const [y] = node.outputs;
  return (emit) => {
    const real = emitReal(emit, 'a', a, input);
    const inputs = [real, weights.emit(emit), ...(bias ? [emit.constant('bias', bias)] : [])];
    const product = emit.op('product', 'Gemm', inputs, node.attributes, output ? undefined : y);
    if (output) emitCodes(emit, product, output, y!);
  };
};
