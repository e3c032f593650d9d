/**
 * Lowers one crossbar layer and what was programmed for it to standard ONNX operators (opset 21).
 *
 * Bit-serial form, per slice: input codes -> one plane per input bit -> one Conv or MatMul per row tile with the folded
 * conductances -> one conversion per tile, column and plane -> shift-and-add -> scaled, and summed over tiles and slices.
 *
 * Exact form: where every cell holds a whole digit and no converter can saturate, the planes sum to the product with
 * the codes themselves, so one Conv or MatMul per tile and slice gives the same integers.
 *
 * Without converters, where a chip is asked about that has ideal ones: one Conv or MatMul (unconverted.ts).
 */
import type { ColumnCorrection } from '../column-correction.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { emitAnalog } from './analog.ts';
import type { Emitter } from './emit.ts';
import { emitExact } from './exact.ts';
import type { FoldedLayer } from './folded.ts';
import { emitCodes } from './input-codes.ts';
import type { NoiseSource } from './noise-pool.ts';
import { countSaturation } from './saturation.ts';
import { emitUnconverted } from './unconverted.ts';

export interface LowerOptions {
  /** Of the programmed chip; absent: the compiler's own gain and bias. */
  readonly calibration?: ColumnCorrection | undefined;
  /** Keep bit planes and conversions even where the exact form gives the same integers. */
  readonly bitSerial?: boolean;
  /** Planes of a convolution stacked in its batch too, where no noise tells them apart: few large products in place of many small ones. */
  readonly stacked?: boolean;
  /** Where read noise comes from, for arrays with variances. */
  readonly noise?: NoiseSource | undefined;
  /** Emit `saturationOf` the layer's output too, unless its form is exact and nothing can saturate. */
  readonly saturation?: boolean;
}

/** Emits the layer; its result gets the layer's own output name. @returns what was emitted to be looked at besides */
export function lowerCrossbar(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  options: LowerOptions = {},
): readonly string[] {
  const { calibration, bitSerial = false, stacked = false, noise, saturation } = options;
  const exact = calibration ? undefined : folded.exact;
  if (!exact && folded.unconverted) {
    emitUnconverted(emit, layer, folded, calibration);
    return [];
  }
  // Without planes their coding does not matter, and codes are the cheapest.
  const driven: CrossbarLayer = exact && !bitSerial ? { ...layer, inputCoding: 'binary' } : layer;
  const codes = emitCodes(emit, driven);
  if (exact) {
    emitExact(emit, driven, { ...folded, parts: exact }, codes, bitSerial);
    return [];
  }
  const counted = saturation ? countSaturation(emit, driven, folded) : undefined;
  emitAnalog(emit, driven, folded, codes, { calibration, stacked, noise, counted });
  return counted ? [counted.finish()] : [];
}
