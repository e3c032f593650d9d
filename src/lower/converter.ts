/**
 * Conversions as ONNX operators: code = clamp(round(sum + zero), `bits` wide), rounding half to even. The sums come in
 * converter codes.
 */
import { float32, int8 } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';

/**
 * Conversions of sums whose planes lie in the batch, not yet weighted.
 *
 *   bits   operators                          result
 *   8      QuantizeLinear (scale 1) to int8   saturates by itself; rounds half to even
 *   1-7    Clip, then the same                an int8 that never reaches its own limits
 *   9-16   Round, Clip                        floats: wider integers have no MatMulInteger
 *
 * @param given what the converters are given, in codes
 */
export function emitConversion(
  emit: Emitter,
  bits: number,
  given: string,
): { value: string; integer: boolean } {
  const top = 2 ** (bits - 1) - 1;
  const limits = () => [
    emit.constant('code_min', float32([], [-top - 1])),
    emit.constant('code_max', float32([], [top])),
  ];
  if (bits > 8) return { value: emit.op('Clip', [emit.op('Round', [given]), ...limits()]), integer: false };
  const clipped = bits === 8 ? given : emit.op('Clip', [given, ...limits()]);
  const scale = emit.constant('one_code', float32([], [1]));
  const codeZero = emit.constant('code_zero', int8([], Int8Array.of(0)));
  return { value: emit.op('QuantizeLinear', [clipped, scale, codeZero]), integer: true };
}

/** A number that rounds: added to a 32-bit float it leaves whole multiples of a power of two. */
export function roundingOffset(weight: number): number {
  return 1.5 * 2 ** 23 * Math.abs(weight);
}

/**
 * A number per plane that rounds: added to a 32-bit float it leaves whole multiples of the plane's weight, because it
 * has 24 bits down to there. Added up from the top plane down, the numbers cancel, and every sum on the way is exact.
 * @param weights powers of two, signed, plane after plane: neighbours equal or the upper one twice the lower, and the last
 *   at least four times the first
 */
export function roundingOffsets(weights: readonly number[]): number[] {
  const offsets: number[] = [];
  let sum = 0;
  for (const weight of weights.toReversed()) {
    const offset = roundingOffset(weight) * (sum > 0 ? -1 : 1);
    offsets.unshift(offset);
    sum += offset;
  }
  offsets[offsets.length - 1]! -= sum;
  return offsets;
}

/**
 * Conversions of one plane's sums, which come times the plane's weight: offset + weight * code. onnxruntime makes the
 * addition and the clamp part of the convolution before them, so that conversions cost no pass over memory.
 * @param zero `offset` plus the weighted code of zero current, a constant that broadcasts
 */
export function emitWeightedConversion(
  emit: Emitter,
  bits: number,
  sums: string,
  { index, weight, offset }: { readonly index: number; readonly weight: number; readonly offset: number },
  zero: string,
): string {
  const top = 2 ** (bits - 1);
  const ends = [offset - weight * top, offset + weight * (top - 1)];
  return emit.op('Clip', [
    emit.op('Add', [sums, zero]),
    emit.constant(`sum_min_${index}`, float32([], [Math.min(...ends)])),
    emit.constant(`sum_max_${index}`, float32([], [Math.max(...ends)])),
  ]);
}
