/**
 * Products of integer codes (ConvInteger, MatMulInteger), and of inputs whose step is found anew at every run
 * (MatMulIntegerToFloat and DynamicQuantizeMatMul of com.microsoft, DynamicQuantizeLinear in front of any of them) -> the
 * product in real numbers with the weights on their own grid. A chip's layer has codes of its own for its inputs, so the
 * rounding of DynamicQuantizeLinear falls away: what it rounded goes into the layer.
 */
import { int } from '../../../src/ir/graph.ts';
import { float32 } from '../../../src/math/tensor.ts';
import { emitReal, realWeights, single } from './codes.ts';
import type { Emitter } from './emitter.ts';
import type { Surroundings, Writer } from './writing.ts';

/** A computed side of a product as real numbers, by which step its codes are to be multiplied. */
interface RealInput {
  readonly emit: (emit: Emitter) => string;
  /** Name of the step that these numbers are in; undefined: 1, they are codes less their zero point. */
  readonly step?: string;
}

/** @returns undefined for a zero point that is neither one constant nor DynamicQuantizeLinear's own */
function realInput(
  codes: string,
  zero: string,
  { constants, producer }: Surroundings,
): RealInput | undefined {
  const dynamic = producer(codes);
  if (dynamic?.op === 'DynamicQuantizeLinear' && dynamic.outputs[0] === codes && dynamic.outputs[2] === zero)
    return { emit: () => dynamic.inputs[0]!, step: dynamic.outputs[1]! };
  if (zero === '') return { emit: (emit) => emit.op('x', 'Cast', [codes], { to: int(1) }) };
  const [scale, known] = [float32([], [1]), single(constants.get(zero))];
  return known && { emit: (emit) => emitReal(emit, 'x', codes, { scale, zero: known }) };
}

/** The sums of a product of codes, which stands in steps of its input. */
function emitSums(emit: Emitter, product: string, { step }: RealInput, output: string): void {
  const sums = step === undefined ? product : emit.op('sums', 'Div', [product, step]);
  emit.op('y', 'Cast', [emit.op('whole', 'Round', [sums])], { to: int(6) }, output);
}

export const writeConvInteger: Writer = (node, around) => {
  const [x = '', w = '', xz = '', wz = ''] = node.inputs;
  const weights = realWeights(around.constants, w, undefined, wz, 0);
  const input = realInput(x, xz, around);
  if (!weights || !input) return undefined;
  return (emit) => {
    const product = emit.op('product', 'Conv', [input.emit(emit), weights.emit(emit)], node.attributes);
    emitSums(emit, product, input, node.outputs[0]!);
  };
};

export const writeMatMulInteger: Writer = (node, around) => {
  const [a = '', b = '', az = '', bz = ''] = node.inputs;
  const weights = realWeights(around.constants, b, undefined, bz, -1);
  const input = realInput(a, az, around);
  if (!weights || !input) return undefined;
  return (emit) => {
    const product = emit.op('product', 'MatMul', [input.emit(emit), weights.emit(emit)]);
    emitSums(emit, product, input, node.outputs[0]!);
  };
};

/** y = as (a - az) bs (b - bz) + bias */
export const writeMatMulIntegerToFloat: Writer = (node, around) => {
  const [a = '', b = '', as = '', bs = '', az = '', bz = '', bias = ''] = node.inputs;
  const weights = realWeights(around.constants, b, bs, bz, -1);
  const input = realInput(a, az, around);
  if (!weights || !input || (input.step !== undefined && input.step !== as)) return undefined;
  return (emit) => {
    const given = input.emit(emit);
    const real = input.step === undefined ? emit.op('a', 'Mul', [given, as]) : given;
    emitProduct(emit, [real, weights.emit(emit)], bias, node.outputs[0]!);
  };
};

/** y = a bs (b - bz) + bias */
export const writeDynamicQuantizeMatMul: Writer = (node, { constants }) => {
  const [a = '', b = '', bs = '', bz = '', bias = ''] = node.inputs;
  const weights = realWeights(constants, b, bs, bz, -1);
  return weights && ((emit) => emitProduct(emit, [a, weights.emit(emit)], bias, node.outputs[0]!));
};

function emitProduct(emit: Emitter, sides: readonly string[], bias: string, output: string): void {
  const product = emit.op('product', 'MatMul', sides, {}, bias === '' ? output : undefined);
  if (bias !== '') emit.op('y', 'Add', [product, bias], {}, output);
}
