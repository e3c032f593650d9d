/**
 * The exact form of a layer, for cells that hold whole digits behind converters that cannot saturate: the bit planes sum
 * to the product with the codes themselves, so one product per tile and slice gives the same integers. Copies are equal
 * here, and so is their average.
 */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int } from '../ir/graph.ts';
import { float32, int32 } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';
import { emitEpilogue, outputDims, selectOutputs, splitTiles } from './epilogue.ts';
import type { FoldedLayer } from './folded.ts';
import { emitLinear } from './linear.ts';
import { emitCodeValues, emitPlanes } from './planes.ts';
import { addPlanes } from './stack.ts';
import { outputPositions } from './units.ts';

/**
 * @param codes of binary coding, unless bitSerial
 * @param bitSerial keep the planes all the same, so that a test can hold the two forms equal
 */
export function emitExact(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  codes: readonly string[],
  bitSerial: boolean,
): void {
  const { scale } = layer.quantization;
  const driven = bitSerial ? emitPlanes(emit, layer, codes) : undefined;
  const input = driven?.planes ?? emitCodeValues(emit, layer, codes[0]!);
  const positions = outputPositions(layer, folded);
  const terms = folded.parts.flatMap(({ slice, copy }, part) => {
    if (copy > 0) return [];
    const products = emitLinear(emit, layer, folded, part)(input);
    const sums = driven ? addExactly(emit, layer, driven.weights, products) : products;
    const whole = emit.op('Cast', [selectOutputs(emit, layer, folded, positions, sums)], { to: int(6) });
    const digit = emit.constant(`digit_weight_${slice}`, int32([], [layer.radix ** slice]));
    return splitTiles(emit, layer, folded, slice === 0 ? whole : emit.op('Mul', [whole, digit]));
  });
  const sum = terms.reduce((a, b) => emit.op('Add', [a, b]));
  const zero = layer.inputCoding === 'binary' ? layer.quantization.zero : 0;
  const corrected = zero === 0 ? sum : emit.op('Sub', [sum, zeroCorrection(emit, layer)]);
  const factor = Float32Array.from(layer.scales, (s) => Math.fround(scale * s));
  emitEpilogue(emit, layer, corrected, factor);
}

/** Shift-and-add without a conversion: 32-bit floats hold every sum exactly. */
function addExactly(
  emit: Emitter,
  layer: CrossbarLayer,
  weights: readonly number[],
  products: string,
): string {
  const row = emit.constant('plane_weights', float32([1, weights.length], weights));
  return addPlanes(emit, layer.geometry, weights.length, products, (planes) =>
    emit.op('MatMul', [row, planes]),
  );
}

function zeroCorrection(emit: Emitter, layer: CrossbarLayer): string {
  const sums = layer.columnSums.map((sum) => sum * layer.quantization.zero);
  return emit.constant('zero_correction', int32(outputDims(layer, sums.length), sums));
}
