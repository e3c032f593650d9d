/** Input codes of a layer, and their bit planes. */
import type { CrossbarLayer } from '../package/crossbar.ts';
import { float32, int64, uint8 } from '../tensor.ts';
import { type Emitter, int } from './emit.ts';

/** Input codes as unsigned bytes, padded with the zero point, [batch, channels, ...space] or [vectors, rows]. */
export function emitCodes(emit: Emitter, layer: CrossbarLayer): string {
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
export function emitPlanes(emit: Emitter, layer: CrossbarLayer, codes: string): string {
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
export function emitBatchShape(emit: Emitter, value: string): string {
  const rest = emit.op('Shape', [value], { start: int(1) });
  return emit.op('Concat', [emit.constant('any_batch', int64([1], [-1])), rest], { axis: int(0) });
}
