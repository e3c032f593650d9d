/**
 * How much conversions count in shift-and-add: of every plane of input bits the square of its weight, times the share of the
 * calibration vectors in which it drives any row. Without a driven row there is no current, which has a code of its own.
 */
import type { InputQuantization } from '../../src/ir/graph.ts';
import { numberRange } from '../../src/ir/input-codes.ts';
import { codingOf, type InputCoding, type InputPlane, inputPlanes } from '../../src/ir/input-planes.ts';
import type { SlicedLayer } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';

/**
 * @param driven input numbers, code - zero, [vector][row]
 * @param rows of a group
 */
export function drivenPlanes(
  driven: Float64Array,
  rows: number,
  quantization: InputQuantization,
  { inputNumbers }: Pick<SlicedLayer, 'inputNumbers'>,
  { bits, polarity }: Target['driver'],
): number {
  const coding = codingOf(quantization, inputNumbers, polarity);
  const planes = inputPlanes(quantization, coding, bits);
  const [least, most] = numberRange(quantization);
  /** Planes that drive the row of a number, a bit each. */
  const driving = Int32Array.from({ length: most - least + 1 }, (_, i) =>
    planes.reduce(
      (all, plane, bit) =>
        drivenBits(least + i, plane, quantization, coding) === 0 ? all : all | (1 << bit),
      0,
    ),
  );
  const active = planes.map(() => 0);
  const vectors = driven.length / rows;
  for (let v = 0; v < vectors; v++) {
    let any = 0;
    for (let at = v * rows; at < (v + 1) * rows; at++) any |= driving[driven[at]! - least]!;
    for (let bit = 0; bit < planes.length; bit++) active[bit]! += (any >>> bit) & 1;
  }
  return planes.reduce((sum, { weight }, bit) => sum + (weight ** 2 * active[bit]!) / vectors, 0);
}

/** Bits of an input number that drive its row in a plane, in their places. */
export function drivenBits(
  number: number,
  { weight, bit, width }: InputPlane,
  { zero, bits }: InputQuantization,
  coding: InputCoding,
): number {
  const mask = (2 ** width - 1) << bit;
  if (coding === 'binary') return (number + zero) & (2 ** bits - 1) & mask;
  return (coding === 'bipolar' ? Math.abs(number) : Math.max(0, Math.sign(weight) * number)) & mask;
}
