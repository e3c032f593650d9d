/**
 * One conversion as ONNX operators. The sums come in converter codes, offset by the code of zero current, so that a
 * converter is rounding and saturation alone:
 *
 *   bits   operators                          result
 *   8      QuantizeLinear (scale 1) to int8   saturates by itself; rounds half to even
 *   2-7    Clip, then the same                an int8 that never reaches its own limits
 *   9-16   Round, Clip                        floats: wider integers have no MatMulInteger
 */
import { float32, int8 } from '../tensor.ts';
import type { Emitter } from './emit.ts';

export function emitConversion(
  emit: Emitter,
  bits: number,
  sums: string,
): { value: string; integer: boolean } {
  const top = 2 ** (bits - 1) - 1;
  const limits = () => [
    emit.constant('code_min', float32([], [-top - 1])),
    emit.constant('code_max', float32([], [top])),
  ];
  if (bits > 8) return { value: emit.op('Clip', [emit.op('Round', [sums]), ...limits()]), integer: false };
  const clipped = bits === 8 ? sums : emit.op('Clip', [sums, ...limits()]);
  const scale = emit.constant('one_code', float32([], [1]));
  const zero = emit.constant('code_zero', int8([], Int8Array.of(0)));
  return { value: emit.op('QuantizeLinear', [clipped, scale, zero]), integer: true };
}
