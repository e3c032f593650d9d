/**
 * The layer without a chip, as standard ONNX operators: in floating point before it is quantized, and in integers
 * after. The integer form is the reference that an ideal chip must reproduce bit for bit.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import {
  type ConvGeometry,
  type Graph,
  int,
  ints,
  type MvmNode,
  type QuantizedMvmNode,
  type Reals,
  string,
  volumeOf,
} from '../ir/graph.ts';
import { deferred, float32, int64, uint8 } from '../math/tensor.ts';
import { transposed } from '../math/transposed.ts';
import type { Emitter } from './emit.ts';
import { emitEpilogue } from './epilogue.ts';
import { emitNumbers, emitQuantized, emitStretches, unsignedZero } from './input-codes.ts';

/** Emits a layer in 32-bit floating point. */
export function lowerFloat(emit: Emitter, node: MvmNode): void {
  const weights = () => arrange(node, floats(node.weights()));
  const bias = Float32Array.from(node.bias);
  if (node.geometry.kind === 'conv') {
    const dims = kernelDims(node, node.geometry);
    const inputs = [
      node.input,
      emit.constant('weights', deferred('float32', dims, weights)),
      emit.constant('bias', float32([bias.length], bias)),
    ];
    emit.op('Conv', inputs, convAttributes(node, node.geometry), node.output);
    return;
  }
  const product = emit.op('MatMul', [
    node.input,
    emit.constant('weights', deferred('float32', [node.rows, node.columns], weights)),
  ]);
  emit.op('Add', [product, emit.constant('bias', float32([bias.length], bias))], {}, node.output);
}

function floats(values: Reals): Float32Array {
  return values instanceof Float32Array ? values : new Float32Array(values);
}

/**
 * Emits a quantized layer in integers; its weights become the initializer `OUTPUT/weights`: uint8 around 128, because
 * onnxruntime's kernels for signed ones add pairs of products in 16 bits on processors without VNNI, and saturate.
 */
export function lowerInteger(emit: Emitter, node: QuantizedMvmNode): void {
  const { scale, bits } = node.quantization;
  const layer = { ...node, bias: Float32Array.from(node.bias) };
  const factor = Float32Array.from(node.scales, (s) => Math.fround(scale * Math.fround(s)));
  const { geometry } = node;
  const dims = geometry.kind === 'conv' ? kernelDims(node, geometry) : [node.rows, node.columns];
  const weights = deferred('uint8', dims, () => codesOf(arrange(node, node.integers)));
  const multiply: Multiply = (codes, zeroPoint) => {
    const operands = [
      codes,
      emit.constant('weights', weights),
      zeroPoint,
      emit.constant('weights_zero', uint8([], [weightZero])),
    ];
    return geometry.kind === 'conv'
      ? emit.op('ConvInteger', operands, convAttributes(node, geometry))
      : emit.op('MatMulInteger', operands);
  };
  const sums = bits > 8 ? emitWideSums(emit, node, multiply) : emitSums(emit, node, multiply);
  emitEpilogue(emit, layer, sums, factor);
}

/** Emits the product of bytes around a zero point, also a byte, with the weights. */
type Multiply = (codes: string, zeroPoint: string) => string;

function emitSums(emit: Emitter, node: QuantizedMvmNode, multiply: Multiply): string {
  // A signed code is an unsigned one around the middle: the same integers, and a type every kernel takes.
  const zero = emit.constant('input_zero', uint8([], [unsignedZero(node.quantization)]));
  return multiply(emitQuantized(emit, node), zero);
}

/**
 * Sums of codes of two bytes, as those of the low bytes and 256 times those of the high ones: less than 2^31 each, and not
 * together.
 */
function emitWideSums(emit: Emitter, node: QuantizedMvmNode, multiply: Multiply): string {
  const zero = unsignedZero(node.quantization);
  const middle = emit.constant('input_middle', float32([], [zero]));
  const codes = emit.op('Add', [emitNumbers(emit, node), middle]);
  const [low, high] = emitStretches(emit, codes, { count: 2, width: 8 }).map((bytes, stretch) => {
    const own = (zero >> (8 * stretch)) & 255;
    const zeroPoint = emit.constant(stretch === 0 ? 'input_zero' : 'input_zero_high', uint8([], [own]));
    return emit.op('Cast', [multiply(bytes, zeroPoint)], { to: int(7) });
  });
  return emit.op('Add', [low!, emit.op('Mul', [high!, emit.constant('byte_range', int64([], [256]))])]);
}

/** Code of the weight 0: codes and integers differ in the top bit of their bytes. */
const weightZero = 128;

function codesOf(integers: Int8Array): Uint8Array {
  return new Uint8Array(integers.map((integer) => integer ^ weightZero).buffer);
}

function integersOf(codes: Uint8Array): Int8Array {
  return new Int8Array(codes.map((code) => code ^ weightZero).buffer);
}

/** Dims of a convolution's weights. */
export function kernelDims({ groups, rows, columns }: Layer, geometry: ConvGeometry): number[] {
  return [groups * columns, rows / volumeOf(geometry), ...geometry.kernel];
}

/** Attributes of Conv and ConvInteger. */
export function convAttributes(node: Layer, geometry: ConvGeometry) {
  return {
    kernel_shape: ints(geometry.kernel),
    strides: ints(geometry.strides),
    dilations: ints(geometry.dilations),
    ...(geometry.autoPad === 'NOTSET'
      ? { pads: ints(geometry.pads) }
      : { auto_pad: string(geometry.autoPad) }),
    group: int(node.groups),
  };
}

/** [group][row][column] -> a convolution's [output][row]; a matrix product's [row][column] as it is. */
export function arrange<T extends Float32Array | Int8Array>(
  { geometry, rows, columns }: Layer,
  values: T,
): T {
  return geometry.kind === 'matmul' ? values : transposed(values, rows, columns);
}

type Layer = Pick<MvmNode, 'output' | 'groups' | 'rows' | 'columns' | 'geometry'>;

/** The integer weights of a layer, as `lowerInteger` wrote them, back in [group][row][column] order. */
export function readIntegers({ constants }: Pick<Graph, 'constants'>, layer: Layer): Int8Array {
  const { output: name, rows, columns, geometry } = layer;
  const data = constants.get(`${name}/weights`)?.data as Uint8Array | undefined;
  if (!data) throw new InternalError('package', `no reference weights of ${name}`);
  const integers = integersOf(data);
  return geometry.kind === 'matmul' ? integers : transposed(integers, columns, rows);
}

/** The real values of integer weights, [group][row][column]. @param scales of the columns, [group][column] */
export function dequantized(
  { rows, columns, scales }: Pick<QuantizedMvmNode, 'rows' | 'columns'> & { readonly scales: Reals },
  integers: Int8Array,
): Float32Array {
  const reals = new Float32Array(integers.length);
  for (let at = 0; at < reals.length; ) {
    const first = Math.floor(at / (rows * columns)) * columns;
    for (let column = first; column < first + columns; column++, at++)
      reals[at] = integers[at]! * scales[column]!;
  }
  return reals;
}
