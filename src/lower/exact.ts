/**
 * The exact form of a layer, for cells that hold whole digits behind converters that cannot saturate: the bit planes sum
 * to the product with the codes themselves, so one product per tile and slice gives the same integers.
 */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int } from '../ir/graph.ts';
import { float32, float64, int32, int64 } from '../math/tensor.ts';
import { emitCodeValues } from './code-values.ts';
import type { Emitter } from './emit.ts';
import { emitEpilogue, outputDims, selectOutputs, splitTiles } from './epilogue.ts';
import type { FoldedLayer } from './folded.ts';
import { stretchesOf } from './input-codes.ts';
import { conductanceFactors, emitLinear, emitUnitChannels } from './linear.ts';
import { emitPlanes } from './planes.ts';
import { addPlanes } from './stack.ts';
import { outputPositions } from './units.ts';

/**
 * @param folded with one part per slice
 * @param given codes of binary coding, unless bitSerial
 * @param bitSerial keep the planes all the same, so that a test can hold the two forms equal
 */
export function emitExact(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  given: readonly string[],
  bitSerial: boolean,
): void {
  const codes = given.map((part) => emitUnitChannels(emit, layer, folded, part));
  const { scale } = layer.quantization;
  const whole = wholeOf(layer);
  const driven = bitSerial ? emitPlanes(emit, layer, codes) : undefined;
  const inputs = driven
    ? [driven.planes]
    : codes.map((_, stretch) => emitCodeValues(emit, layer, codes, stretch));
  const { width } = stretchesOf(layer);
  const positions = outputPositions(layer, folded);
  const terms = folded.parts.flatMap(({ slice, weights }, part) => {
    const multiply = emitLinear(emit, layer, folded, conductanceFactors({ first: part, weights }));
    return inputs.flatMap((input, stretch) => {
      const products = multiply(input);
      const sums = driven ? addExactly(emit, layer, driven.weights, products) : products;
      const selected = selectOutputs(emit, layer, positions, folded.parts[part]!.zero.length, sums);
      const integers = emit.op('Cast', [selected], { to: int(whole.type) });
      const weight = layer.radix ** slice * 2 ** (stretch * width);
      const digit = emit.constant(`digit_weight_${slice}_${stretch}`, whole.tensor([], [weight]));
      return splitTiles(emit, layer, folded, weight === 1 ? integers : emit.op('Mul', [integers, digit]));
    });
  });
  const sum = terms.reduce((a, b) => emit.op('Add', [a, b]));
  const zero = layer.inputCoding === 'binary' ? layer.quantization.zero : 0;
  const corrected = zero === 0 ? sum : emit.op('Sub', [sum, zeroCorrection(emit, layer)]);
  const factor = Float32Array.from(layer.scales, (s) => Math.fround(scale * s));
  emitEpilogue(emit, layer, corrected, factor);
}

/** What holds every sum: codes of two bytes times weights of one have no room in 32 bits beyond some hundred rows. */
function wholeOf({ quantization: { bits } }: CrossbarLayer) {
  return bits > 8
    ? { type: 7, real: 11, tensor: int64, reals: float64 }
    : { type: 6, real: 1, tensor: int32, reals: float32 };
}

/** Shift-and-add without a conversion: floats of 32 bits hold every sum of bytes exactly, those of 64 every other. */
function addExactly(
  emit: Emitter,
  layer: CrossbarLayer,
  weights: readonly number[],
  products: string,
): string {
  const { real, reals } = wholeOf(layer);
  const row = emit.constant('plane_weights', reals([1, weights.length], weights));
  const given = real === 1 ? products : emit.op('Cast', [products], { to: int(real) });
  return addPlanes(emit, layer.geometry, weights.length, given, (planes) => emit.op('MatMul', [row, planes]));
}

function zeroCorrection(emit: Emitter, layer: CrossbarLayer): string {
  const sums = Array.from(layer.columnSums, (sum) => sum * layer.quantization.zero);
  return emit.constant('zero_correction', wholeOf(layer).tensor(outputDims(layer, sums.length), sums));
}
