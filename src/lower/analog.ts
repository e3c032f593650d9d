/**
 * The bit-serial form of a layer: per slice, one conversion of every tile, column and input bit, shift-and-add, and the
 * sum over tiles and slices.
 */
import type { CrossbarLayer } from '../package/crossbar.ts';
import { float32, int8, int64, uint8 } from '../tensor.ts';
import { emitConversion } from './converter.ts';
import { type Emitter, int } from './emit.ts';
import { finish, outputDims, splitTiles, trim } from './epilogue.ts';
import type { FoldedLayer } from './fold.ts';
import { emitLinear } from './linear.ts';
import { bitWeights, emitBatchShape, emitPlanes } from './planes.ts';

/** Digital gain and bias per output column, re-estimated on the programmed chip. */
export interface ColumnFit {
  readonly gain: Float32Array;
  readonly bias: Float32Array;
}

export function emitAnalog(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  codes: string,
  calibration: ColumnFit | undefined,
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
    const scaled = emit.op('Mul', [
      added,
      emit.constant(`scale_${index}`, float32(outputDims(layer, scale.length), scale)),
    ]);
    terms.push(...splitTiles(emit, folded, scaled));
  });
  const sum = terms.length === 1 ? terms[0]! : emit.op('Sum', terms);
  const trimmed = trim(emit, layer, folded, sum);
  finish(emit, layer, trimmed, Float32Array.from(bias.subarray(0, outputs)));
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
