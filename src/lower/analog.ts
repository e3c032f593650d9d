/**
 * The bit-serial form of a layer: per slice, one conversion of every tile, column and input bit, shift-and-add, and the
 * sum over tiles and slices.
 *
 * Two ways to the same codes. A convolution runs plane by plane: conversions become part of it and planes are added in
 * onnxruntime's own blocked layout, which leaves one reordering per layer instead of one per plane. A matrix product
 * needs no reordering, and reading the matrix once for all planes is what counts. Devices that run few large products faster than
 * many small ones take planes of convolutions stacked too; read noise is drawn plane by plane there.
 */
import type { ColumnCorrection } from '../column-correction.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int } from '../ir/graph.ts';
import { float32, int8, uint8 } from '../math/tensor.ts';
import { type Abreast, partsAbreast, positionsAbreast } from './abreast.ts';
import { emitBend } from './bend.ts';
import { emitConversion, emitWeightedConversion, roundingOffset, roundingOffsets } from './converter.ts';
import type { Emitter } from './emit.ts';
import { finish, outputDims, selectOutputs, splitTiles } from './epilogue.ts';
import type { FoldedLayer } from './folded.ts';
import { addInputTerms } from './input-terms.ts';
import { conductanceFactors, emitLinear, emitUnitChannels } from './linear.ts';
import { createNoise } from './noise.ts';
import type { NoiseSource } from './noise-pool.ts';
import { emitPlanes, emitWeightedPlanes, planesOf, weightsOf } from './planes.ts';
import type { SaturationCount } from './saturation.ts';
import { addPlanes } from './stack.ts';
import { emitSteadyNoise } from './steady-noise.ts';
import { outputPositions } from './units.ts';

export interface AnalogOptions {
  readonly calibration: ColumnCorrection | undefined;
  readonly stacked: boolean;
  readonly noise: NoiseSource | undefined;
  /** Sees what every conversion is given. */
  readonly counted: SaturationCount | undefined;
}

export function emitAnalog(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  codes: readonly string[],
  options: AnalogOptions,
): void {
  const { calibration, stacked } = options;
  const { quantization } = layer;
  const outputs = layer.groups * layer.columns;
  const sumOfWeights = planesOf(layer).reduce((sum, { weight }) => sum + weight, 0);
  // Magnitudes are counted from the zero point on.
  const zero = layer.inputCoding === 'binary' ? quantization.zero : 0;
  const bias = new Float64Array(outputs);
  const gain = new Float64Array(outputs);
  for (let o = 0; o < outputs; o++) {
    gain[o] = (calibration?.gain[o] ?? 1) * quantization.scale * layer.scales[o]!;
    bias[o] = -gain[o]! * zero * layer.columnSums[o]!;
    bias[o]! += calibration ? calibration.gain[o]! * layer.bias[o]! + calibration.bias[o]! : layer.bias[o]!;
  }
  const driven = codes.map((part) => emitUnitChannels(emit, layer, folded, part));
  const emitParts =
    layer.geometry.kind === 'conv' && !(stacked && !folded.parts[0]!.variances)
      ? planeByPlane(emit, layer, folded, driven, options)
      : stackedPlanes(emit, layer, folded, driven, options);
  const positions = outputPositions(layer, folded);
  const abreast = partsAbreast(layer, folded).flatMap((parts) => {
    const sums = emitParts(parts);
    return Array.from({ length: parts.count }, () => ({ parts, sums }));
  });
  const terms = folded.parts.flatMap((part, index) => {
    const { parts, sums } = abreast[index]!;
    const scale = new Float32Array(positions.length);
    positions.forEach((at, i) => {
      const factor = part.coefficient[at]! * gain[i % outputs]!;
      scale[i] = factor;
      bias[i % outputs]! -= factor * sumOfWeights * part.digitalZero[at]!;
    });
    const own = positionsAbreast(positions, folded.slots * layer.columns, parts, index);
    const selected = selectOutputs(emit, layer, own, parts.zero.length, sums);
    const factors = emit.constant(`scale_${index}`, float32(outputDims(layer, scale.length), scale));
    return splitTiles(emit, layer, folded, emit.op('Mul', [selected, factors]));
  });
  const noise = emitSteadyNoise(emit, layer, folded, gain, codes, options.noise, terms[0]!);
  if (noise) terms.push(noise);
  const sum = terms.length === 1 ? terms[0]! : emit.op('Sum', terms);
  finish(emit, layer, addInputTerms(emit, layer, calibration?.terms, sum), Float32Array.from(bias));
}

