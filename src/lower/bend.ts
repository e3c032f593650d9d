/** A piecewise linear curve as ONNX operators: a Clip per piece. A table look-up costs 7 ns per value, a piece 2. */

import { float32 } from '../math/tensor.ts';
import type { PiecewiseLinear } from '../target/nonlinearity.ts';
import type { Emitter } from './emit.ts';

const largest = 3.4e38;

/**
 * curve(x) of every value x; where values come times a factor, so do the results.
 * @param name of the constants, one per curve and factor
 */
export function emitBend(
  emit: Emitter,
  value: string,
  { constant, pieces }: PiecewiseLinear,
  name: string,
  factor = 1,
): string {
  const scalar = (what: string, x: number) => emit.constant(`${name}_${what}`, float32([], [x]));
  const terms = pieces.flatMap(({ from, to, slope }, i) => {
    if (slope === 0) return [];
    const ends = [from, to].map((x) => Math.max(-largest, Math.min(largest, factor * x)));
    const limits = [scalar(`least_${i}`, Math.min(...ends)), scalar(`most_${i}`, Math.max(...ends))];
    const clipped = emit.op('Clip', [value, ...limits]);
    return [slope === 1 ? clipped : emit.op('Mul', [clipped, scalar(`slope_${i}`, slope)])];
  });
  return emit.op('Sum', [...terms, scalar('constant', factor * constant)]);
}
