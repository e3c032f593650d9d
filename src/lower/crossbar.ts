/**
 * Lowers one crossbar layer and what was programmed for it to standard ONNX operators (opset 21).
 *
 * Bit-serial form, per slice: input codes -> one plane of zeros and ones per input bit, stacked in the batch -> one
 * Conv or MatMul per row tile with the folded conductances -> one conversion per tile, column and plane -> shift-and-add
 * as a product with the bits' weights -> scaled, and summed over tiles and slices.
 *
 * Exact form: where every cell holds a whole digit and no converter can saturate, the planes sum to the product with
 * the codes themselves, so one Conv or MatMul per tile and slice gives the same integers.
 */
import type { CrossbarLayer } from '../package/crossbar.ts';
import { float32, int8, int32, int64, uint8 } from '../tensor.ts';
import { emitConversion } from './converter.ts';
import { type Emitter, int } from './emit.ts';
import { type FoldedLayer, foldLayer, type ProgrammedArrays } from './fold.ts';
import { emitConv, emitMatMul } from './linear.ts';

export interface LowerOptions {
  /** Digital gain and bias per output column, re-estimated on the programmed chip; absent: the compiler's own. */
  readonly calibration?: { readonly gain: Float32Array; readonly bias: Float32Array } | undefined;
  /** Keep bit planes and conversions even where the exact form gives the same integers. */
  readonly bitSerial?: boolean;
}

/** Emits the layer; its result gets the layer's own output name. */
export function lowerCrossbar(
  emit: Emitter,
  layer: CrossbarLayer,
  arrays: ProgrammedArrays,
  options: LowerOptions = {},
): void {
  const folded = foldLayer(layer, arrays);
  const codes = emitCodes(emit, layer);
  const exact = folded.exact && !options.calibration;
  if (exact) emitExact(emit, layer, folded, codes, options.bitSerial ?? false);
  else emitAnalog(emit, layer, folded, codes, options.calibration);
}

/** Input codes as unsigned bytes, padded with the zero point, [batch, channels, ...space] or [vectors, rows]. */
function emitCodes(emit: Emitter, layer: CrossbarLayer): string {
  const { scale, zero, signed } = layer.quantization;
  // Two's complement is the unsigned code with its top bit flipped: quantize around 128, then flip it.
  const quantized = emit.op('QuantizeLinear', [
    layer.input,
    emit.constant('input_scale', float32([], [scale])),
    emit.constant('input_zero', uint8([], [signed ? 128 : zero])),
  ]);
  let codes = signed
    ? emit.op('BitwiseXor', [quantized, emit.constant('sign_bit', uint8([], [128]))])
    : quantized;
  if (layer.geometry.kind === 'matmul') {
    codes = emit.op('Reshape', [codes, emit.constant('vectors', int64([2], [-1, layer.rows]))]);
  } else if (zero !== 0 && layer.geometry.pads.some((p) => p > 0)) {
    const rank = layer.geometry.kernel.length;
    const pads = [0, 0, ...layer.geometry.pads.slice(0, rank), 0, 0, ...layer.geometry.pads.slice(rank)];
    codes = emit.op('Pad', [
      codes,
      emit.constant('pads', int64([pads.length], pads)),
      emit.constant('pad_code', uint8([], [zero])),
    ]);
  }
  return codes;
}

/** Weight of every input bit: the top bit of a two's complement code counts negative. */
export function bitWeights(signed: boolean): number[] {
  return Array.from({ length: 8 }, (_, bit) => (signed && bit === 7 ? -128 : 2 ** bit));
}

/** Planes of zeros and ones as floats, bit after bit in the batch: [8 * batch, ...]. */
function emitPlanes(emit: Emitter, layer: CrossbarLayer, codes: string): string {
  const rank = layer.geometry.kind === 'conv' ? 2 + layer.geometry.kernel.length : 2;
  const masks = uint8(
    [8, ...Array<number>(rank).fill(1)],
    Array.from({ length: 8 }, (_, bit) => 1 << bit),
  );
  const stacked = emit.op('BitwiseAnd', [codes, emit.constant('bit_masks', masks)]);
  const shape = emitBatchShape(emit, codes);
  const planes = emit.op('Reshape', [stacked, shape]);
  return emit.op('Cast', [emit.op('Cast', [planes], { to: int(9) })], { to: int(1) });
}

