/**
 * How much of its 1/f noise a cell adds to a product, given the code of its row: (1 - white) (sum of the planes' drives)^2 for what
 * the planes have in common, and white (sum of their squares) for what each has by itself.
 */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int } from '../ir/graph.ts';
import { float32 } from '../math/tensor.ts';
import { bend, type PiecewiseLinear } from '../target/nonlinearity.ts';
import type { Emitter } from './emit.ts';
import { emitCodeValues, planesOf } from './planes.ts';

type Driven = Parameters<typeof planesOf>[0];

/** Sum of squares, and square of the sum, of what the planes of a code drive its row with; code after code. */
function drivesOf(
  layer: Driven,
  part: number,
  curve?: PiecewiseLinear,
): readonly (readonly [number, number])[] {
  const planes = planesOf(layer).filter(({ plus, minus }) => plus === part || minus === part);
  return Array.from({ length: 256 }, (_, code) => {
    const drives = planes.map(({ bit, width, weight }) => {
      const digit = (code >> bit) & (2 ** width - 1);
      return weight * (curve ? bend(curve, digit) : digit);
    });
    const sum = drives.reduce((a, b) => a + b, 0);
    return [drives.reduce((a, b) => a + b * b, 0), sum * sum];
  });
}

/** Squares of the planes' drives over the square of their sum, for codes that are all as frequent. */
export function apartOf(layer: Driven): number {
  const drives = drivesOf(layer, 0);
  const sum = (which: 0 | 1) => drives.reduce((all, drive) => all + drive[which], 0);
  return sum(0) / sum(1);
}

/** @param codes of the layer, as `emitCodes` gives them @param white share of the noise that planes have by themselves */
export function emitLoads(
  emit: Emitter,
  layer: CrossbarLayer,
  codes: readonly string[],
  white: number,
  curve?: PiecewiseLinear,
): string {
  if (white === 0 && !curve) {
    const number = emitNumbers(emit, layer, codes);
    return emit.op('Mul', [number, number]);
  }
  const parts = codes.map((given, part) => {
    const loads = drivesOf(layer, part, curve).map(
      ([apart, together]) => white * apart + (1 - white) * together,
    );
    const table = emit.constant(`loads_${part}`, float32([256], loads));
    return emit.op('Gather', [table, emit.op('Cast', [given], { to: int(6) })], { axis: int(0) });
  });
  return parts.reduce((a, b) => emit.op('Add', [a, b]));
}

/** The numbers that codes stand for, from the zero point on where they are magnitudes. */
function emitNumbers(emit: Emitter, layer: CrossbarLayer, codes: readonly string[]): string {
  if (layer.inputCoding === 'binary') return emitCodeValues(emit, layer, codes[0]!);
  const magnitudes = { ...layer, quantization: { ...layer.quantization, signed: false } };
  const [plus, minus] = codes.map((part) => emitCodeValues(emit, magnitudes, part));
  return emit.op('Sub', [plus!, minus!]);
}
