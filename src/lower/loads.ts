/**
 * How much of its 1/f noise a cell adds to a product, given the code of its row: (1 - white) (sum of the planes' drives)^2 for what
 * the planes have in common, and white (sum of their squares) for what each has by itself.
 */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int } from '../ir/graph.ts';
import type { InputPlane } from '../ir/input-planes.ts';
import { float32 } from '../math/tensor.ts';
import { bend, type PiecewiseLinear } from '../target/nonlinearity.ts';
import { emitCodeNumbers } from './code-values.ts';
import type { Emitter } from './emit.ts';
import { byStretch, planesOf } from './planes.ts';

type Driven = Parameters<typeof planesOf>[0];

/** Sum of squares, and sum, of what some planes of a code drive its row with; code after code. */
function drivesOf(
  planes: readonly InputPlane[],
  bits: number,
  curve?: PiecewiseLinear,
): readonly (readonly [number, number])[] {
  return Array.from({ length: 2 ** bits }, (_, code) => {
    const drives = planes.map(({ bit, width, weight }) => {
      const digit = (code >> bit) & (2 ** width - 1);
      return weight * (curve ? bend(curve, digit) : digit);
    });
    return [drives.reduce((a, b) => a + b * b, 0), drives.reduce((a, b) => a + b, 0)];
  });
}

/** Planes that an input part drives. */
function planesOfPart(planes: readonly InputPlane[], part: number): readonly InputPlane[] {
  return planes.filter(({ plus, minus }) => plus === part || minus === part);
}

/** Squares of the planes' drives over the square of their sum, for codes that are all as frequent. */
export function apartOf(layer: Driven): number {
  const drives = drivesOf(planesOfPart(planesOf(layer), 0), layer.quantization.bits);
  const squares = drives.reduce((all, [apart]) => all + apart, 0);
  return squares / drives.reduce((all, [, sum]) => all + sum * sum, 0);
}

/** @param codes of the layer, as `emitCodes` gives them @param white share of the noise that planes have by themselves */
export function emitLoads(
  emit: Emitter,
  layer: CrossbarLayer,
  codes: readonly string[],
  white: number,
  curve?: PiecewiseLinear,
): string {
  if (white === 0 && !curve) return emitSquare(emit, emitCodeNumbers(emit, layer, codes));
  const stretches = byStretch(layer, planesOf(layer));
  const parts = Array.from({ length: codes.length / stretches.length }, (_, part) => {
    const looked = stretches.map((planes, stretch) => {
      const name = part * stretches.length + stretch;
      const drives = drivesOf(planesOfPart(planes, part), 8, curve);
      const index = emit.op('Cast', [codes[name]!], { to: int(6) });
      return (table: string, value: (apart: number, sum: number) => number) => {
        const values = float32(
          [256],
          drives.map(([apart, sum]) => value(apart, sum)),
        );
        return emit.op('Gather', [emit.constant(`${table}_${name}`, values), index], { axis: int(0) });
      };
    });
    const [only, ...others] = looked;
    if (others.length === 0) return only!('loads', (apart, sum) => white * apart + (1 - white) * sum ** 2);
    const apart = looked.map((look) => look('loads', (squares) => white * squares));
    const sums = looked.map((look) => look('drives', (_, sum) => Math.sqrt(1 - white) * sum));
    return emit.op('Sum', [...apart, emitSquare(emit, emit.op('Sum', sums))]);
  });
  return parts.reduce((a, b) => emit.op('Add', [a, b]));
}

const emitSquare = (emit: Emitter, value: string) => emit.op('Mul', [value, value]);