/** [-1, ...all dimensions of `value` but the first]. */
function emitBatchShape(emit: Emitter, value: string): string {
  const rest = emit.op('Shape', [value], { start: int(1) });
  return emit.op('Concat', [emit.constant('any_batch', int64([1], [-1])), rest], { axis: int(0) });
}

function emitLinear(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  part: number,
  input: string,
  withZero: boolean,
): string {
  return layer.geometry.kind === 'conv'
    ? emitConv(emit, layer, layer.geometry, folded, part, input, withZero)
    : emitMatMul(emit, layer, folded, part, input, withZero);
}

/** Sums over a part's tiles: [batch, tiles * outputs, ...] -> [batch, outputs, ...] values to add up. */
function splitTiles(emit: Emitter, folded: FoldedLayer, value: string): string[] {
  return folded.tiles === 1
    ? [value]
    : emit.split('Split', [value], folded.tiles, { axis: int(1), num_outputs: int(folded.tiles) });
}

/** Drops the outputs of a last pack that is not full. */
function trim(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  value: string,
  output?: string,
): string {
  const outputs = layer.groups * layer.columns;
  if (folded.packs * folded.packSize === layer.groups) return value;
  const range = ['first', 'end', 'axis'].map((name, i) =>
    emit.constant(`trim_${name}`, int64([1], [[0], [outputs], [1]][i]!)),
  );
  return emit.op('Slice', [value, ...range], {}, output);
}

function emitAnalog(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  codes: string,
  calibration: LowerOptions['calibration'],
): void {
  const { quantization } = layer;
  const outputs = layer.groups * layer.columns;
  const padded = folded.packs * folded.packSize * layer.columns;
  const weights = bitWeights(quantization.signed);
  const sumOfWeights = weights.reduce((a, b) => a + b, 0);
  const planes = emitPlanes(emit, layer, codes);
  const bias = new Float64Array(padded);
  const gain = new Float64Array(padded);
  for (let o = 0; o < outputs; o++) {
    gain[o] = (calibration?.gain[o] ?? 1) * quantization.scale * layer.scales[o]!;
    bias[o] = -gain[o]! * quantization.zero * layer.columnSums[o]!;
    bias[o]! += calibration ? calibration.gain[o]! * layer.bias[o]! + calibration.bias[o]! : layer.bias[o]!;
  }
  const terms: string[] = [];
  folded.parts.forEach((part, index) => {
    const scale = new Float32Array(part.coefficient.length);
    part.coefficient.forEach((coefficient, at) => {
      const output = at % padded;
      scale[at] = coefficient * gain[output]!;
      bias[output]! -= coefficient * gain[output]! * sumOfWeights * part.digitalZero[at]!;
    });
    const sums = emitLinear(emit, layer, folded, index, planes, true);
    const added = emitShiftAndAdd(emit, layer, sums, weights, index);
    const scaled = emit.op('Mul', [added, emit.constant(`scale_${index}`, perOutput(layer, scale))]);
    terms.push(...splitTiles(emit, folded, scaled));
  });
  const sum = terms.length === 1 ? terms[0]! : emit.op('Sum', terms);
  const trimmed = trim(emit, layer, folded, sum);
  finish(emit, layer, 'Add', trimmed, perOutput(layer, Float32Array.from(bias.subarray(0, outputs))), 'bias');
}

/** Converts every plane's sums and adds them with their bits' weights: floats, [batch, ...]. */
function emitShiftAndAdd(
  emit: Emitter,
  layer: CrossbarLayer,
  sums: string,
  weights: readonly number[],
  part: number,
): string {
  const converted = emitConversion(emit, layer.adcBits, sums);
  const flat = emit.op('Reshape', [converted.value, emit.constant('planes', int64([2], [8, -1]))]);
  const shape = emitBatchShape(emit, sums);
  if (converted.integer) {
    const signed = weights.some((w) => w < 0);
    const vector = signed ? int8([1, 8], Int8Array.from(weights)) : uint8([1, 8], weights);
    const added = emit.op('MatMulInteger', [emit.constant(`bit_weights_${part}`, vector), flat]);
    return emit.op('Cast', [emit.op('Reshape', [added, shape])], { to: int(1) });
  }
  const added = emit.op('MatMul', [emit.constant(`bit_weights_${part}`, float32([1, 8], weights)), flat]);
  return emit.op('Reshape', [added, shape]);
}