/** Emits parts as one: units * outputs of a unit channels, whole numbers as floats. */
type EmitParts = (parts: Abreast) => string;

function planeByPlane(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  codes: readonly string[],
  { noise, counted }: AnalogOptions,
): EmitParts {
  const { curves } = folded;
  const planes = emitWeightedPlanes(emit, layer, codes, curves?.driver);
  const weights = planesOf(layer).map(({ weight }) => weight);
  const bits = layer.driverBits === 1;
  const stretches = weightsOf(layer);
  const offsets = bits ? stretches.flatMap(roundingOffsets) : weights.map(roundingOffset);
  const sameValue = bits && !curves?.driver;
  const noiseOf = createNoise(emit, layer, folded, noise);
  return (parts) => {
    const { first: part, zero } = parts;
    const product = emitLinear(emit, layer, folded, conductanceFactors(parts));
    const addNoise = noiseOf(part);
    const ofColumns = (name: string, values: Float32Array) =>
      emit.constant(`${name}_${part}`, float32(outputDims(layer, values.length), values));
    const whole = !curves?.converter && zero.every(Number.isInteger);
    const converted = planes.map((plane, index) => {
      const [weight, offset] = [weights[index]!, offsets[index]!];
      const sums = addNoise(product(plane), plane, [index], sameValue ? weight : undefined);
      const zeros = () =>
        ofColumns(
          `weighted_zero_${index}`,
          zero.map((z) => weight * z),
        );
      // Beside a number that rounds, only whole codes have room.
      const given = whole && !counted ? sums : emit.op('Add', [sums, zeros()]);
      const bent = curves?.converter
        ? emitBend(emit, given, curves.converter, `bent_${index}`, weight)
        : given;
      counted?.add(bent, parts, weight);
      const shift = whole
        ? ofColumns(
            `zero_${index}`,
            zero.map((z) => offset + weight * z),
          )
        : emit.constant(`offset_${index}`, float32([], [offset]));
      const plain = { index, weight, offset };
      const sum = emitWeightedConversion(emit, layer.adcBits, whole ? sums : bent, plain, shift);
      return bits ? sum : emit.op('Sub', [sum, emit.constant(`offset_${index}`, float32([], [offset]))]);
    });
    // The offsets of a stretch cancel among themselves.
    const rest = [...converted];
    const sums = stretches.map(({ length }) =>
      rest.splice(0, length).reduceRight((sum, plane) => emit.op('Add', [sum, plane])),
    );
    return sums.reduceRight((sum, stretch) => emit.op('Add', [sum, stretch]));
  };
}

function stackedPlanes(
  emit: Emitter,
  layer: CrossbarLayer,
  folded: FoldedLayer,
  parts: readonly string[],
  { noise, counted }: AnalogOptions,
): EmitParts {
  const { curves } = folded;
  const { planes, weights } = emitPlanes(emit, layer, parts, curves?.driver);
  const count = weights.length;
  const sameValue = layer.driverBits === 1 && !curves?.driver;
  const noiseOf = createNoise(emit, layer, folded, noise);
  return (parts) => {
    const { first: part, zero } = parts;
    const addNoise = noiseOf(part);
    const product = emitLinear(emit, layer, folded, conductanceFactors(parts))(planes);
    const sums = addNoise(product, planes, [...weights.keys()], sameValue ? 1 : undefined);
    const shifted = zero.some((z) => z !== 0)
      ? emit.op('Add', [sums, emit.constant(`zero_${part}`, float32(outputDims(layer, zero.length), zero))])
      : sums;
    const given = curves?.converter ? emitBend(emit, shifted, curves.converter, 'bent') : shifted;
    counted?.add(given, parts);
    const converted = emitConversion(emit, layer.adcBits, given);
    const name = `plane_weights_${part}`;
    const signed = weights.some((w) => w < 0);
    return addPlanes(emit, layer.geometry, count, converted.value, (codes) => {
      // A product of bytes is faster, where the weights are bytes.
      const [least, most] = [Math.min(...weights), Math.max(...weights)];
      if (converted.integer && least >= -128 && most <= (signed ? 127 : 255)) {
        const vector = signed ? int8([1, count], Int8Array.from(weights)) : uint8([1, count], weights);
        const added = emit.op('MatMulInteger', [emit.constant(name, vector), codes]);
        return emit.op('Cast', [added], { to: int(1) });
      }
      const real = converted.integer ? emit.op('Cast', [codes], { to: int(1) }) : codes;
      return emit.op('MatMul', [emit.constant(name, float32([1, count], weights)), real]);
    });
  };
}