function emitExact(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  codes: string,
  bitSerial: boolean,
): void {
  const { signed, zero, scale } = layer.quantization;
  const outputs = layer.groups * layer.columns;
  const weights = bitWeights(signed);
  let input = codes;
  if (bitSerial) input = emitPlanes(emit, layer, codes);
  else if (signed)
    input = emit.op('Sub', [
      emit.op('Cast', [emit.op('BitwiseXor', [codes, emit.constant('sign_bit', uint8([], [128]))])], {
        to: int(1),
      }),
      emit.constant('half', float32([], [128])),
    ]);
  else input = emit.op('Cast', [codes], { to: int(1) });
  const terms = folded.parts.flatMap((_, slice) => {
    let sums = emitLinear(emit, layer, folded, slice, input, false);
    if (bitSerial) {
      const flat = emit.op('Reshape', [sums, emit.constant('planes', int64([2], [8, -1]))]);
      const added = emit.op('MatMul', [emit.constant('bit_weights', float32([1, 8], weights)), flat]);
      sums = emit.op('Reshape', [added, emitBatchShape(emit, sums)]);
    }
    const whole = emit.op('Cast', [sums], { to: int(6) });
    const digit = emit.constant(`digit_weight_${slice}`, int32([], [layer.radix ** slice]));
    return splitTiles(emit, folded, slice === 0 ? whole : emit.op('Mul', [whole, digit]));
  });
  const sum = terms.reduce((a, b) => emit.op('Add', [a, b]));
  const trimmed = trim(emit, layer, folded, sum);
  const corrected =
    zero === 0
      ? trimmed
      : emit.op('Sub', [
          trimmed,
          emit.constant(
            'zero_correction',
            perOutputInt(
              layer,
              layer.columnSums.map((s) => s * zero),
            ),
          ),
        ]);
  emitEpilogue(
    emit,
    layer,
    corrected,
    Float32Array.from(layer.scales, (s) => Math.fround(scale * s)),
    outputs,
  );
}

/** Integer sums -> real outputs: the same operators, in the same order, as the integer reference. */
export function emitEpilogue(
  emit: Emitter,
  layer: Pick<CrossbarLayer, 'bias' | 'geometry' | 'output' | 'columns' | 'input'>,
  sums: string,
  scale: Float32Array,
  outputs: number,
): void {
  const real = emit.op('Cast', [sums], { to: int(1) });
  const scaled = emit.op('Mul', [real, emit.constant('scale', perOutput(layer, scale))]);
  finish(emit, layer, 'Add', scaled, perOutput(layer, layer.bias.subarray(0, outputs)), 'bias');
}

type Shaped = Pick<CrossbarLayer, 'geometry'>;

/** A constant per output, shaped to broadcast over batch and space. */
function perOutput(layer: Shaped, data: Float32Array) {
  return float32(outputDims(layer, data.length), data);
}

function perOutputInt(layer: Shaped, data: Int32Array) {
  return int32(outputDims(layer, data.length), data);
}

function outputDims(layer: Shaped, length: number): number[] {
  return layer.geometry.kind === 'conv' ? [length, ...layer.geometry.kernel.map(() => 1)] : [length];
}

/** The last operator: gives the result the layer's output name and a matrix product its leading dimensions back. */
function finish(
  emit: Emitter,
  layer: Pick<CrossbarLayer, 'geometry' | 'output' | 'columns' | 'input'>,
  op: string,
  value: string,
  constant: ReturnType<typeof float32>,
  name: string,
): void {
  const operand = emit.constant(name, constant);
  if (layer.geometry.kind === 'conv') {
    emit.op(op, [value, operand], {}, layer.output);
    return;
  }
  const result = emit.op(op, [value, operand]);
  const leading = emit.op('Shape', [layer.input], { start: int(0), end: int(-1) });
  const shape = emit.op('Concat', [leading, emit.constant('columns', int64([1], [layer.columns]))], {
    axis: int(0),
  });
  emit.op('Reshape', [result, shape], {}, layer.output);
}
